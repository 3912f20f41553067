"""Restored, prevention open: what an incident waits for, and that it resolves by itself."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from incidents import response
from incidents.models import ActionItem, Ticket, TicketLink
from incidents.prevention import action_items, conditions
from incidents.prevention.auto_resolve import resolve_due
from incidents.prevention.waivers import approve_waiver, decline_waiver, request_waiver
from incidents.tickets import links
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 6, 5)


def minutes(count: int) -> Any:
    return NOON + timedelta(minutes=count)


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana")


@pytest.fixture
def bob() -> Any:
    return make.UserFactory(name="Bob")


@pytest.fixture
def restored(ana: Any) -> Ticket:
    """A restored incident whose severity needs prevention."""
    severity = make.SeverityFactory(rank=1, needs_prevention=True, pages=False)
    ticket = response.declare(title="Checkout is down", service=make.ServiceFactory(), severity=severity, at=NOON)
    return response.restore(ticket_id=ticket.pk, actor=ana, at=minutes(5))


def status(ticket: Ticket) -> str:
    return Ticket.objects.get(pk=ticket.pk).status


def last_entry(ticket: Ticket) -> str:
    return ticket.timeline.order_by("-pk")[0].text


def unmet_texts(ticket: Ticket) -> list[str]:
    return [condition.text for condition in conditions.unmet_conditions(ticket)]


def priority_action(ticket: Any, **fields: Any) -> ActionItem:
    return action_items.add(
        ticket_id=ticket.pk, title="Add an alert", due_on=FRIDAY, is_priority=True, actor=None, at=minutes(6), **fields
    )


class TestConditions:
    def test_name_the_decision_that_is_missing(self, restored: Ticket) -> None:
        assert unmet_texts(restored) == [conditions.UNDECIDED]

    def test_name_each_open_problem_and_priority_action(self, restored: Ticket) -> None:
        problem = make.ProblemFactory(title="The pool runs empty")
        make.TicketLinkFactory(from_ticket=restored, to_ticket=problem)
        priority_action(restored)
        priority_action(problem)

        problem.refresh_from_db()
        assert unmet_texts(restored) == [
            f"{problem.reference} The pool runs empty (new)",
            "The action item “Add an alert”, due on 5 Jun 2026",
            "The action item “Add an alert”, due on 5 Jun 2026",
        ]

    def test_do_not_count_what_prevents_nothing(self, restored: Ticket) -> None:
        """A cancelled problem, a declined action and one without priority leave the decision open."""
        cancelled = make.ProblemFactory(status="closed", closed_at=NOON, closure_code="cancelled")
        make.TicketLinkFactory(from_ticket=restored, to_ticket=cancelled)
        make.ActionItemFactory(ticket=restored)
        make.ActionItemFactory(ticket=restored, is_priority=True, status="declined", reason="No.", done_at=NOON)

        assert unmet_texts(restored) == [conditions.UNDECIDED]

    def test_hide_the_title_of_a_private_problem(self, restored: Ticket) -> None:
        secret = make.ProblemFactory(title="Marker", visibility="private", visibility_reason="HR")
        make.TicketLinkFactory(from_ticket=restored, to_ticket=secret)
        make.ActionItemFactory(ticket=secret, title="Marker too", is_priority=True)

        assert not [text for text in unmet_texts(restored) if "Marker" in text]

    def test_of_many_take_as_many_queries_as_of_one(self, restored: Ticket, django_assert_num_queries: Any) -> None:
        for _ in range(5):
            other = make.IncidentFactory(severity=restored.severity)
            make.TicketLinkFactory(from_ticket=other)
            make.ActionItemFactory(ticket=other, is_priority=True)

        tickets = list(Ticket.objects.incidents().select_related("severity"))
        with django_assert_num_queries(3):
            conditions.resolution_conditions_of_all(tickets)


class TestAutoResolve:
    def test_waits_until_the_last_action_is_done_and_says_so(self, restored: Ticket, ana: Any) -> None:
        first, second = priority_action(restored), priority_action(restored, owner=ana)

        action_items.complete(action_id=first.pk, actor=ana, at=minutes(7))
        assert status(restored) == "restored"
        action_items.complete(action_id=second.pk, actor=ana, at=minutes(8))

        resolved = Ticket.objects.get(pk=restored.pk)
        assert (resolved.status, resolved.resolved_at) == ("resolved", minutes(8))
        assert last_entry(restored) == "Resolved: The action item “Add an alert” is done. Nothing else was open."

    def test_waits_again_when_the_only_action_is_declined(self, restored: Ticket, ana: Any) -> None:
        action = priority_action(restored)

        action_items.decline(action_id=action.pk, reason="Too expensive.", actor=ana, at=minutes(7))

        assert status(restored) == "restored"
        assert unmet_texts(restored) == [conditions.UNDECIDED]

    def test_leaves_an_open_incident_alone(self, restored: Ticket) -> None:
        response.reopen(ticket_id=restored.pk, reason="Again", actor=None, at=minutes(6))
        action = priority_action(restored)

        action_items.complete(action_id=action.pk, actor=None, at=minutes(7))

        assert status(restored) == "in_progress"

    def test_follows_a_problem_that_ends_however_it_was_ended(self, restored: Ticket) -> None:
        """The sweep resolves what no call has resolved."""
        problem = make.ProblemFactory()
        make.TicketLinkFactory(from_ticket=restored, to_ticket=problem)
        assert resolve_due(at=minutes(6)) == 0

        Ticket.objects.filter(pk=problem.pk).update(status="resolved", resolved_at=minutes(7))

        assert resolve_due(at=minutes(8)) == 1
        assert status(restored) == "resolved"
        assert resolve_due(at=minutes(9)) == 0

    def test_resolves_an_incident_whose_new_severity_needs_no_prevention(self, restored: Ticket) -> None:
        mild = make.SeverityFactory(rank=4, needs_prevention=False)
        response.change_severity(ticket_id=restored.pk, severity=mild, reason="Few saw it", actor=None, at=minutes(6))

        assert resolve_due(at=minutes(7)) == 1

    def test_never_ends_before_restoration(self, restored: Ticket) -> None:
        action = priority_action(restored)

        action_items.complete(action_id=action.pk, actor=None, at=minutes(1))

        ticket = Ticket.objects.get(pk=restored.pk)
        assert ticket.resolved_at == ticket.restored_at


class TestResolve:
    def test_by_hand_is_refused_with_what_is_missing(self, restored: Ticket, ana: Any) -> None:
        with pytest.raises(response.TicketRefused, match="still waits for: A problem"):
            response.resolve(ticket_id=restored.pk, reason="Enough.", actor=ana, at=minutes(6))


class TestWaiver:
    def test_resolves_when_somebody_else_agrees(self, restored: Ticket, ana: Any, bob: Any) -> None:
        waiver = request_waiver(ticket_id=restored.pk, reason="Dug up street.", actor=ana, at=minutes(6))
        assert status(restored) == "restored"

        approve_waiver(waiver_id=waiver.pk, actor=bob, at=minutes(7))

        assert status(restored) == "resolved"
        assert last_entry(restored) == "Resolved: Bob agreed that no prevention is needed: Dug up street."

    def test_is_not_decided_by_the_person_who_requested_it(self, restored: Ticket, ana: Any) -> None:
        waiver = request_waiver(ticket_id=restored.pk, reason="Dug up street.", actor=ana, at=minutes(6))

        with pytest.raises(response.TicketRefused, match="somebody else must decide"):
            approve_waiver(waiver_id=waiver.pk, actor=ana, at=minutes(7))

    def test_needs_a_second_person_in_the_database_too(self, restored: Ticket, ana: Any) -> None:
        with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
            make.PreventionWaiverFactory(
                ticket=restored, requested_by=ana, decided_by=ana, decided_at=NOON, status="approved"
            )

    def test_is_requested_once_at_a_time(self, restored: Ticket, ana: Any, bob: Any) -> None:
        waiver = request_waiver(ticket_id=restored.pk, reason="Dug up street.", actor=ana, at=minutes(6))
        with pytest.raises(response.TicketRefused, match="requested already"):
            request_waiver(ticket_id=restored.pk, reason="Again.", actor=ana, at=minutes(6))

        decline_waiver(waiver_id=waiver.pk, reason="Ask for a second line.", actor=bob, at=minutes(7))

        assert request_waiver(ticket_id=restored.pk, reason="There is one.", actor=ana, at=minutes(8))
        assert status(restored) == "restored"

    def test_does_not_outlive_a_reopening(self, restored: Ticket, ana: Any, bob: Any) -> None:
        waiver = request_waiver(ticket_id=restored.pk, reason="Dug up street.", actor=ana, at=minutes(6))
        approve_waiver(waiver_id=waiver.pk, actor=bob, at=minutes(7))
        response.reopen(ticket_id=restored.pk, reason="Again", actor=ana, at=minutes(8))

        again = response.restore(ticket_id=restored.pk, actor=ana, at=minutes(9))

        assert unmet_texts(again) == [conditions.UNDECIDED]


class TestActionItems:
    def test_go_to_the_ticket_s_team(self, restored: Ticket) -> None:
        assert priority_action(restored).team == restored.team

    def test_end_once(self, restored: Ticket) -> None:
        action = priority_action(restored)
        action_items.complete(action_id=action.pk, actor=None, at=minutes(7))

        with pytest.raises(response.TicketRefused, match="done already"):
            action_items.decline(action_id=action.pk, reason="x", actor=None, at=minutes(8))

    def test_are_reassigned(self, restored: Ticket, bob: Any) -> None:
        action = priority_action(restored)

        action_items.reassign(action_id=action.pk, owner=bob, actor=None, at=minutes(7))

        action.refresh_from_db()
        assert (action.owner, action.team) == (bob, None)
        assert last_entry(restored) == "Action item reassigned to Bob: Add an alert"


def relations(ticket: Ticket, reader: Any) -> list[tuple[str, Ticket]]:
    return [(link.relation, link.ticket) for link in links.linked_tickets(ticket, reader)]


class TestLinks:
    def test_are_recorded_at_both_ends_and_created_once(self, restored: Ticket) -> None:
        problem = Ticket.objects.get(pk=make.ProblemFactory(title="The pool runs empty").pk)
        for _ in range(2):
            links.link_tickets(from_ticket=restored, to_ticket=problem, kind="caused_by", actor=None, at=minutes(6))

        assert TicketLink.objects.count() == 1
        assert last_entry(restored) == f"Caused by {problem.reference}."
        assert last_entry(problem) == f"Caused {restored.reference}."
        reader = make.UserFactory()
        assert relations(restored, reader) == [("Caused by", problem)]
        assert relations(problem, reader) == [("Caused", restored)]

    def test_hide_the_title_of_a_private_ticket(self, restored: Ticket) -> None:
        secret = Ticket.objects.get(
            pk=make.ProblemFactory(title="Marker", visibility="private", visibility_reason="HR").pk
        )

        links.link_tickets(from_ticket=restored, to_ticket=secret, kind="caused_by", actor=None, at=minutes(6))

        assert "Marker" not in last_entry(restored)

    def test_only_a_problem_is_a_cause(self, restored: Ticket) -> None:
        other = Ticket.objects.get(pk=make.IncidentFactory().pk)

        with pytest.raises(response.TicketRefused, match="Only a problem"):
            links.link_tickets(from_ticket=restored, to_ticket=other, kind="caused_by", actor=None, at=minutes(6))
