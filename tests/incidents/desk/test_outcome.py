"""The outcome says what logging a call then really does."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.desk.opening import Call, open_ticket
from incidents.desk.outcome import preview_outcome
from incidents.sla import reading
from oncall import escalation
from oncall.models import Page
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Any:
    return make.UserFactory()


@pytest.fixture
def service() -> Any:
    ana, bob = make.person_with_phone("Ana"), make.person_with_phone("Bob")
    schedule = make.team_schedule(ana, bob)
    policy = make.policy(schedule, fallback=[bob])
    return make.ServiceFactory(team=schedule.team, escalation_policy=policy)


class TestOutcome:
    @pytest.mark.parametrize("page", [False, True])
    def test_is_what_happens(self, agent: Any, service: Any, page: bool) -> None:
        severity = make.SeverityFactory(rank=2, pages=True)
        make.PriorityRuleFactory(impact=2, urgency=1, priority=2, severity=severity)
        _promise(start="opened")
        call = Call("Card payment declined", service=service, impact=2, urgency=1)

        outcome = preview_outcome(call=call, actor=agent, at=NOON, page=page)
        ticket = open_ticket(call=call, actor=agent, at=NOON, page=page)
        escalation.fire_due(at=NOON)

        assert (outcome.priority, outcome.severity, outcome.team) == (ticket.priority, ticket.severity, ticket.team)
        assert outcome.is_paged is page
        if page:
            assert {row.user.name for row in Page.objects.select_related("user")} == set(outcome.duty.names)
        else:
            assert not Page.objects.exists()
        assert outcome.acknowledge_by == _first_due(ticket) == NOON + timedelta(minutes=30)

    @pytest.mark.parametrize("page", [False, True])
    def test_promises_what_begins_with_a_page_only_where_one_goes_out(
        self, agent: Any, service: Any, page: bool
    ) -> None:
        make.SeverityFactory()
        _promise(start="alerted")

        outcome = preview_outcome(call=Call("It is dark", service=service), actor=agent, at=NOON, page=page)

        assert outcome.acknowledge_by == (NOON + timedelta(minutes=30) if page else None)

    def test_says_until_when_they_are_on_call(self, agent: Any, service: Any) -> None:
        make.SeverityFactory()

        duty = preview_outcome(call=Call("x", service=service), actor=agent, at=NOON, page=False).duty

        assert len(duty.names) == 1
        assert duty.ends_at is not None
        assert NOON < duty.ends_at <= NOON + timedelta(days=7)
        later = preview_outcome(call=Call("x", service=service), actor=agent, at=duty.ends_at, page=False).duty
        assert later.names != duty.names

    def test_says_nothing_of_people_without_a_team_or_with_nobody_on_call(self, agent: Any) -> None:
        make.SeverityFactory()
        alone = make.ServiceFactory(escalation_policy=make.policy())

        without_team = preview_outcome(call=Call("x"), actor=agent, at=NOON, page=False)
        with_nobody = preview_outcome(call=Call("x", service=alone), actor=agent, at=NOON, page=False)

        assert (without_team.team, without_team.duty.names, without_team.acknowledge_by) == (None, (), None)
        assert with_nobody.duty.names == ()

    def test_costs_a_constant_number_of_queries(self, agent: Any, service: Any) -> None:
        make.SeverityFactory()
        call = Call("Card payment declined", service=service)
        counts = []
        for _ in range(3):
            with CaptureQueriesContext(connection) as queries:
                preview_outcome(call=call, actor=agent, at=NOON, page=False)
            counts.append(len(queries))
            make.ServiceFactory.create_batch(3)
            make.team_schedule(make.UserFactory(), make.UserFactory())

        assert counts[1] == counts[2]


def _promise(*, start: str) -> None:
    make.SlaTargetVersionFactory(
        target__metric="acknowledge", start=start, goal_minutes=30, effective_from=NOON - timedelta(days=365)
    )


def _first_due(ticket: Any) -> Any:
    clocks = reading.read_clocks(ticket=ticket, as_of=NOON, now=NOON)
    return min(clock.current.due_at for clock in clocks if clock.metric == "acknowledge" and clock.current.due_at)
