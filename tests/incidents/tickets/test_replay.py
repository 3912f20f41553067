"""Whatever people do with a ticket: its facts, replayed in the order of their recording, give its columns (K-1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.base.data.lifecycle import Refusal
from incidents import response
from incidents.models import HoldReason, Ticket, TicketStatus, TimelineEntry
from incidents.tickets import clock_facts
from problems.investigation import lifecycle as problems
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
ENDS = {"restored", "resolved", "cancelled", "merged"}


@dataclass
class Replay:
    """What clocks know of a ticket after the facts of its timeline."""

    fields: dict[str, Any] = field(default_factory=dict)
    impact: str = ""
    hold: str = ""
    state: str = "open"
    is_acknowledged: bool = False

    def apply(self, fact: Mapping[str, Any]) -> None:
        """One fact."""
        kind = fact["type"]
        if kind in {"opened", "change"}:
            self.fields |= fact["fields"]
        elif kind == "impact":
            self.impact = fact["value"]
        elif kind in {"hold", "unhold"}:
            self.hold = fact.get("reason", "")
        elif kind == "acknowledged":
            self.is_acknowledged = True
        elif kind in ENDS | {"reopened"}:
            self.hold, self.state = "", "open" if kind == "reopened" else kind


def replay(ticket: Ticket) -> Replay:
    """The facts of the ticket, minute by minute and within a minute in the order of their recording (K-3)."""
    rows = TimelineEntry.objects.filter(ticket_id=ticket.pk, facts__isnull=False)
    state = Replay()
    for row in sorted(rows, key=lambda row: (row.at.replace(second=0, microsecond=0), row.pk)):
        for fact in row.facts or []:
            state.apply(fact)
    return state


def check(ticket: Ticket) -> None:
    """That the facts give the columns."""
    ticket = Ticket.objects.select_related("severity", "service", "requester").get(pk=ticket.pk)
    known_state = replay(ticket)
    expected = clock_facts.opened(ticket)
    assert known_state.fields == expected[0]["fields"]
    assert known_state.impact in {clock_facts.impact(ticket.impact_started_at)[0]["value"], ""}
    assert (known_state.impact != "") or ticket.impact_started_at == ticket.created_at
    assert known_state.hold == ticket.hold_reason
    status = TicketStatus(ticket.status)
    assert (known_state.state == "open") == ticket.is_open
    if status in {TicketStatus.RESTORED, TicketStatus.RESOLVED}:
        assert known_state.state == status
    if status == TicketStatus.ACKNOWLEDGED:
        assert known_state.is_acknowledged


class Company:
    """What random verbs choose from."""

    def __init__(self) -> None:
        self.people = [make.person_with_phone("Ana"), make.person_with_phone("Bob")]
        policies = [make.policy(person) for person in self.people]
        self.services = [
            make.ServiceFactory(team=policy.team, escalation_policy=policy, tier=tier)
            for tier, policy in enumerate(policies, start=1)
        ]
        self.severities = [
            make.SeverityFactory(rank=1, name="SEV1", is_major=True, needs_prevention=True),
            make.SeverityFactory(rank=2, name="SEV2"),
            make.SeverityFactory(rank=4, name="SEV4", pages=False),
        ]
        self.requesters = [make.ContactFactory(is_vip=True, location="Oslo"), make.ContactFactory()]
        make.PriorityRuleFactory(impact=1, urgency=1, priority=1, severity=self.severities[0])
        self.other = make.IncidentFactory()

    def incident(self) -> Ticket:
        """A new incident."""
        return response.declare(
            title="It broke", service=self.services[0], severity=self.severities[1], requester=self.requesters[0],
            impact_started_at=NOON - timedelta(minutes=9), at=NOON,
        )  # fmt: skip

    def problem(self) -> Ticket:
        """The problem of a new incident."""
        return problems.open_from_incident(incident_id=self.incident().pk, actor=None, at=NOON)


CHANGES = st.sampled_from([
    {"category": "Network"}, {"category": ""}, {"is_security": True}, {"is_security": False},
    {"affected_customers": "Acme; Globex"}, {"affected_customers": ""}, {"impact": 1, "urgency": 1},
    {"impact": 3, "urgency": 3}, {"impact_started_at": NOON - timedelta(hours=1)}, {"impact_started_at": NOON},
    {"service": 0}, {"service": 1}, {"service": None}, {"requester": 0}, {"requester": 1}, {"requester": None},
    {"title": "Other words", "category": "Mail"},
])  # fmt: skip
INCIDENT_VERBS = st.one_of(
    st.tuples(st.just("edit"), CHANGES),
    st.tuples(st.just("change_severity"), st.integers(0, 2)),
    st.tuples(st.just("reassign"), st.integers(0, 1)),
    st.tuples(st.just("hold"), st.sampled_from(HoldReason.values)),
    st.tuples(st.just("restore"), st.integers(0, 9)),
    st.tuples(st.just("close"), st.sampled_from(["solved", "no_fault_found", "duplicate", "merged", "cancelled"])),
    st.tuples(st.sampled_from(["acknowledge", "start_work", "resume", "reopen", "resolve", "answer"]), st.just(None)),
)
PROBLEM_VERBS = st.one_of(
    st.tuples(st.just("edit"), st.sampled_from([{"category": "Mail"}, {"service": 1}, {"severity": 0}])),
    st.tuples(st.just("close"), st.sampled_from(["fix_applied", "risk_accepted", "cancelled"])),
    st.tuples(st.sampled_from(["assess", "analyze", "start_fix", "resolve", "reopen"]), st.just(None)),
)


def rows_of(company: Company, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes with rows in place of their numbers."""
    rows: dict[str, list[Any]] = {
        "service": company.services,
        "requester": company.requesters,
        "severity": company.severities,
    }
    return {
        name: rows[name][value] if name in rows and value is not None else value for name, value in changes.items()
    }


