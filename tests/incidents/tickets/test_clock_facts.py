"""What the timeline says to SLA clocks: everything that they read, once, and at its own time (K-1)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from config.base.data.outbox import OutboxState
from incidents import response
from incidents.customers import updates
from incidents.customers.updates import Draft
from incidents.models import Ticket, TimelineEntry
from incidents.prevention.waivers import approve_waiver, request_waiver
from incidents.tickets import clock_facts
from oncall import escalation
from oncall.engine.signal_relay import relay_due
from oncall.models import Page, Team, User
from problems.investigation import lifecycle as problems
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def facts(ticket: Ticket) -> list[tuple[datetime, dict[str, Any]]]:
    """The facts of the ticket's timeline with their times, as clocks read them."""
    rows = TimelineEntry.objects.filter(ticket_id=ticket.pk, facts__isnull=False).order_by("at", "pk")
    return [(row.at, fact) for row in rows for fact in row.facts or []]


def kinds(ticket: Ticket) -> list[str]:
    return [fact["type"] for _, fact in facts(ticket)]


@pytest.fixture
def ana() -> User:
    return make.person_with_phone("Ana")


@pytest.fixture
def ticket(ana: User) -> Ticket:
    policy = make.policy(ana)
    return response.declare(
        title="Checkout is down",
        service=make.ServiceFactory(team=policy.team, escalation_policy=policy, tier=2),
        severity=make.SeverityFactory(rank=2, name="SEV2"),
        category="Payments",
        requester=make.ContactFactory(is_vip=True, location="Oslo"),
        affected_customers="Acme, Globex; Acme ,",
        impact_started_at=minutes(-7),
        at=NOON,
    )


def notice_first_page(ticket: Ticket, *, at: datetime) -> None:
    """Page the first step, and let the provider accept it at that time."""
    escalation.fire_due(at=NOON)
    Page.objects.update(state=OutboxState.ACCEPTED, accepted_at=at, relay_at=at)
    relay_due(at=at)


def publish(ticket: Ticket, actor: User, *, at: datetime) -> None:
    page = make.StatusPageFactory()
    draft = Draft(
        page=page, name="Payments fail", status="investigating", body="We are looking into it.", started_at=NOON,
        next_update_at=at + timedelta(minutes=30),
    )  # fmt: skip
    updates.publish(draft=draft, ticket_id=ticket.pk, actor=actor, at=at)


class TestLifeOfAnIncident:
    def test_begins_with_every_field_that_conditions_may_name(self, ticket: Ticket) -> None:
        assert facts(ticket) == [
            (
                NOON,
                {
                    "type": "opened",
                    "fields": {
                        "kind": "incident",
                        "severity": ticket.severity_id,
                        "major": False,
                        "priority": 2,
                        "service": ticket.service_id,
                        "tier": 2,
                        "team": ticket.team_id,
                        "category": "Payments",
                        "customers": ["Acme", "Globex"],
                        "vip": True,
                        "location": "Oslo",
                        "request_type": None,
                        "security": False,
                    },
                },
            ),
            (NOON, {"type": "impact", "value": "2026-06-01T11:53:00Z"}),
        ]

    def test_is_told_from_the_first_page_to_the_end(self, ticket: Ticket, ana: User) -> None:
        severe = make.SeverityFactory(rank=1, name="SEV1", is_major=True, needs_prevention=True)
        other = make.TeamFactory()
        this: dict[str, Any] = {"ticket_id": ticket.pk, "actor": ana}
        notice_first_page(ticket, at=minutes(1))
        response.acknowledge(at=minutes(2), **this)
        response.start_work(at=minutes(3), **this)
        response.change_severity(severity=severe, at=minutes(4), **this)
        publish(ticket, ana, at=minutes(5))
        response.add_note(text="We saw it.", is_public=True, at=minutes(6), **this)
        response.hold(reason="supplier", at=minutes(7), **this)
        response.resume(at=minutes(8), **this)
        response.reassign(team=other, reason="", at=minutes(9), **this)
        response.edit(changes={"affected_customers": "Acme"}, at=minutes(10), **this)
        response.restore(at=minutes(11), **this)
        response.reopen(reason="Again.", at=minutes(12), **this)
        response.restore(at=minutes(13), **this)
        waiver = request_waiver(reason="A dug up street.", at=minutes(14), **this)
        approve_waiver(waiver_id=waiver.pk, actor=make.UserFactory(), at=minutes(15))
        response.close(code="solved", at=minutes(16), **this)

        assert facts(ticket)[2:] == [
            (minutes(1), {"type": "alerted"}),
            (minutes(2), {"type": "acknowledged", "team": ticket.team_id}),
            (minutes(4), {"type": "change", "fields": {"severity": severe.pk, "major": True}}),
            (minutes(5), {"type": "update"}),
            (minutes(6), {"type": "replied"}),
            (minutes(7), {"type": "hold", "hold": "hold", "reason": "supplier"}),
            (minutes(8), {"type": "unhold", "hold": "hold"}),
            (minutes(9), {"type": "change", "fields": {"team": other.pk}}),
            (minutes(10), {"type": "change", "fields": {"customers": ["Acme"]}}),
            (minutes(11), {"type": "restored"}),
            (minutes(12), {"type": "reopened"}),
            (minutes(13), {"type": "restored"}),
            (minutes(15), {"type": "resolved"}),
        ]

    def test_is_known_from_the_moment_of_each_verb(self, ticket: Ticket) -> None:
        (entry,) = TimelineEntry.objects.filter(ticket=ticket)

        assert (entry.recorded_at, entry.is_late) == (NOON, False)


