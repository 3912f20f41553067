"""Test data: integrations."""

import factory
from factory.django import DjangoModelFactory

from incidents import models as incident_models
from tests.factories.services import ServiceFactory
from tests.factories.severities import SeverityFactory


class IntegrationFactory(DjangoModelFactory):
    """An integration; nobody has its key."""

    class Meta:
        model = incident_models.Integration

    name = factory.Sequence(lambda n: f"Integration {n}")
    kind = "pagerduty"
    service = factory.SubFactory(ServiceFactory)
    default_severity = factory.SubFactory(SeverityFactory)
    key_hint = "abcd"
    key_digest = factory.Sequence(lambda n: f"{n:064}")
