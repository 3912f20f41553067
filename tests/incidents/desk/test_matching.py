"""Open tickets are found by the words of their titles, while somebody types."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.desk.matching import find_tickets
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Any:
    return make.UserFactory()


def titles(words: str, reader: Any) -> list[str]:
    return [row.title for row in find_tickets(words, reader=reader)]


class TestFindTickets:
    @pytest.mark.parametrize("words", [
        "card payment declined at the counter", "cards declined", "card paym", "DECLINED", "payment",
    ])  # fmt: skip
    def test_finds_the_same_trouble_in_other_forms_of_the_words(self, agent: Any, words: str) -> None:
        make.IncidentFactory(title="Card payments are declined in the UK shop")
        make.IncidentFactory(title="Printer on floor 2 prints pale")

        assert titles(words, agent) == ["Card payments are declined in the UK shop"]

    @pytest.mark.parametrize("words", ["", "a", "%", "'", "';--", "the", "& | !", "screen is dark", "x" * 200_000])
    def test_finds_nothing_for_other_words(self, agent: Any, words: str) -> None:
        make.IncidentFactory(title="Card payments are declined in the UK shop")

        assert titles(words, agent) == []

    def test_puts_the_best_first_then_the_newest(self, agent: Any) -> None:
        for hours, title in ((3, "Card declined"), (2, "Card declined"), (1, "Card reader is loose")):
            make.IncidentFactory(title=f"{title} {hours}", created_at=NOON - timedelta(hours=hours))

        assert titles("card declined", agent)[:2] == ["Card declined 2", "Card declined 3"]

    def test_finds_open_incidents_alone(self, agent: Any) -> None:
        make.IncidentFactory(title="Card declined", status="restored", restored_at=NOON)
        make.ProblemFactory(title="Card declined")

        assert titles("card declined", agent) == []

    def test_finds_private_ones_for_those_who_may_see_them(self, agent: Any) -> None:
        make.IncidentFactory(
            title="Card declined", visibility="private", visibility_reason="Personal data", opened_by=agent
        )

        assert titles("card declined", agent) == ["Card declined"]
        assert titles("card declined", make.UserFactory()) == []

    def test_counts_added_requesters_in_one_query(self, agent: Any) -> None:
        ticket = make.IncidentFactory(title="Card declined")
        ticket.affected_contacts.set(make.ContactFactory.create_batch(3))

        with CaptureQueriesContext(connection) as queries:
            row: Any = find_tickets("card declined", reader=agent).get()

        assert (row.added, len(queries)) == (3, 1)

    def test_uses_the_index_of_open_tickets(self, agent: Any) -> None:
        make.IncidentFactory(title="Something else")
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO incidents_ticket SELECT (jsonb_populate_record("
                " row, jsonb_build_object('id', number + n, 'number', number + n, 'title', 'Other trouble ' || n))).*"
                " FROM incidents_ticket row, generate_series(1, 3000) n"
            )
            cursor.execute(
                "ANALYZE incidents_ticket; SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off"
            )

        assert "incidents_ticket_open_words" in find_tickets("card declined", reader=agent).explain()
