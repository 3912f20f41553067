"""Two people act at once: each reads the clock before waiting for the ticket's lock, so times may run backwards."""

from datetime import timedelta

import pytest

from incidents import response
from incidents.models import Ticket
from incidents.prevention.waivers import approve_waiver, request_waiver
from oncall.models import User, WorkInterval
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
A_MOMENT_BEFORE = NOON - timedelta(milliseconds=3)


@pytest.fixture
def ana() -> User:
    return make.UserFactory(name="Ana")


def declared(ana: User, **severity: object) -> Ticket:
    policy = make.policy(ana)
    service = make.ServiceFactory(team=policy.team, escalation_policy=policy)
    return response.declare(
        title="Checkout is down", service=service, severity=make.SeverityFactory(**severity), at=A_MOMENT_BEFORE
    )


class TestRestore:
    def test_ends_work_that_began_a_moment_later(self, ana: User) -> None:
        ticket = declared(ana)
        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=NOON)

        response.restore(ticket_id=ticket.pk, actor=ana, at=A_MOMENT_BEFORE)

        work = WorkInterval.objects.get()
        assert (work.started_at, work.ended_at) == (NOON, NOON)


class TestResolve:
    def test_is_never_earlier_than_restored(self, ana: User) -> None:
        ticket = declared(ana, rank=1, name="SEV1", needs_prevention=True)
        response.restore(ticket_id=ticket.pk, actor=ana, at=NOON)

        waiver = request_waiver(ticket_id=ticket.pk, reason="Dug up street.", actor=ana, at=A_MOMENT_BEFORE)
        approve_waiver(waiver_id=waiver.pk, actor=make.UserFactory(), at=A_MOMENT_BEFORE)

        assert Ticket.objects.get(pk=ticket.pk).resolved_at == NOON
