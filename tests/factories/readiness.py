"""Test data: wake tests."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from oncall import models
from tests.factories.people import NOON, UserFactory


class WakeTestFactory(DjangoModelFactory):
    """A test that was passed."""

    class Meta:
        model = models.WakeTest

    user = factory.SubFactory(UserFactory)
    channel = "sms"
    sent_at = NOON
    passed_at = NOON + timedelta(minutes=1)
