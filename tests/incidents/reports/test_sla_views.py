"""The pages and endpoints of the SLA report: every number leads to its clocks."""

import csv
import io
import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
PERIOD = {"since": "2026-05-01", "until": "2026-06-30"}
LINK = re.compile(r'<td data-label="[^"]+" class="num"><a href="(/reports/sla/clocks/[^"]+)">(\d+)</a>')


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(make.UserFactory(roles=[Role.MANAGER], time_zone="Europe/Berlin"))
    return client


@pytest.fixture
def clocks() -> None:
    """Clocks of all kinds in May and June, and one of another system."""
    version, shop = make.SlaTargetVersionFactory(), make.ServiceFactory(slug="shop", name="Shop")
    ola = make.SlaTargetVersionFactory(target__kind="ola")
    ticket = make.IncidentFactory(service=shop, team=make.TeamFactory(slug="web", name="Web"))
    other = make.IncidentFactory(team=ticket.team)
    late = {"decided_at": NOON - timedelta(days=20)}
    make.SlaCycleFactory(ticket=ticket, version=version, decided_at=NOON, customers=["ACME & Co", "Globex"])
    make.SlaCycleFactory(ticket=other, version=version, category="payments", **late)
    make.waived_clock(ticket=ticket, version=version, cycle=2, customers=["ACME & Co"], decided_at=NOON)
    make.broken_clock(ticket=other, version=version, cycle=2, breach_holds=False, **late)
    make.broken_clock(ticket=ticket, version=ola, team=make.TeamFactory(slug="data"), decided_at=NOON)
    make.SlaCycleFactory(ticket=other, version=version, service=None, owner=None, cycle=3, decided_at=NOON)
    make.broken_clock(
        ticket=ticket, version=None, kind="sla", metric="restore", cycle=4, source="Former desk", decided_at=NOON
    )


def _page(reader: Client, **query: str) -> str:
    return reader.get("/reports/sla/", PERIOD | query).content.decode()


class TestNumbers:
    @pytest.mark.usefixtures("clocks")
    @pytest.mark.parametrize("by", ["service", "team", "customer", "category", "month"])
    @pytest.mark.parametrize("narrowed", [{}, {"customer": "ACME & Co"}, {"team": "web"}, {"since": "2026-06-01"}])
    def test_lead_to_as_many_clocks(self, reader: Client, by: str, narrowed: dict[str, str]) -> None:
        links = LINK.findall(_page(reader, by=by, **narrowed))

        assert len(links) >= 4
        for url, count in links:
            answer = reader.get(url.replace("&amp;", "&"))
            assert not answer.context["query_problems"], url
            assert len(answer.context["table"].rows) == int(count), url

    @pytest.mark.usefixtures("clocks")
    def test_of_other_systems_stand_apart(self, reader: Client) -> None:
        own, _, former = _page(reader).partition("From other systems")

        assert "Former desk" not in own
        assert "source=Former+desk" in former

    def test_have_a_share_from_twenty_on(self, reader: Client) -> None:
        version, ticket = make.SlaTargetVersionFactory(), make.IncidentFactory()
        for cycle in range(1, 20):
            make.SlaCycleFactory(ticket=ticket, version=version, cycle=cycle, decided_at=NOON)
        assert "n &lt; 20" in _page(reader)

        make.broken_clock(ticket=ticket, version=version, cycle=20, decided_at=NOON)
        page = _page(reader)

        assert "95.0 %" in page
        assert "n &lt; 20" not in page

    def test_count_nothing_private_that_is_not_the_readers(self, reader: Client) -> None:
        ticket = make.IncidentFactory(visibility="private", visibility_reason="A person is concerned.")
        make.SlaCycleFactory(ticket=ticket, decided_at=NOON)

        assert "No promise was kept or broken" in _page(reader)
        assert reader.get("/reports/sla/clocks/").context["table"].rows.data.data.count() == 0

    @pytest.mark.usefixtures("clocks")
    def test_ask_as_many_questions_however_much_there_is(self, reader: Client) -> None:
        _page(reader)
        with CaptureQueriesContext(connection) as few:
            _page(reader)
        for _ in range(5):
            make.SlaCycleFactory(decided_at=NOON)
        with CaptureQueriesContext(connection) as many:
            _page(reader)

        assert len(many) == len(few) <= 8

    def test_begin_with_the_last_month(self, reader: Client) -> None:
        since = reader.get("/reports/sla/").context["view"].query["since"]

        assert datetime.fromisoformat(since).day == 1

    def test_of_many_groups_say_how_many_are_left_out(self, reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("incidents.views.reports.sla.MAX_GROUPS", 2)
        version = make.SlaTargetVersionFactory()
        for number in range(3):
            make.SlaCycleFactory(version=version, category=f"Category {number}", decided_at=NOON)

        page = _page(reader, by="category")
        rows = _page(reader, by="category", export="csv").splitlines()

        assert "the file has the other 1 too" in page
        assert len(rows) == 1 + 3 + 1


class TestFiles:
    @pytest.mark.usefixtures("clocks")
    def test_hold_the_report(self, reader: Client) -> None:
        text = _page(reader, by="team", export="csv").lstrip("\ufeff")

        rows = list(csv.DictReader(io.StringIO(text)))

        (web,) = [row for row in rows if (row["team"], row["kind"], row["source"]) == ("Web", "sla", "")]
        assert (web["n"], web["met"], web["broken"], web["waived"], web["no_longer_in_history"]) == (
            "4", "2", "2", "1", "1",
        )  # fmt: skip
        assert web["met_percent"] == ""

    @pytest.mark.usefixtures("clocks")
    def test_hold_the_clocks_with_waiver_and_source(self, reader: Client) -> None:
        text = reader.get("/reports/sla/clocks/", {"export": "csv"}).content.decode("utf-8-sig")

        rows = list(csv.DictReader(io.StringIO(text)))

        assert len(rows) == 7
        (waived,) = [row for row in rows if row["Waiver and remarks"].startswith("Waived by")]
        assert waived["Waiver and remarks"].endswith("Agreed with the customer.")
        assert (waived["Goal (minutes)"], waived["Elapsed (minutes)"]) == ("480", "600")
        assert {row["From"] for row in rows} == {"", "Former desk"}
        assert sum("no longer shows" in row["Waiver and remarks"] for row in rows) == 1


class TestRefusals:
    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ({"by": "moon"}, "By: “moon” is not one of its choices."),
            ({"metric": "mttr"}, "Promise: “mttr” is not one of its choices."),
            ({"since": "x"}, "From: "),
            ({"since": "2026-06-30", "until": "2026-06-01"}, "The period ends before it begins."),
            ({"team": "moon"}, "is not one of its choices"),
            ({"tema": "web"}, "“tema” is not a question to this page"),
        ],
    )
    def test_are_sentences(self, reader: Client, query: dict[str, str], sentence: str) -> None:
        page = reader.get("/reports/sla/", query).content.decode()

        assert "Part of this address is not understood." in page
        assert sentence in page

    @pytest.mark.usefixtures("clocks")
    def test_show_no_numbers_of_another_question(self, reader: Client) -> None:
        assert "/reports/sla/clocks/?since" not in _page(reader, by="moon")


