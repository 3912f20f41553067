"""Test data of what moves a rota: overrides, swaps and leave."""

from datetime import timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from oncall import models
from tests import factories as make


class OverrideFactory(DjangoModelFactory):
    """Somebody stands in for a person for six hours from noon on; see `person_of`."""

    class Meta:
        model = models.Override

    schedule = factory.SubFactory(make.ScheduleFactory)
    op = "replace"
    starts_at = make.NOON
    ends_at = make.NOON + timedelta(hours=6)
    out = factory.SubFactory(make.UserFactory)
    created_by = factory.SubFactory(make.UserFactory)
    created_at = make.NOON
    origin = "case"


def person_of(row: models.Override) -> models.Override:
    """The override, with somebody in it."""
    models.OverridePerson.objects.create(override=row, user=make.UserFactory())
    return row


class SwapRequestFactory(DjangoModelFactory):
    """An open request."""

    class Meta:
        model = models.SwapRequest

    schedule = factory.SubFactory(make.ScheduleFactory)
    requested_by = factory.SubFactory(make.UserFactory)
    starts_at = make.NOON
    ends_at = make.NOON + timedelta(hours=6)
    created_at = make.NOON


class SwapOfferFactory(DjangoModelFactory):
    """A pending offer of an open request."""

    class Meta:
        model = models.SwapOffer

    swap = factory.SubFactory(SwapRequestFactory)
    user = factory.SubFactory(make.UserFactory)
    created_at = make.NOON


class AbsenceFactory(DjangoModelFactory):
    """A day away."""

    class Meta:
        model = models.Absence

    user = factory.SubFactory(make.UserFactory)
    starts_at = make.NOON
    ends_at = make.NOON + timedelta(days=1)
    created_at = make.NOON


def turns(*people: Any, **fields: Any) -> models.Schedule:
    """A weekly schedule of a team to which all of these people belong."""
    schedule = make.weekly_schedule(*people, **fields)
    for person in people:
        make.MembershipFactory(team=schedule.team, user=person)
    return schedule
