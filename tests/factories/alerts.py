"""Test data: alerts and events."""

import factory
from factory.django import DjangoModelFactory

from incidents import models as incident_models
from tests.factories.integrations import IntegrationFactory
from tests.factories.people import NOON


class AlertFactory(DjangoModelFactory):
    """An open alert that is routed already."""

    class Meta:
        model = incident_models.Alert

    integration = factory.SubFactory(IntegrationFactory)
    dedup_key = factory.Sequence(lambda n: f"key-{n}")
    group_key = factory.SelfAttribute("dedup_key")
    title = "Disk full"
    started_at = NOON
    opened_at = NOON
    last_event_at = NOON


class EventFactory(DjangoModelFactory):
    """A trigger."""

    class Meta:
        model = incident_models.Event

    integration = factory.SubFactory(IntegrationFactory)
    received_at = NOON
    action = "trigger"
    outcome = "opened"
