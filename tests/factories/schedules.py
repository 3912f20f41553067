"""Test data: schedules."""

from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from oncall import models as oncall_models
from tests.factories.people import TeamFactory


class ScheduleFactory(DjangoModelFactory):
    """A schedule without versions; see `weekly_schedule`."""

    class Meta:
        model = oncall_models.Schedule

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence(lambda n: f"Schedule {n}")


BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def weekly_schedule(
    *people: oncall_models.User,
    zone: str = "UTC",
    anchor: str = "2026-01-05T09:00",
    since: datetime = BEGINNING,
    unit: str = "week",
    **fields: Any,
) -> oncall_models.Schedule:
    """A schedule in which these people take turns, by the week unless `unit` says else, planned from `since` on."""
    schedule = ScheduleFactory(**fields)
    version = oncall_models.ScheduleVersion.objects.create(
        schedule=schedule,
        created_at=BEGINNING,
        effective_from=since,
        time_zone=zone,
        origin="case",
    )
    layer = oncall_models.Layer.objects.create(version=version, anchor=anchor, unit=unit, slots=len(people))
    for slot, person in enumerate(people):
        oncall_models.LayerMember.objects.create(layer=layer, slot=slot, user=person)
    return schedule
