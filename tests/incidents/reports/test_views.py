"""The report on times: every figure links to its records, and nothing private is counted."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from incidents.views.reports.periods import first_of_month
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
PERIOD = {"since": "2026-01-01", "until": "2026-12-31"}


def _restored(minutes: float, **fields: Any) -> Any:
    return make.IncidentFactory(**{"status": "restored", "restored_at": NOON + timedelta(minutes=minutes)} | fields)


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(make.UserFactory(roles=[Role.MANAGER], time_zone="Europe/Berlin"))
    return client


class TestNumbers:
    def test_leads_from_each_number_to_as_many_records(self, reader: Client) -> None:
        team = make.TeamFactory(slug="shop")
        for minutes in (10, 20, 40):
            _restored(minutes, team=team)
        _restored(60)
        make.IncidentFactory()

        page = reader.get("/reports/", PERIOD).content.decode()

        links = re.findall(r'href="(/reports/records/\?[^"]+)">[^<]*</a><small>n (\d+)', page)
        assert {int(n) for _, n in links} == {0, 1, 3, 4}
        for url, n in links:
            rows = reader.get(url.replace("&amp;", "&")).context["table"].rows
            assert len(rows) == int(n), url
        assert "MTTR" not in page

    def test_names_those_left_out(self, reader: Client) -> None:
        make.IncidentFactory(title="Still burning")

        page = reader.get("/reports/", PERIOD).content.decode()
        (url,) = re.findall(r'href="([^"]+)">1 not restored yet', page)

        assert "Still burning" in reader.get(url.replace("&amp;", "&")).content.decode()

    def test_asks_three_questions_however_much_there_is(self, reader: Client) -> None:
        _restored(10)
        reader.get("/reports/", PERIOD)

        with CaptureQueriesContext(connection) as queries:
            reader.get("/reports/", PERIOD)

        figures = [query["sql"] for query in queries.captured_queries if "seconds" in query["sql"]]
        assert len(figures) == 2, "the summary, and what it does not hold"
        assert len(queries) <= 7, "besides: session, person, options, names, pulse"

    def test_knows_nothing_private_that_is_not_the_readers(self, reader: Client) -> None:
        _restored(10, visibility="private", visibility_reason="A person is concerned.")

        whole = reader.get("/reports/", PERIOD).context["tiles"][1]["figure"]

        assert whole.figures.n == 0

    def test_gives_its_table_as_csv(self, reader: Client) -> None:
        _restored(10, team=make.TeamFactory(name="=Shop"))

        text = reader.get("/reports/", PERIOD | {"export": "csv"}).content.decode()

        assert "2026-06,'=Shop,restore,1,600,600,600,0" in text

    def test_accepts_nonsense(self, reader: Client) -> None:
        for query in ({"since": "x"}, {"team": "none"}, {"by": "pk"}, {"measure": "mttr"}, {"until": "9999-12-31"}):
            assert reader.get("/reports/", query).status_code == 200, query

    def test_draws_without_inline_style(self, reader: Client) -> None:
        _restored(10)

        page = reader.get("/reports/", PERIOD).content.decode()

        assert "<title id=" in page
        assert "style=" not in page.split("<main")[1]

    def test_sends_strangers_to_sign_in(self, client: Client) -> None:
        assert client.get("/reports/").status_code == 302


class TestEndpoint:
    def test_gives_the_same_figures(self) -> None:
        _restored(10, team=make.TeamFactory(slug="shop"))
        caller = client_of(make.UserFactory())

        answer = caller.get("/api/v1/metrics/", {"by": "team"} | PERIOD).json()

        (cell,) = [row for row in answer["cells"] if row["month"] and row["key"] == "shop"]
        assert cell["measures"]["restore"]["median"] == 600
        assert cell["measures"]["resolve"]["left_out"] == {"not_yet": 1}

    @pytest.mark.parametrize("query", [{"by": "color"}, {"since": "x"}, {"team": "none"}])
    def test_refuses_what_it_does_not_know(self, query: dict[str, str]) -> None:
        answer = client_of(make.UserFactory()).get("/api/v1/metrics/", query)

        assert answer.status_code == 400
        assert set(answer.json()["fields"]) == set(query)


class TestFirstOfMonth:
    def test_counts_back_over_the_year(self) -> None:
        assert first_of_month(date(2026, 2, 28), back=11) == date(2025, 3, 1)
        assert first_of_month(date(2026, 12, 31), back=-1) == date(2027, 1, 1)
