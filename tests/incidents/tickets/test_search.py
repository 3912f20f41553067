"""Tickets in global search: by number and words, open before done, private ones only for those who may see them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.data.search import Hits, Limits, Question
from incidents.models import Spelling, TicketText
from incidents.tickets import search, search_texts
from tests import factories as make
from tests.factories.people import NOON

pytestmark = pytest.mark.django_db
SOON = timedelta(days=3650)


def hits_of(typed: str, user: Any = None, **limits: Any) -> Hits:
    return search.find(Question.of(typed), user or make.UserFactory(), Limits(**limits))


def titles(typed: str, user: Any = None) -> list[str]:
    return [hit.title for hit in hits_of(typed, user).rows]


def merge() -> None:
    while search_texts.merge(at=NOON + SOON):
        pass


class TestWords:
    @pytest.mark.parametrize(
        "typed", ["declined", "decline", "DECLINING card", "cards", "card decl", "müller", "muller"]
    )
    def test_find_a_title_in_other_forms(self, typed: str) -> None:
        make.IncidentFactory(title="Card payments are declined at Müller")
        make.IncidentFactory(title="Printer is pale")

        assert titles(typed) == ["Card payments are declined at Müller"]

    @pytest.mark.parametrize("is_merged", [False, True])
    def test_find_descriptions_notes_and_comments(self, is_merged: bool) -> None:
        described = make.IncidentFactory(title="First", description="The scanner shows E-4711.")
        noted = make.TimelineEntryFactory(ticket__title="Second", text="Swapped the scanner.").ticket
        comment = make.TimelineEntryFactory(ticket__title="Third", kind="comment", text="Your scanner works.").ticket
        make.TimelineEntryFactory(ticket__title="Fourth", kind="page", text="Paged for the scanner.")
        if is_merged:
            merge()

        assert [hit.reference for hit in hits_of("scanners").rows] == [
            comment.reference, noted.reference, described.reference,
        ]  # fmt: skip
        assert titles("4711") == ["First"]

    def test_may_be_parts_of_title_and_several_notes(self) -> None:
        ticket = make.IncidentFactory(title="Printer is pale")
        make.TimelineEntryFactory(ticket=ticket, text="It is the one in Leeds.")
        make.TimelineEntryFactory(ticket=ticket, text="Toner ordered.")
        merge()

        assert titles("printer leeds toner") == ["Printer is pale"]

    def test_in_the_title_come_first_and_others_say_where_they_are(self) -> None:
        make.IncidentFactory(title="Toner is empty")
        make.TimelineEntryFactory(ticket__title="Printer is pale", text=f"{'word ' * 40} the toner {'word ' * 40}")

        first, second = hits_of("toner").rows

        assert (first.title, first.excerpt) == ("Toner is empty", "")
        assert (second.source, "toner" in second.excerpt, len(second.excerpt) < 130) == ("in a note", True, True)

    def test_find_open_tickets_before_done_ones(self) -> None:
        make.IncidentFactory(title="Toner, open")
        make.IncidentFactory(title="Toner, restored", status="restored", restored_at=NOON)

        hits = hits_of("toner")

        assert [hit.title for hit in hits.rows] == ["Toner, open", "Toner, restored"]
        assert (hits.open_count, hits.done_count) == (1, 1)
        assert [hit.title for hit in hits_of("toner", is_done_only=True).rows] == ["Toner, restored"]

    def test_follow_a_change_of_the_title(self) -> None:
        ticket = make.IncidentFactory(title="Printer")
        merge()
        ticket.title = "Scanner"
        ticket.save()

        assert titles("scanner") == ["Scanner"]

        merge()
        assert titles("printer") == []


class TestTypingErrors:
    @pytest.mark.parametrize("typed", ["pritner", "prnter", "prinnter", "prinzer", "orinter"])
    def test_of_one_letter_find_the_word(self, typed: str) -> None:
        make.IncidentFactory(title="Printer is pale")
        merge()

        hits = hits_of(typed)

        assert [hit.title for hit in hits.rows] == ["Printer is pale"]
        assert list(hits.close_words) == ["printer"]

    def test_are_not_looked_for_in_words_of_tickets(self) -> None:
        make.IncidentFactory(title="Form is gone")
        make.IncidentFactory(title="Farm is gone")
        merge()

        assert titles("form") == ["Form is gone"]

    def test_never_learn_a_word_of_a_private_ticket(self) -> None:
        make.IncidentFactory(title="Dismissal", visibility="private", visibility_reason="HR")
        merge()

        assert not Spelling.objects.filter(word="dismissal").exists()


class TestNumbers:
    @pytest.mark.parametrize("form", ["INC-{}", "inc{}", "inc {}", "#{}", "{}"])
    def test_find_their_ticket(self, form: str) -> None:
        ticket = make.IncidentFactory()

        (hit,) = hits_of(form.format(ticket.number)).rows

        assert (hit.reference, hit.is_exact) == (ticket.reference, True)

    def test_of_another_kind_find_nothing(self) -> None:
        assert not hits_of(f"PRB-{make.IncidentFactory().number}").rows

    def test_find_the_ticket_first_and_then_the_words(self) -> None:
        ticket = make.IncidentFactory()
        make.IncidentFactory(title=f"Room {ticket.number}")

        assert titles(str(ticket.number)) == [ticket.title, f"Room {ticket.number}"]


class TestPrivateTickets:
    def test_are_like_tickets_that_do_not_exist(self) -> None:
        ticket = make.IncidentFactory(title="Dismissal", visibility="private", visibility_reason="HR")
        make.TimelineEntryFactory(ticket=ticket, text="Talked to the lawyer.")
        member = make.MembershipFactory(team=ticket.team).user

        for typed in ("dismissal", "lawyer", ticket.reference, str(ticket.number)):
            assert hits_of(typed) == hits_of("INC-999999999")
            assert titles(typed, member) == ["Dismissal"]


class TestQueries:
    def test_are_one_whatever_is_found(self) -> None:
        user = make.UserFactory()
        for _ in range(7):
            make.TimelineEntryFactory(text="toner")

        for typed in ("toner", "tonner", "7", "INC-7", "nothing", "the"):
            with CaptureQueriesContext(connection) as queries:
                hits_of(typed, user)
            assert len(queries) <= 1, typed

    def test_read_texts_by_their_index(self) -> None:
        user = make.UserFactory()
        with CaptureQueriesContext(connection) as queries:
            hits_of("toner", user)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {queries[0]['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())

        assert "incidents_tickettext_words" in plan
        assert "Seq Scan on incidents_tickettext" not in plan
        assert "Seq Scan on incidents_timelineentry" not in plan


class TestMerge:
    def test_leaves_one_row_a_ticket(self) -> None:
        ticket = make.IncidentFactory()
        make.TimelineEntryFactory.create_batch(3, ticket=ticket)

        assert TicketText.objects.count() == 4

        merge()
        assert list(TicketText.objects.values_list("ticket", "fresh_since")) == [(ticket.pk, None)]

    def test_waits_while_words_are_fresh(self) -> None:
        make.IncidentFactory()

        assert search_texts.merge(at=NOON - SOON) == 0

    def test_takes_texts_of_any_size(self) -> None:
        ticket = make.IncidentFactory(description=" ".join(f"w{n}" for n in range(60_000)))
        letters = " ".join(chr(0x4E00 + n) for n in range(20_000))
        make.TimelineEntryFactory.create_batch(4, ticket=ticket, text=letters)
        merge()

        assert titles("w17") == [ticket.title]
