"""Verbs between several people and teams: whose acknowledgement, and whose refusal (R-E7a)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from incidents import response
from incidents.models import Ticket
from incidents.response import answer_by_link, situation
from oncall import escalation
from oncall.models import Escalation, EscalationEntry, MembershipRole, Page, WorkInterval
from oncall.paging.links import key_for
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def minutes(count: int) -> datetime:
    return NOON + timedelta(minutes=count)


@pytest.fixture
def ana() -> Any:
    return make.person_with_phone("Ana")


@pytest.fixture
def bob() -> Any:
    return make.person_with_phone("Bob")


@pytest.fixture
def tom() -> Any:
    return make.person_with_phone("Tom")


@pytest.fixture
def ticket(ana: Any, bob: Any) -> Ticket:
    """Of the team Checkout: it rings Ana, and Bob after five minutes."""
    team = make.TeamFactory(name="Checkout")
    policy = make.policy(ana, bob, fallback=[bob], team=team)
    service = make.ServiceFactory(team=team, escalation_policy=policy)
    severity = make.SeverityFactory()
    ticket = response.declare(title="Checkout is down", service=service, severity=severity, at=NOON)
    escalation.fire_due(at=NOON)
    return ticket


@pytest.fixture
def payments(ticket: Ticket, tom: Any) -> Escalation:
    """The team Payments was added: it rings Tom."""
    return add_team(ticket, "Payments", tom)


def add_team(ticket: Ticket, name: str, *people: Any) -> Escalation:
    team = make.TeamFactory(name=name)
    team.escalation_policy = make.policy(*people, team=team)
    team.save()
    response.add_responders(ticket_id=ticket.pk, team=team, actor=None, at=NOON)
    escalation.fire_due(at=NOON)
    return Escalation.objects.get(team=team)


def states(ticket: Ticket) -> dict[str, str]:
    return dict(Escalation.objects.filter(subject_id=ticket.pk).values_list("team__name", "state"))


def acknowledge(ticket: Ticket, actor: Any, minute: int = 1) -> Ticket:
    return response.acknowledge(ticket_id=ticket.pk, actor=actor, at=minutes(minute))


def decline(ticket: Ticket, actor: Any, minute: int = 2, **more: Any) -> Ticket:
    return response.decline(ticket_id=ticket.pk, actor=actor, at=minutes(minute), **more)


def by_link(verb: str, row: Escalation, user: Any, minute: int = 1) -> Ticket:
    page = Page.objects.filter(escalation=row, user=user, purpose="ring").latest("pk")
    return answer_by_link.answer(key=key_for(page), verb=verb, at=minutes(minute))


def lines(ticket: Ticket, start: str) -> list[str]:
    return list(ticket.timeline.filter(text__startswith=start).order_by("pk").values_list("text", flat=True))


def working(ticket: Ticket) -> set[str]:
    rows = WorkInterval.objects.filter(subject_id=ticket.pk, ended_at__isnull=True)
    return set(rows.values_list("user__name", flat=True))


class TestWhoseAcknowledgement:
    def test_is_of_those_that_rang_the_person(self, ticket: Ticket, payments: Escalation, tom: Any) -> None:
        ticket = acknowledge(ticket, tom)

        assert states(ticket) == {"Checkout": "triggered", "Payments": "acknowledged"}
        assert (ticket.status, ticket.assignee) == ("acknowledged", tom)

    def test_of_any_firing_also_an_earlier_one(self, ticket: Ticket, payments: Escalation, ana: Any) -> None:
        escalation.fire_due(at=minutes(5))

        acknowledge(ticket, ana, minute=6)

        assert states(ticket) == {"Checkout": "acknowledged", "Payments": "triggered"}

    def test_else_of_the_persons_teams(self, ticket: Ticket, payments: Escalation) -> None:
        colleague = make.UserFactory()
        make.MembershipFactory(user=colleague, team=payments.team)

        acknowledge(ticket, colleague)

        assert states(ticket) == {"Checkout": "triggered", "Payments": "acknowledged"}

    @pytest.mark.parametrize("is_observer", [False, True])
    def test_else_of_the_assigned_team(self, ticket: Ticket, payments: Escalation, is_observer: bool) -> None:
        agent = make.UserFactory()
        if is_observer:
            make.MembershipFactory(user=agent, team=payments.team, role=MembershipRole.OBSERVER)

        acknowledge(ticket, agent)

        assert states(ticket) == {"Checkout": "acknowledged", "Payments": "triggered"}

    def test_of_a_sender_is_of_the_assigned_team(self, ticket: Ticket, payments: Escalation) -> None:
        acknowledge(ticket, None)

        assert states(ticket) == {"Checkout": "acknowledged", "Payments": "triggered"}

    def test_by_link_is_of_that_page(self, ticket: Ticket, tom: Any) -> None:
        rows = [add_team(ticket, name, tom) for name in ("Payments", "Search")]

        by_link("acknowledge", rows[1], tom)

        assert states(ticket) == {"Checkout": "triggered", "Payments": "triggered", "Search": "acknowledged"}

    def test_by_the_link_of_a_team_that_is_not_paged_any_more_is_refused(
        self, ticket: Ticket, payments: Escalation, ana: Any, tom: Any
    ) -> None:
        checkout = Escalation.objects.get(team=ticket.team)
        response.reassign(ticket_id=ticket.pk, team=make.TeamFactory(), reason="Network.", actor=None, at=minutes(1))

        with pytest.raises(response.TicketRefused, match="needs no answer any more"):
            by_link("acknowledge", checkout, ana)

        ticket.refresh_from_db()
        assert ticket.status == "new"

    def test_news_rings_nobody_so_it_is_no_reason_to_choose(
        self, ticket: Ticket, payments: Escalation, ana: Any
    ) -> None:
        make.PageFactory(escalation=payments, user=ana, purpose="news")

        acknowledge(ticket, ana)

        assert states(ticket) == {"Checkout": "acknowledged", "Payments": "triggered"}

    def test_without_escalations_is_of_the_ticket(self, bob: Any) -> None:
        mild = make.SeverityFactory(rank=5, pages=False)
        ticket = response.declare(title="Typo", service=make.ServiceFactory(), severity=mild, at=NOON)

        ticket = acknowledge(ticket, bob)

        assert (ticket.status, ticket.assignee) == ("acknowledged", bob)
        assert lines(ticket, "Ack") == ["Acknowledged by Bob."]
        assert working(ticket) == {"Bob"}


class TestAcknowledgements:
    def test_each_has_its_line_and_its_minutes(self, ticket: Ticket, payments: Escalation, ana: Any, tom: Any) -> None:
        acknowledge(ticket, ana)
        ticket = acknowledge(ticket, tom, minute=3)

        assert lines(ticket, "Ack") == ["Acknowledged by Ana for Checkout.", "Acknowledged by Tom for Payments."]
        assert (ticket.assignee, ticket.acknowledged_at) == (ana, minutes(1))
        assert working(ticket) == {"Ana", "Tom"}

    def test_of_several_teams_at_once_have_a_line_each(self, ticket: Ticket, tom: Any) -> None:
        for name in ("Payments", "Search"):
            add_team(ticket, name, tom)

        acknowledge(ticket, tom)

        assert lines(ticket, "Ack") == ["Acknowledged by Tom for Payments.", "Acknowledged by Tom for Search."]

    @pytest.mark.parametrize("is_by_link", [False, True])
    def test_the_loser_of_a_race_gets_nothing(self, ticket: Ticket, ana: Any, bob: Any, is_by_link: bool) -> None:
        escalation.fire_due(at=minutes(5))
        row = Escalation.objects.get()
        acknowledge(ticket, ana, minute=6)

        ticket = by_link("acknowledge", row, bob, minute=6) if is_by_link else acknowledge(ticket, bob, minute=6)

        assert (ticket.assignee, Escalation.objects.get().acknowledged_by) == (ana, ana)
        assert lines(ticket, "Ack") == ["Acknowledged by Ana for Checkout."]
        assert working(ticket) == {"Ana"}

    def test_the_loser_for_one_team_does_not_answer_for_another(
        self, ticket: Ticket, payments: Escalation, ana: Any, bob: Any
    ) -> None:
        make.MembershipFactory(user=bob, team=payments.team)
        escalation.fire_due(at=minutes(5))
        acknowledge(ticket, ana, minute=6)

        acknowledge(ticket, bob, minute=6)

        assert states(ticket)["Payments"] == "triggered"
        assert working(ticket) == {"Ana"}

    def test_of_a_sender_leaves_it_to_the_first_person_who_answers(self, ticket: Ticket, ana: Any, bob: Any) -> None:
        acknowledge(ticket, None)

        acknowledge(ticket, ana, minute=2)
        ticket = acknowledge(ticket, bob, minute=3)

        assert (ticket.assignee, Escalation.objects.get().acknowledged_by) == (ana, ana)
        names = ["the sender of the alert", "Ana"]
        assert lines(ticket, "Ack") == [f"Acknowledged by {name} for Checkout." for name in names]
        assert working(ticket) == {"Ana"}


class TestTakeOver:
    def test_makes_the_person_the_assignee_at_work_in_any_case(self, ticket: Ticket, ana: Any, bob: Any) -> None:
        acknowledge(ticket, ana)

        ticket = response.take_over(ticket_id=ticket.pk, actor=bob, at=minutes(2))

        assert (ticket.assignee, working(ticket)) == (bob, {"Bob"})
        assert Escalation.objects.get().acknowledged_by == bob

    def test_leaves_other_teams_ringing(self, ticket: Ticket, payments: Escalation, ana: Any) -> None:
        ticket = response.take_over(ticket_id=ticket.pk, actor=ana, at=minutes(1))

        assert states(ticket) == {"Checkout": "acknowledged", "Payments": "triggered"}

    def test_leaves_the_acknowledgement_of_another_team(
        self, ticket: Ticket, payments: Escalation, ana: Any, bob: Any, tom: Any
    ) -> None:
        acknowledge(ticket, ana)
        acknowledge(ticket, tom)

        response.take_over(ticket_id=ticket.pk, actor=bob, at=minutes(2))

        names = dict(Escalation.objects.values_list("team__name", "acknowledged_by__name"))
        assert names == {"Checkout": "Bob", "Payments": "Tom"}

    def test_may_be_declined_afterwards(self, ticket: Ticket, ana: Any, bob: Any) -> None:
        acknowledge(ticket, ana)
        response.take_over(ticket_id=ticket.pk, actor=bob, at=minutes(2))

        with pytest.raises(response.TicketRefused, match="Bob has acknowledged"):
            decline(ticket, ana, minute=3)
        ticket = decline(ticket, bob, minute=3)

        assert (ticket.assignee, states(ticket)) == (None, {"Checkout": "triggered"})

    def test_by_the_link_of_a_team_that_is_not_paged_any_more(self, ticket: Ticket, ana: Any) -> None:
        row = Escalation.objects.get()
        response.reassign(ticket_id=ticket.pk, team=make.TeamFactory(), reason="Network.", actor=None, at=minutes(1))

        ticket = by_link("take_over", row, ana)

        assert (ticket.assignee, working(ticket)) == (ana, {"Ana"})
        assert states(ticket)[ticket.team.name] == "triggered"


class TestStartWork:
    def test_acknowledges_what_rings_the_person(
        self, ticket: Ticket, payments: Escalation, ana: Any, tom: Any
    ) -> None:
        acknowledge(ticket, ana)

        ticket = response.start_work(ticket_id=ticket.pk, actor=tom, at=minutes(2))

        assert (ticket.status, states(ticket)["Payments"]) == ("in_progress", "acknowledged")
        assert working(ticket) == {"Ana", "Tom"}

    def test_leaves_other_teams_ringing(self, ticket: Ticket, payments: Escalation, ana: Any) -> None:
        response.start_work(ticket_id=ticket.pk, actor=ana, at=minutes(2))

        assert states(ticket) == {"Checkout": "acknowledged", "Payments": "triggered"}


class TestDecline:
    def test_of_the_person_who_has_acknowledged_goes_to_the_next(self, ticket: Ticket, ana: Any, bob: Any) -> None:
        acknowledge(ticket, ana)

        ticket = decline(ticket, ana)
        escalation.fire_due(at=minutes(2))

        assert ticket.assignee is None
        assert working(ticket) == set()
        pending = Page.objects.filter(state="pending").values_list("user__name", flat=True)
        assert set(pending) == {"Bob"}
        assert lines(ticket, "Ana cannot") == ["Ana cannot take it for Checkout; the next person is paged."]

    def test_of_a_person_whom_it_rang_ends_their_calls(self, ticket: Ticket, ana: Any, bob: Any) -> None:
        decline(ticket, ana, reason="On a train.")

        assert set(Page.objects.filter(user=ana).values_list("state", flat=True)) == {"cancelled"}
        assert lines(ticket, "Ana cannot")[0].endswith("the next person is paged. On a train.")

    def test_never_undoes_the_acknowledgement_of_somebody_else(self, ticket: Ticket, ana: Any, bob: Any) -> None:
        escalation.fire_due(at=minutes(5))
        acknowledge(ticket, bob, minute=6)

        with pytest.raises(response.TicketRefused, match="Bob has acknowledged, so nobody else is paged"):
            decline(ticket, ana, minute=7)

        assert Escalation.objects.get().acknowledged_by == bob
        assert not lines(ticket, "Ana cannot")

    def test_leaves_other_teams_alone(self, ticket: Ticket, payments: Escalation, ana: Any, tom: Any) -> None:
        acknowledge(ticket, tom)

        ticket = decline(ticket, ana)

        assert states(ticket) == {"Checkout": "triggered", "Payments": "acknowledged"}
        assert (ticket.assignee, working(ticket)) == (tom, {"Tom"})

    def test_by_link_is_of_that_page(self, ticket: Ticket, tom: Any) -> None:
        rows = [add_team(ticket, name, tom) for name in ("Payments", "Search")]
        acknowledge(ticket, tom)
        Escalation.objects.filter(pk=rows[1].pk).update(state="triggered", next_at=minutes(9), acknowledged_by=None)

        ticket = by_link("decline", rows[1], tom, minute=2)

        assert states(ticket)["Payments"] == "acknowledged"
        assert (ticket.assignee, working(ticket)) == (tom, {"Tom"})
        assert [entry.escalation for entry in EscalationEntry.objects.filter(event="decline")] == [rows[1]]

    def test_twice_skips_nobody(self, ticket: Ticket, ana: Any) -> None:
        decline(ticket, ana)

        with pytest.raises(response.TicketRefused, match="declined already"):
            decline(ticket, ana, minute=3)

        assert EscalationEntry.objects.filter(event="decline").count() == 1

    def test_again_when_it_rings_again(self, ticket: Ticket, ana: Any) -> None:
        decline(ticket, ana)
        row = Escalation.objects.get()
        row.frozen_policy["repeat"] = 1
        row.save()
        for minute in (2, 7):
            escalation.fire_due(at=minutes(minute))

        decline(ticket, ana, minute=8)

        assert EscalationEntry.objects.filter(event="decline").count() == 2

    def test_of_a_person_whom_it_did_not_ring_is_refused(self, ticket: Ticket, bob: Any) -> None:
        with pytest.raises(response.TicketRefused, match="has not paged you"):
            decline(ticket, bob)

        assert Escalation.objects.get().step == 1

    def test_after_a_sender_acknowledged_is_refused(self, ticket: Ticket, ana: Any) -> None:
        acknowledge(ticket, None)

        with pytest.raises(response.TicketRefused, match="The sender of the alert has acknowledged"):
            decline(ticket, ana)

    def test_of_a_ticket_that_pages_nobody_is_refused(self, ana: Any) -> None:
        mild = make.SeverityFactory(rank=5, pages=False)
        ticket = response.declare(title="Typo", service=make.ServiceFactory(), severity=mild, at=NOON)

        with pytest.raises(response.TicketRefused, match="Nobody is being paged"):
            decline(ticket, ana)


class TestScreens:
    def test_name_the_teams_that_still_ring(self, ticket: Ticket, payments: Escalation, ana: Any) -> None:
        def sentence() -> str:
            row = Ticket.objects.get(pk=ticket.pk)
            return situation.responder_view(row, situation.responding_teams(row), ana).still_paged

        assert sentence() == "Checkout and Payments are still being paged."
        acknowledge(ticket, ana)
        assert sentence() == "Payments is still being paged."
        Escalation.objects.filter(pk=payments.pk).update(exhausted_at=NOON, next_at=None)
        assert sentence() == "Nobody has answered for Payments, and every step was tried."
        response.restore(ticket_id=ticket.pk, actor=ana, at=minutes(3))
        assert sentence() == ""

    def test_say_it_after_an_answer(self, ticket: Ticket, payments: Escalation, ana: Any, bob: Any, tom: Any) -> None:
        acknowledge(ticket, ana)
        assert situation.describe_answer(ticket, ana) == (
            "Acknowledged. It is assigned to you. Payments is still being paged."
        )
        acknowledge(ticket, bob)
        assert situation.describe_answer(ticket, bob).startswith("Ana has acknowledged already.")
        acknowledge(ticket, tom)
        assert situation.describe_answer(ticket, tom) == "Acknowledged for Payments."