class TestChanges:
    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"category": "Network"}, [{"category": "Network"}]),
            ({"is_security": True}, [{"security": True}]),
            ({"service": None}, [{"service": None, "tier": None}]),
            ({"requester": None}, [{"vip": False, "location": ""}]),
            ({"impact": 1, "urgency": 1}, [{"priority": 1}]),
            ({"title": "Other words", "asset_name": "db1"}, []),
        ],
    )
    def test_of_columns_that_clocks_read_are_facts(
        self, ticket: Ticket, changes: dict[str, Any], fields: list[dict[str, Any]]
    ) -> None:
        make.PriorityRuleFactory(priority=1, impact=1, urgency=1)

        response.edit(ticket_id=ticket.pk, changes=changes, actor=None, at=minutes(1))

        assert [fact["fields"] for _, fact in facts(ticket)[2:]] == fields

    def test_of_the_service_bring_its_tier(self, ticket: Ticket) -> None:
        service = make.ServiceFactory(tier=1)

        response.edit(ticket_id=ticket.pk, changes={"service": service}, actor=None, at=minutes(1))

        assert facts(ticket)[-1][1]["fields"] == {"service": service.pk, "tier": 1}

    def test_of_the_impact_are_corrections_of_the_start(self, ticket: Ticket) -> None:
        response.edit(ticket_id=ticket.pk, changes={"impact_started_at": minutes(-30)}, actor=None, at=minutes(1))

        assert facts(ticket)[-1] == (minutes(1), {"type": "impact", "value": "2026-06-01T11:30:00Z"})


class TestFirstPage:
    def test_is_told_at_the_moment_when_it_was_accepted(self, ticket: Ticket) -> None:
        escalation.fire_due(at=NOON)
        Page.objects.update(state=OutboxState.DELIVERED, accepted_at=minutes(1), relay_at=minutes(3))
        relay_due(at=minutes(3))

        (entry,) = TimelineEntry.objects.filter(ticket=ticket, facts=[{"type": "alerted"}])
        assert (entry.at, entry.recorded_at, entry.is_late) == (minutes(1), minutes(3), True)

    def test_is_told_once(self, ticket: Ticket) -> None:
        notice_first_page(ticket, at=minutes(1))
        Page.objects.update(state=OutboxState.DELIVERED, relay_at=minutes(2))
        relay_due(at=minutes(2))

        assert kinds(ticket).count("alerted") == 1


