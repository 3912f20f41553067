"""Test data: escalation policies and escalations."""

from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from oncall import models as oncall_models
from tests.factories.people import NOON, TeamFactory


class PolicyFactory(DjangoModelFactory):
    """A policy without steps; see `policy`."""

    class Meta:
        model = oncall_models.EscalationPolicy
        skip_postgeneration_save = True

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence(lambda n: f"Policy {n}")
    repeat = 0


def policy(
    *steps: Any, fallback: Any = (), delay: int = 5, mode: str = "all", **fields: Any
) -> oncall_models.EscalationPolicy:
    """A policy; each step is a person, schedule or team, or a list of them."""
    row = PolicyFactory(**fields)
    row.fallback.set(fallback)
    for position, targets in enumerate(steps):
        step = oncall_models.EscalationStep.objects.create(
            policy=row, position=position, delay_minutes=delay, mode=mode
        )
        for place, target in enumerate(targets if isinstance(targets, list) else [targets]):
            oncall_models.EscalationTarget.objects.create(
                step=step, position=place, **{type(target).__name__.lower(): target}
            )
    return row


class EscalationFactory(DjangoModelFactory):
    """An escalation that waits for its next step in an hour; nothing runs it but a test."""

    class Meta:
        model = oncall_models.Escalation

    subject_type = "test"
    subject_id = factory.Sequence(lambda n: n + 1)
    title = "INC-1 Something is broken"
    url = "/"
    team = factory.SubFactory(TeamFactory)
    frozen_policy = {"name": "", "repeat": 0, "fallback": [], "fallback_delay_minutes": 5, "steps": []}
    triggered_at = NOON
    next_at = datetime(2036, 6, 1, 13, 0, tzinfo=UTC)


class EscalationEntryFactory(DjangoModelFactory):
    """A line of an escalation's log."""

    class Meta:
        model = oncall_models.EscalationEntry

    escalation = factory.SubFactory(EscalationFactory)
    at = NOON
    event = "nobody_on_call"