class TestEndpoint:
    @pytest.mark.usefixtures("clocks")
    def test_gives_the_same_numbers(self) -> None:
        answer = client_of(make.UserFactory()).get("/api/v1/reports/sla/", PERIOD | {"by": "service"}).json()

        section = answer["sections"][0]
        assert (section["kind"], section["metric"], section["system"]) == ("sla", "restore", "")
        assert section["total"] == {
            "n": 5, "met": 3, "broken": 2, "waived": 1, "unconfirmed": 1, "met_percent": None,
        }  # fmt: skip
        assert {group["key"] for group in section["groups"]} >= {"shop", None}
        assert answer["sections"][-1]["system"] == "Former desk"

    @pytest.mark.parametrize(
        "query", [{"by": "color"}, {"since": "x"}, {"team": "none"}, {"kind": "x"}, {"imported": "perhaps"}]
    )
    def test_refuses_what_it_does_not_know(self, query: dict[str, str]) -> None:
        for address in ("/api/v1/reports/sla/", "/api/v1/sla-cycles/"):
            answer = client_of(make.UserFactory()).get(address, query)

            assert answer.status_code == 400
            assert set(answer.json()["fields"]) == set(query)

    @pytest.mark.usefixtures("clocks")
    def test_names_the_moments_of_its_period_for_the_list(self, reader: Client) -> None:
        """June 1 begins in Berlin while it is May in UTC."""
        answer = reader.get("/api/v1/reports/sla/", {"since": "2026-06-01", "until": "2026-06-30"}).json()
        period = {name: answer[name] for name in ("decided_after", "decided_before")}
        rows = reader.get("/api/v1/sla-cycles/", period | {"outcome": "decided"}).json()["results"]

        assert period == {"decided_after": "2026-05-31T22:00:00Z", "decided_before": "2026-06-30T22:00:00Z"}
        assert len(rows) == sum(section["total"]["n"] for section in answer["sections"])

    @pytest.mark.usefixtures("clocks")
    def test_lists_the_clocks_behind_a_number(self) -> None:
        caller = client_of(make.UserFactory())

        rows = caller.get("/api/v1/sla-cycles/", PERIOD | {"outcome": "waived", "service": "shop"}).json()["results"]

        (row,) = rows
        assert row["waiver"]["reason"] == "Agreed with the customer."
        assert row["is_kept"] is False
        assert row["waived_at"]
        assert row["breach_recorded_at"]
        assert caller.get(f"/api/v1/sla-cycles/{row['id']}/").json() == row
