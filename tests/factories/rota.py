"""Test data: handoff notes."""

import factory
from factory.django import DjangoModelFactory

from oncall.models import HandoffNote
from tests.factories.people import NOON, UserFactory
from tests.factories.schedules import ScheduleFactory


class HandoffNoteFactory(DjangoModelFactory):
    """A note for the next person on call."""

    class Meta:
        model = HandoffNote

    schedule = factory.SubFactory(ScheduleFactory)
    author = factory.SubFactory(UserFactory)
    text = "The replica lags at night; nothing else."
    at = NOON
