"""The number of database queries per page; a limit, so that it cannot double unnoticed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import response
from incidents.models import Service
from oncall import escalation, paging
from oncall.channels.base import accepted
from oncall.engine import signal_relay
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
PER_FIRING = 8
"""Savepoint, people, rules, pages, escalation, log, release."""


@pytest.fixture
def service() -> Service:
    person = make.NotificationRuleFactory(contact_method=make.ContactMethodFactory()).user
    policy = make.policy(person)
    return make.ServiceFactory(team=policy.team, escalation_policy=policy)


def _trips(work: Callable[[], Any]) -> tuple[int, Any]:
    with CaptureQueriesContext(connection) as queries:
        result = work()
    return len(queries), result


def _declare(service: Service, count: int) -> None:
    severity = make.SeverityFactory()
    for number in range(count):
        response.declare(title=f"Trouble {number}", service=service, severity=severity, at=NOON)


def _record(jobs: list[paging.Job]) -> None:
    for job in jobs:
        paging.record(job, accepted(), at=NOON)


class TestCost:
    def test_declaring_and_starting_to_page(self, service: Service) -> None:
        trips, _ = _trips(lambda: _declare(service, 1))

        assert trips <= 24

    @pytest.mark.parametrize("count", [1, 10])
    def test_from_firing_to_the_timeline(self, service: Service, count: int) -> None:
        _declare(service, count)

        fire, fired = _trips(lambda: escalation.fire_due(at=NOON))
        claim, jobs = _trips(lambda: paging.claim_jobs(at=NOON, limit=32))
        record, _ = _trips(lambda: _record(jobs))
        relay, relayed = _trips(lambda: signal_relay.relay_due(at=NOON + timedelta(seconds=1)))

        assert (fired, len(jobs)) == (count, count)
        assert relayed == count  # each page; its log entry has no signal of its own
        assert fire <= 4 + PER_FIRING * count
        assert claim == 5  # two of them are the savepoint that the engine does not need
        assert record == count
        assert relay <= 8 + 2 * count
