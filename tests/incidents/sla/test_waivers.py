"""Waivers: a breach never changes, and a second person agrees that it is waived (K-44)."""

from datetime import timedelta
from typing import Any

import pytest

from incidents.models import SlaBreach, Ticket
from incidents.sla.waivers import approve_waiver, decline_waiver, request_waiver
from incidents.tickets.locking import TicketRefused
from oncall.people.programs import OnlyPeople
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=2)


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana")


@pytest.fixture
def bob() -> Any:
    return make.UserFactory(name="Bob")


@pytest.fixture
def breach() -> Any:
    ticket = make.IncidentFactory(service__team__time_zone="Europe/Berlin")
    return make.SlaBreachFactory(ticket=ticket, breached_at=NOON)


def last_text(breach: Any) -> str:
    return Ticket.objects.get(pk=breach.ticket_id).timeline.order_by("-pk")[0].text


class TestWaiver:
    def test_is_approved_by_somebody_else_and_changes_no_breach(self, breach: Any, ana: Any, bob: Any) -> None:
        before = SlaBreach.objects.values().get(pk=breach.pk)

        waiver = request_waiver(breach_id=breach.pk, reason="Agreed with them.", actor=ana, at=LATER)
        assert last_text(breach) == (
            "A waiver was requested of “Restore” (SLA, to customers), broken Mon 1 Jun 2026, 14:00 CEST."
            " Reason: Agreed with them."
        )
        approve_waiver(waiver_id=waiver.pk, actor=bob, at=LATER)

        waiver.refresh_from_db()
        assert (waiver.status, waiver.decided_by, waiver.decided_at) == ("approved", bob, LATER)
        assert last_text(breach).endswith("Requested by Ana, approved by Bob. Reason: Agreed with them.")
        assert SlaBreach.objects.values().get(pk=breach.pk) == before

    def test_names_the_team_and_the_cycle(self, ana: Any) -> None:
        team = make.TeamFactory(name="Network")
        version = make.SlaTargetVersionFactory(target__kind="ola", target__metric="acknowledge")
        breach = make.SlaBreachFactory(team=team, cycle=2, version=version)

        request_waiver(breach_id=breach.pk, reason="x", actor=ana, at=LATER)

        assert "“Acknowledge” (OLA, between teams of Network, cycle 2)" in last_text(breach)

    def test_needs_a_reason(self, breach: Any, ana: Any) -> None:
        with pytest.raises(TicketRefused, match="Say why this breach is waived") as refusal:
            request_waiver(breach_id=breach.pk, reason=" ", actor=ana, at=LATER)

        assert refusal.value.field == "reason"

    def test_is_requested_once_and_again_after_it_was_declined(self, breach: Any, ana: Any, bob: Any) -> None:
        waiver = request_waiver(breach_id=breach.pk, reason="x", actor=ana, at=LATER)
        with pytest.raises(TicketRefused, match="requested already and waits for a decision"):
            request_waiver(breach_id=breach.pk, reason="x", actor=bob, at=LATER)

        with pytest.raises(TicketRefused, match="Say why the breach counts"):
            decline_waiver(waiver_id=waiver.pk, reason="", actor=bob, at=LATER)
        decline_waiver(waiver_id=waiver.pk, reason="Nobody agreed.", actor=bob, at=LATER)
        assert last_text(breach).endswith("CEST. Nobody agreed.")

        again = request_waiver(breach_id=breach.pk, reason="Now they did.", actor=ana, at=LATER)
        approve_waiver(waiver_id=again.pk, actor=bob, at=LATER)
        with pytest.raises(TicketRefused, match="approved already"):
            request_waiver(breach_id=breach.pk, reason="x", actor=bob, at=LATER)

    def test_is_decided_once_by_a_second_person_without_the_ticket(self, breach: Any, ana: Any, bob: Any) -> None:
        waiver = request_waiver(breach_id=breach.pk, reason="x", actor=ana, at=LATER)
        Ticket.objects.filter(pk=breach.ticket_id).update(assignee=bob)

        for actor, kind, sentence in (
            (ana, TicketRefused, "You requested it"),
            (bob, TicketRefused, "is assigned to you"),
            (make.ServiceAccountFactory().user, OnlyPeople, "a person answers"),
        ):
            with pytest.raises(kind, match=sentence):
                approve_waiver(waiver_id=waiver.pk, actor=actor, at=LATER)
        approve_waiver(waiver_id=waiver.pk, actor=make.UserFactory(), at=LATER)
        with pytest.raises(TicketRefused, match="was approved already"):
            decline_waiver(waiver_id=waiver.pk, reason="No.", actor=make.UserFactory(), at=LATER)
