"""Firing due steps beside other engines."""

import threading
from typing import Any

import psycopg
import pytest
from django.db import connection

from oncall import escalation
from oncall.escalation import machine, sweep
from oncall.models import Escalation, EscalationPolicy, EscalationStep, Page
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def _ring(policy: EscalationPolicy, *, about: int = 0) -> Escalation:
    return escalation.trigger(
        subject_type="test", subject_id=about, title="Trouble", url="/", policy=policy, team=policy.team, at=NOON
    )


class TestRoundRobin:
    def test_waits_for_another_engine_without_postponing_anything(self) -> None:
        people = make.UserFactory.create_batch(2)
        policies = [make.policy(people, mode="round_robin") for _ in range(2)]
        rows = [_ring(policy) for policy in policies]
        locked_step = EscalationStep.objects.get(policy=policies[1]).pk
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("SELECT 1 FROM oncall_escalationstep WHERE id = %s FOR NO KEY UPDATE", [locked_step])
            fired = escalation.fire_due(at=NOON)

        waiting = Escalation.objects.get(pk=rows[1].pk)
        assert (fired, waiting.next_at, waiting.failures) == (1, NOON, 0)
        assert escalation.fire_due(at=NOON) == 1

    def test_held_by_another_engine_keeps_nobody_else_waiting(self) -> None:
        """An engine may freeze while it holds the turn; what is due behind a whole batch of that policy is fired."""
        held = make.policy(make.UserFactory.create_batch(2), mode="round_robin")
        for number in range(sweep.BATCH + 1):
            _ring(held, about=number)
        behind = _ring(make.policy(make.UserFactory()), about=99)
        Escalation.objects.filter(pk=behind.pk).update(priority=9)
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("SELECT 1 FROM oncall_escalationstep FOR NO KEY UPDATE")
            fired = escalation.fire_due(at=NOON)

        behind.refresh_from_db()
        assert (fired, behind.firing) == (1, 1)

    def test_two_firings_of_a_batch_use_two_turns(self) -> None:
        people = make.UserFactory.create_batch(2)
        policy = make.policy(people, mode="round_robin")
        for number in range(2):
            _ring(policy, about=number)

        escalation.fire_due(at=NOON)

        assert set(Page.objects.values_list("user", flat=True)) == {person.pk for person in people}


class TestTwoEngines:
    def test_fire_a_due_step_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The second engine comes while the first is in the middle of it (F18)."""
        row = _ring(make.policy(make.UserFactory()))
        advance = machine.advance
        others: list[int] = []

        def second_engine() -> None:
            others.append(escalation.fire_due(at=NOON))
            connection.close()

        def advance_while_another_comes(*args: Any, **kwargs: Any) -> Any:
            if not others:
                other = threading.Thread(target=second_engine)
                other.start()
                other.join(30)
            return advance(*args, **kwargs)

        monkeypatch.setattr(machine, "advance", advance_while_another_comes)

        fired = escalation.fire_due(at=NOON)

        row.refresh_from_db()
        assert (fired, others, row.firing, row.failures) == (1, [0], 1, 0)
        assert Page.objects.count() == 1