class TestAcknowledgement:
    def test_of_every_team_is_told_with_its_team(self, ticket: Ticket, ana: User) -> None:
        bob = make.person_with_phone("Bob")
        policy = make.policy(bob)
        other = policy.team
        Team.objects.filter(pk=other.pk).update(escalation_policy=policy)
        other.refresh_from_db()
        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=minutes(1))
        response.add_responders(ticket_id=ticket.pk, team=other, actor=ana, at=minutes(2))
        escalation.fire_due(at=minutes(2))

        response.acknowledge(ticket_id=ticket.pk, actor=bob, at=minutes(3))

        assert [(at, fact) for at, fact in facts(ticket) if fact["type"] == "acknowledged"] == [
            (minutes(1), {"type": "acknowledged", "team": ticket.team_id}),
            (minutes(3), {"type": "acknowledged", "team": other.pk}),
        ]

    def test_of_what_pages_nobody_names_no_team(self, ana: User) -> None:
        mild = make.SeverityFactory(rank=4, pages=False)
        ticket = response.declare(title="Typo", service=make.ServiceFactory(), severity=mild, at=NOON)

        response.start_work(ticket_id=ticket.pk, actor=ana, at=minutes(1))

        assert facts(ticket)[-1] == (minutes(1), {"type": "acknowledged"})


class TestReply:
    def test_is_a_public_comment_of_a_person_to_the_requester(self, ticket: Ticket, ana: User) -> None:
        response.add_note(ticket_id=ticket.pk, text="We saw it.", is_public=True, actor=ana, at=minutes(1))

        assert facts(ticket)[-1] == (minutes(1), {"type": "replied"})

    def test_is_no_work_note_no_program_and_not_the_requester(self, ana: User) -> None:
        asker = make.UserFactory()
        ticket = response.declare(
            title="No mail", service=make.ServiceFactory(), severity=make.SeverityFactory(), at=NOON,
            requester=make.ContactFactory(user=asker),
        )  # fmt: skip
        program = make.ServiceAccountFactory().user
        for actor, is_public in ((ana, False), (asker, True), (program, True), (None, True)):
            response.add_note(ticket_id=ticket.pk, text="Words", is_public=is_public, actor=actor, at=minutes(1))

        assert kinds(ticket) == ["opened"]


class TestHold:
    def test_ends_with_the_answer_of_the_requester(self) -> None:
        asker = make.UserFactory()
        ticket = response.declare(
            title="No mail", service=make.ServiceFactory(), severity=make.SeverityFactory(), at=NOON,
            requester=make.ContactFactory(user=asker),
        )  # fmt: skip
        response.hold(ticket_id=ticket.pk, reason="requester", actor=None, at=minutes(1))

        response.add_note(ticket_id=ticket.pk, text="It works.", actor=asker, at=minutes(2))

        assert kinds(ticket) == ["opened", "hold", "unhold"]

    def test_ends_with_restoration_by_rule(self, ticket: Ticket) -> None:
        """K-27."""
        response.hold(ticket_id=ticket.pk, reason="change", actor=None, at=minutes(1))

        response.restore(ticket_id=ticket.pk, actor=None, at=minutes(2))

        assert kinds(ticket)[2:] == ["hold", "restored", "resolved"]

    def test_that_began_after_the_restoration_ends_when_that_is_recorded(self, ticket: Ticket) -> None:
        response.hold(ticket_id=ticket.pk, reason="change", actor=None, at=minutes(5))

        response.restore(ticket_id=ticket.pk, actor=None, restored_at=minutes(3), at=minutes(8))

        assert [(at, fact["type"]) for at, fact in facts(ticket)[2:]] == [
            (minutes(3), "restored"), (minutes(5), "hold"), (minutes(8), "unhold"), (minutes(8), "resolved"),
        ]  # fmt: skip


