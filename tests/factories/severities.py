"""Test data: severities and the priority matrix."""

import factory
from factory.django import DjangoModelFactory

from incidents import models as incident_models


class SeverityFactory(DjangoModelFactory):
    """A severity that pages; ranks repeat, so two calls with one rank give one row."""

    class Meta:
        model = incident_models.Severity
        django_get_or_create = ["rank"]

    rank = 2
    position = factory.SelfAttribute("rank")
    needs_postmortem = factory.LazyAttribute(
        lambda severity: bool(getattr(severity, "is_major", False) or getattr(severity, "needs_prevention", False))
    )
    name = factory.LazyAttribute(lambda severity: f"SEV{severity.rank}")
    title = "Major"
    description = "A core function is down for some customers."
    customer_impact = "major"
    component_status = "partial_outage"


class PriorityRuleFactory(DjangoModelFactory):
    """A cell of the matrix."""

    class Meta:
        model = incident_models.PriorityRule
        django_get_or_create = ["impact", "urgency"]

    impact = 1
    urgency = 1
    priority = 1
    severity = factory.SubFactory(SeverityFactory)
