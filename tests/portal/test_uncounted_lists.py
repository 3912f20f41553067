"""Lists that are not counted: an archive of years, and searches in it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as make

pytestmark = pytest.mark.django_db
DONE = "/incidents/?group=done&per_page=2"


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make.UserFactory())
    return client


@pytest.fixture
def tickets() -> list[Any]:
    at = timezone.now()
    return [
        make.IncidentFactory(title=f"Printer {n}", status="resolved", restored_at=at, resolved_at=at) for n in range(5)
    ]


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


class TestPages:
    def test_say_that_more_follow_and_end_with_the_number(self, desk: Client, tickets: list[Any]) -> None:
        first, last = text_of(desk, DONE), text_of(desk, f"{DONE}&page=3")

        assert "1–2, more follow" in first
        assert 'rel="next"' in first
        assert "5–5 of 5" in last
        assert 'rel="next"' not in last

    def test_hold_each_ticket_once_the_newest_first(self, desk: Client, tickets: list[Any]) -> None:
        pages = [text_of(desk, f"{DONE}&page={n}") for n in (1, 2, 3)]

        titles = [[t.title for t in reversed(tickets) if f">{t.title}</a>" in page] for page in pages]
        assert titles == [["Printer 4", "Printer 3"], ["Printer 2", "Printer 1"], ["Printer 0"]]

    @pytest.mark.parametrize("number", ["99", "0", "-1"])
    def test_beyond_the_end_lead_to_the_last(self, desk: Client, tickets: list[Any], number: str) -> None:
        assert "5–5 of 5" in text_of(desk, f"{DONE}&page={number}")

    def test_are_not_counted(self, desk: Client, tickets: list[Any]) -> None:
        with CaptureQueriesContext(connection) as queries:
            text_of(desk, f"{DONE}&search=printer")

        counts = [query["sql"] for query in queries if "COUNT(*)" in query["sql"] and "resolved" in query["sql"]]
        assert counts == []

    def test_of_an_empty_archive_say_that_nothing_matches(self, desk: Client) -> None:
        page = desk.get(DONE)

        assert page.status_code == 200
        assert "row-ticket" not in page.content.decode()