class TestRestored:
    def test_later_than_it_happened_stands_where_it_happened(self, ticket: Ticket) -> None:
        response.restore(ticket_id=ticket.pk, actor=None, restored_at=minutes(3), at=minutes(9))

        entry = TimelineEntry.objects.get(ticket=ticket, facts=[{"type": "restored"}])
        assert (entry.at, entry.recorded_at, entry.is_late) == (minutes(3), minutes(9), True)

    def test_is_never_before_the_opening(self, ticket: Ticket) -> None:
        response.restore(ticket_id=ticket.pk, actor=None, restored_at=minutes(-5), at=minutes(9))

        assert kinds(ticket) == ["opened", "impact", "restored", "resolved"]
        assert Ticket.objects.get(pk=ticket.pk).restored_at == NOON


class TestClosing:
    @pytest.mark.parametrize(
        ("code", "fact"),
        [
            ("cancelled", "cancelled"),
            ("no_fault_found", "cancelled"),
            ("duplicate", "cancelled"),
            ("merged", "merged"),
        ],
    )
    def test_of_an_open_incident_cancels_its_clocks(self, ticket: Ticket, code: str, fact: str) -> None:
        """K-31."""
        other = make.IncidentFactory() if code in {"duplicate", "merged"} else None

        response.close(ticket_id=ticket.pk, code=code, other=other, actor=None, at=minutes(1))

        assert kinds(ticket)[2:] == [fact]

    @pytest.mark.parametrize(("code", "more"), [("solved", []), ("duplicate", []), ("merged", ["merged"])])
    def test_of_a_resolved_incident_says_nothing_unless_it_is_merged(
        self, ticket: Ticket, code: str, more: list[str]
    ) -> None:
        response.restore(ticket_id=ticket.pk, actor=None, at=minutes(1))
        other = None if code == "solved" else make.IncidentFactory()

        response.close(ticket_id=ticket.pk, code=code, other=other, actor=None, at=minutes(2))

        assert kinds(ticket)[2:] == ["restored", "resolved", *more]


class TestProblem:
    @pytest.fixture
    def problem(self, ticket: Ticket) -> Ticket:
        return problems.open_from_incident(incident_id=ticket.pk, actor=None, at=minutes(1))

    def test_opens_with_its_own_facts_and_copies_none(self, problem: Ticket) -> None:
        assert kinds(problem) == ["opened", "impact"]
        assert facts(problem)[0][1]["fields"]["kind"] == "problem"
        assert facts(problem)[1] == (minutes(1), {"type": "impact", "value": "2026-06-01T11:53:00Z"})

    @pytest.mark.parametrize(
        ("verbs", "expected"),
        [
            (["assess", "analyze", "start_fix", "resolve"], ["acknowledged", "resolved"]),
            (["analyze", "resolve"], ["acknowledged", "resolved"]),
            (["analyze", ("close", "risk_accepted"), "reopen"], ["acknowledged", "resolved", "reopened"]),
            (["analyze", "resolve", ("close", "fix_applied")], ["acknowledged", "resolved"]),
            ([("close", "cancelled"), "reopen", "resolve"], ["cancelled", "reopened", "resolved"]),
        ],
    )
    def test_is_acknowledged_when_it_is_looked_at_and_resolved_when_it_ends(
        self, problem: Ticket, verbs: list[Any], expected: list[str]
    ) -> None:
        for number, verb in enumerate(verbs):
            name, code = verb if isinstance(verb, tuple) else (verb, "")
            words = {"close": {"code": code, "note": "Because."}, "reopen": {"reason": "Because."}}.get(name, {})
            getattr(problems, name)(problem_id=problem.pk, actor=None, at=minutes(2 + number), **words)

        assert kinds(problem)[2:] == expected

    def test_with_another_severity_says_so(self, problem: Ticket) -> None:
        severe = make.SeverityFactory(rank=1, name="SEV1", is_major=True)

        problems.edit(problem_id=problem.pk, changes={"severity": severe}, actor=None, at=minutes(2))

        assert facts(problem)[-1][1] == {"type": "change", "fields": {"severity": severe.pk, "major": True}}


class TestCustomers:
    @pytest.mark.parametrize(
        ("line", "names"), [("", []), ("Acme", ["Acme"]), (" Acme ;Globex, , Acme", ["Acme", "Globex"])]
    )
    def test_are_the_names_between_the_separators(self, line: str, names: list[str]) -> None:
        assert clock_facts.customers(line) == names
