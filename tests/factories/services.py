"""Test data: services and their readiness."""

from datetime import datetime

import factory
from factory.django import DjangoModelFactory

from incidents import models as incident_models
from tests.factories.people import NOON, TeamFactory


class ServiceFactory(DjangoModelFactory):
    """A service."""

    class Meta:
        model = incident_models.Service

    name = factory.Sequence(lambda n: f"Service {n}")
    slug = factory.Sequence(lambda n: f"service-{n}")
    team = factory.SubFactory(TeamFactory)


class ServiceDependencyFactory(DjangoModelFactory):
    """One service depends on another."""

    class Meta:
        model = incident_models.ServiceDependency

    service = factory.SubFactory(ServiceFactory)
    needs = factory.SubFactory(ServiceFactory)


class ServiceReadinessFactory(DjangoModelFactory):
    """A service that passes one check of two."""

    class Meta:
        model = incident_models.ServiceReadiness

    service = factory.SubFactory(ServiceFactory)
    passed = 1
    total = 2
    score = 50
    checked_at = NOON
    due_at = datetime(2036, 6, 1, tzinfo=NOON.tzinfo)
    items = factory.LazyFunction(
        lambda: [
            {"code": "owner", "title": "Owned", "is_passed": True, "wrong": "", "url": ""},
            {"code": "gap", "title": "No gap", "is_passed": False, "wrong": "Nobody is on call.", "url": "/teams/"},
        ]
    )
