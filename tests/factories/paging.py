"""Test data: pages."""

import factory
from factory.django import DjangoModelFactory

from oncall import models as oncall_models
from tests.factories.escalation import EscalationFactory
from tests.factories.people import NOON, UserFactory


class PageFactory(DjangoModelFactory):
    """A page that was accepted."""

    class Meta:
        model = oncall_models.Page

    escalation = factory.SubFactory(EscalationFactory)
    user = factory.SubFactory(UserFactory)
    key = factory.Sequence(lambda n: f"test:{n}")
    channel = "sms"
    address = "+49301234567"
    firing = 1
    rule = 0
    state = "accepted"
    due_at = NOON
    created_at = NOON
    accepted_at = NOON
