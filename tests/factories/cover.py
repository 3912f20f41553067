"""Test data: overrides, swaps, time off and relief."""

from datetime import date, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from oncall import models
from tests.factories.people import NOON, MembershipFactory, UserFactory
from tests.factories.schedules import ScheduleFactory, weekly_schedule


class OverrideFactory(DjangoModelFactory):
    """An override that replaces a person for six hours from noon on; see `with_person`."""

    class Meta:
        model = models.Override

    schedule = factory.SubFactory(ScheduleFactory)
    op = "replace"
    starts_at = NOON
    ends_at = NOON + timedelta(hours=6)
    out = factory.SubFactory(UserFactory)
    created_by = factory.SubFactory(UserFactory)
    created_at = NOON
    origin = "case"


def with_person(row: models.Override) -> models.Override:
    """The override, with a person added."""
    models.OverridePerson.objects.create(override=row, user=UserFactory())
    return row


class SwapRequestFactory(DjangoModelFactory):
    """An open request."""

    class Meta:
        model = models.SwapRequest

    schedule = factory.SubFactory(ScheduleFactory)
    requested_by = factory.SubFactory(UserFactory)
    starts_at = NOON
    ends_at = NOON + timedelta(hours=6)
    created_at = NOON


class SwapOfferFactory(DjangoModelFactory):
    """A pending offer of an open request."""

    class Meta:
        model = models.SwapOffer

    swap = factory.SubFactory(SwapRequestFactory)
    user = factory.SubFactory(UserFactory)
    created_at = NOON


class AbsenceFactory(DjangoModelFactory):
    """A day of time off."""

    class Meta:
        model = models.Absence

    user = factory.SubFactory(UserFactory)
    starts_at = NOON
    ends_at = NOON + timedelta(days=1)
    created_at = NOON


def team_schedule(*people: Any, **fields: Any) -> models.Schedule:
    """A weekly schedule whose people are all members of its team."""
    schedule = weekly_schedule(*people, **fields)
    for person in people:
        MembershipFactory(team=schedule.team, user=person)
    return schedule


class ReliefRequestFactory(DjangoModelFactory):
    """A relief request after a hard night."""

    class Meta:
        model = models.ReliefRequest

    user = factory.SubFactory(UserFactory)
    schedule = factory.SubFactory(ScheduleFactory)
    night_on = date(2026, 5, 31)
    pages = 3
    worked_minutes = 75
    starts_at = NOON
    ends_at = NOON + timedelta(hours=9)
    requested_at = NOON
    swap = factory.SubFactory(SwapRequestFactory)
