"""Excluded time: each refusal is a sentence on its field, a second person decides, and clocks read the fact (K-43)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from incidents.models import SlaCredit, Ticket, TimelineEntry
from incidents.sla.credits import approve_credit, decline_credit, request_credit
from incidents.sla.loading import load_events
from incidents.tickets.locking import TicketRefused
from oncall.calendars.opening_hours import minute_of
from oncall.people.programs import OnlyPeople
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=120)


def minutes(count: int) -> Any:
    return NOON + timedelta(minutes=count)


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana")


@pytest.fixture
def bob() -> Any:
    return make.UserFactory(name="Bob")


@pytest.fixture
def ticket(ana: Any) -> Ticket:
    incident = make.IncidentFactory(created_at=NOON, impact_started_at=NOON, service__team__time_zone="Europe/Berlin")
    return Ticket.objects.get(pk=incident.pk)


def request(ticket: Ticket, actor: Any, start: int = 0, end: int = 60, **more: Any) -> SlaCredit:
    values = {"starts_at": minutes(start), "ends_at": minutes(end), "reason": "A holiday.", "at": LATER} | more
    return request_credit(ticket_id=ticket.pk, actor=actor, **values)


def last_entry(ticket: Ticket) -> TimelineEntry:
    return ticket.timeline.order_by("-pk")[0]


class TestRequest:
    def test_waits_for_a_decision_and_stands_on_the_timeline(self, ticket: Ticket, ana: Any) -> None:
        credit = request(ticket, ana)

        assert (credit.status, credit.minutes, credit.requested_by) == ("asked", 60, ana)
        entry = last_entry(ticket)
        assert entry.text == "Excluded time was requested: Mon 1 Jun 2026, 14:00 to 15:00 CEST. Reason: A holiday."
        assert entry.facts is None

    @pytest.mark.parametrize(
        ("values", "field", "sentence"),
        [
            ({"ends_at": NOON}, "ends_at", "The end must be after the start."),
            ({"ends_at": NOON - timedelta(minutes=1)}, "ends_at", "The end must be after the start."),
            ({"starts_at": NOON + timedelta(seconds=1)}, "starts_at", "Write the time to the minute"),
            ({"ends_at": minutes(60) + timedelta(microseconds=1)}, "ends_at", "Write the time to the minute"),
            ({"ends_at": LATER + timedelta(minutes=1)}, "ends_at", "These minutes are not over yet."),
            ({"ends_at": NOON + timedelta(days=90, minutes=1)}, "ends_at", "This is more than 90 days."),
            ({"starts_at": NOON - timedelta(minutes=1)}, "starts_at", "Start then or later."),
            ({"reason": " \u200b "}, "reason", "Say why these minutes do not count."),
        ],
    )
    def test_that_is_wrong_is_refused_on_its_field(
        self, ticket: Ticket, ana: Any, values: dict[str, Any], field: str, sentence: str
    ) -> None:
        with pytest.raises(TicketRefused, match=sentence) as refusal:
            request(ticket, ana, **values)

        assert refusal.value.field == field
        assert not SlaCredit.objects.exists()

    def test_of_exactly_ninety_days_or_until_now_is_fine(self, ticket: Ticket, ana: Any) -> None:
        assert request(ticket, ana, ends_at=NOON + timedelta(days=90))

    def test_may_begin_with_the_impact_and_with_the_opening_elsewhere(self, ana: Any) -> None:
        """A ticket that was opened at 12:00 about an outage since 11:30."""
        began = make.IncidentFactory(created_at=NOON, impact_started_at=minutes(-30))
        imported = make.IncidentFactory(created_at=NOON, impact_started_at=NOON, opened_at=minutes(-30))

        for row in (began, imported):
            assert request(row, ana, start=-30, end=0)

    def test_that_overlaps_another_is_refused_with_its_times(self, ticket: Ticket, ana: Any, bob: Any) -> None:
        first = request(ticket, ana, start=10, end=20)
        with pytest.raises(TicketRefused, match=r"overlap another excluded time.*12:10 to 12:20") as refusal:
            request(ticket, ana, start=19, end=30)
        assert refusal.value.field == "starts_at"

        assert request(ticket, ana, start=20, end=30)
        decline_credit(credit_id=first.pk, reason="They count.", actor=bob, at=LATER)
        assert request(ticket, ana, start=0, end=20)

    def test_that_overlaps_is_refused_by_the_database_too(self, ticket: Ticket) -> None:
        make.SlaCreditFactory(ticket=ticket, starts_at=NOON)
        with pytest.raises(IntegrityError, match="no_overlap"), transaction.atomic():
            make.SlaCreditFactory(ticket=ticket, starts_at=minutes(59))


@pytest.mark.django_db(transaction=True)
class TestRace:
    def test_of_two_that_overlap_leaves_one_and_a_sentence(self, ticket: Ticket, ana: Any) -> None:
        def call(start: int) -> str:
            try:
                return str(request(ticket, ana, start=start, end=60).status)
            except TicketRefused as refusal:
                return str(refusal)[:22]
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            answers = sorted(pool.map(call, range(4)))

        assert answers == ["These minutes overlap "] * 3 + ["asked"]
        assert SlaCredit.objects.count() == 1


class TestDecision:
    def test_tells_clocks_the_minutes_and_people_who_agreed(self, ticket: Ticket, ana: Any, bob: Any) -> None:
        credit = request(ticket, ana)

        approve_credit(credit_id=credit.pk, actor=bob, at=LATER)

        entry = last_entry(ticket)
        assert entry.facts == [{"type": "credit", "from": "2026-06-01T12:00:00Z", "to": "2026-06-01T13:00:00Z"}]
        assert entry.text == (
            "Excluded from the clocks: Mon 1 Jun 2026, 14:00 to 15:00 CEST. Requested by Ana, approved by Bob."
            " Reason: A holiday."
        )
        credit.refresh_from_db()
        assert (credit.status, credit.decided_by, credit.decided_at) == ("approved", bob, LATER)

    def test_takes_the_minutes_out_of_what_clocks_read(self, ticket: Ticket, ana: Any, bob: Any) -> None:
        credit = request(ticket, ana)
        approve_credit(credit_id=credit.pk, actor=bob, at=LATER)

        spans = [event.span for event in load_events([ticket.pk])[ticket.pk].events if event.type == "credit"]

        assert spans == [(minute_of(NOON), minute_of(NOON) + 60)]

    def test_against_it_tells_clocks_nothing(self, ticket: Ticket, ana: Any, bob: Any) -> None:
        credit = request(ticket, ana)
        with pytest.raises(TicketRefused, match="Say why these minutes count") as refusal:
            decline_credit(credit_id=credit.pk, reason=" ", actor=bob, at=LATER)
        assert refusal.value.field == "reason"

        decline_credit(credit_id=credit.pk, reason="It was no holiday here.", actor=bob, at=LATER)

        assert last_entry(ticket).facts is None
        assert last_entry(ticket).text.endswith("CEST. It was no holiday here.")

    def test_is_taken_once_by_a_second_person_without_the_ticket(self, ticket: Ticket, ana: Any, bob: Any) -> None:
        credit = request(ticket, ana)
        Ticket.objects.filter(pk=ticket.pk).update(assignee=bob)
        program = make.ServiceAccountFactory().user

        for actor, kind, sentence in (
            (ana, TicketRefused, "You requested it, so somebody else must decide"),
            (bob, TicketRefused, "is assigned to you, so somebody else must decide"),
            (program, OnlyPeople, "a person answers for this decision"),
        ):
            with pytest.raises(kind, match=sentence):
                approve_credit(credit_id=credit.pk, actor=actor, at=LATER)
        carl = make.UserFactory()
        approve_credit(credit_id=credit.pk, actor=carl, at=LATER)
        with pytest.raises(TicketRefused, match="was approved already"):
            decline_credit(credit_id=credit.pk, reason="No.", actor=make.UserFactory(), at=LATER)

    def test_needs_a_second_person_in_the_database_too(self, ticket: Ticket, ana: Any) -> None:
        with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
            make.SlaCreditFactory(ticket=ticket, requested_by=ana, decided_by=ana, decided_at=NOON, status="approved")
