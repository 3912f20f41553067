"""Test data: calendars and their dates."""

from datetime import UTC, date, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from oncall import models as oncall_models
from tests.factories.people import UserFactory
from tests.factories.schedules import ScheduleFactory


class CalendarFactory(DjangoModelFactory):
    """A calendar of own days off, without dates."""

    class Meta:
        model = oncall_models.Calendar

    name = factory.Sequence(lambda n: f"Calendar {n}")


class CalendarDateFactory(DjangoModelFactory):
    """A day off, recorded long ago."""

    class Meta:
        model = oncall_models.CalendarDate

    calendar = factory.SubFactory(CalendarFactory)
    date = factory.Sequence(lambda n: date(2027, 1, 1) + timedelta(days=n))
    name = "Company day"
    created_at = datetime(2026, 1, 1, tzinfo=UTC)


class CalendarVersionFactory(DjangoModelFactory):
    """Office hours in Berlin, on weekdays, in force for long."""

    class Meta:
        model = oncall_models.CalendarVersion

    calendar = factory.SubFactory(CalendarFactory)
    time_zone = "Europe/Berlin"
    windows = factory.LazyFunction(lambda: [{"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}])
    effective_from = datetime(2026, 1, 1, tzinfo=UTC)
    created_at = factory.SelfAttribute("effective_from")
    origin = "import"


def schedule_excluding(calendar: oncall_models.Calendar, *, zone: str = "Europe/Berlin") -> oncall_models.Schedule:
    """A schedule with one person around the clock, but not on the calendar's days."""
    schedule = ScheduleFactory()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    version = oncall_models.ScheduleVersion.objects.create(
        schedule=schedule, created_at=start, effective_from=start, time_zone=zone, origin="case"
    )
    layer = oncall_models.Layer.objects.create(
        version=version, anchor="2026-01-05T09:00", slots=1, calendar=calendar, holiday_mode="exclude"
    )
    oncall_models.LayerMember.objects.create(layer=layer, slot=0, user=UserFactory())
    return schedule