def work_on_incident(company: Company, ticket: Ticket, verb: str, value: Any, at: datetime) -> None:
    """Do one verb; what it refuses changes nothing."""
    this: dict[str, Any] = {"ticket_id": ticket.pk, "actor": company.people[0], "at": at}
    if verb == "edit":
        response.edit(changes=rows_of(company, value), **this)
    elif verb == "change_severity":
        response.change_severity(severity=company.severities[value], reason="Because.", **this)
    elif verb == "reassign":
        response.reassign(team=company.services[value].team, reason="Because.", **this)
    elif verb == "hold":
        response.hold(reason=value, **this)
    elif verb == "restore":
        response.restore(restored_at=at - timedelta(minutes=value), **this)
    elif verb == "close":
        other = company.other if value in {"duplicate", "merged"} else None
        response.close(code=value, other=other, **this)
    elif verb == "reopen":
        response.reopen(reason="Again.", **this)
    elif verb == "answer":
        response.add_note(text="Words", is_public=True, **this)
    else:
        getattr(response, verb)(**this)


def work_on_problem(company: Company, ticket: Ticket, verb: str, value: Any, at: datetime) -> None:
    """Do one verb; what it refuses changes nothing."""
    this: dict[str, Any] = {"problem_id": ticket.pk, "actor": company.people[0], "at": at}
    if verb == "edit":
        problems.edit(changes=rows_of(company, value), **this)
    elif verb == "close":
        problems.close(code=value, note="Because.", **this)
    elif verb == "reopen":
        problems.reopen(reason="Again.", **this)
    else:
        getattr(problems, verb)(**this)


def walk(company: Company, ticket: Ticket, work: Callable[..., None], steps: list[Any]) -> None:
    """Do the verbs, some of them in one minute, and compare after each."""
    at = NOON
    for gap, (verb, value) in steps:
        at += timedelta(seconds=gap)
        try:
            with transaction.atomic():
                work(company, ticket, verb, value, at)
        except Refusal:
            continue
        check(ticket)


few = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
GAPS = st.sampled_from([0, 20, 60, 400])


@pytest.mark.walk
class TestFacts:
    @pytest.fixture
    def company(self) -> Company:
        return Company()

    @given(steps=st.lists(st.tuples(GAPS, INCIDENT_VERBS), max_size=14))
    @few
    def test_of_an_incident_give_its_columns(self, company: Company, steps: list[Any]) -> None:
        with transaction.atomic():
            walk(company, company.incident(), work_on_incident, steps)
            transaction.set_rollback(True)

    @given(steps=st.lists(st.tuples(GAPS, PROBLEM_VERBS), max_size=10))
    @few
    def test_of_a_problem_give_its_columns(self, company: Company, steps: list[Any]) -> None:
        with transaction.atomic():
            walk(company, company.problem(), work_on_problem, steps)
            transaction.set_rollback(True)
