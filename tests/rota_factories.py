"""Test data of rotas: what people on call leave behind."""

import factory
from factory.django import DjangoModelFactory

from oncall.models import HandoffNote
from tests.factories import NOON, ScheduleFactory, UserFactory


class HandoffNoteFactory(DjangoModelFactory):
    """A note for the next person on call."""

    class Meta:
        model = HandoffNote

    schedule = factory.SubFactory(ScheduleFactory)
    author = factory.SubFactory(UserFactory)
    text = "The replica lags at night; nothing else."
    at = NOON
