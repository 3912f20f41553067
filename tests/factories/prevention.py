"""Test data: action items and waivers."""

import factory
from factory.django import DjangoModelFactory

from incidents import models as incident_models
from tests.factories.people import NOON, TeamFactory, UserFactory
from tests.factories.tickets import IncidentFactory


class ActionItemFactory(DjangoModelFactory):
    """An open action item of a team."""

    class Meta:
        model = incident_models.ActionItem

    ticket = factory.SubFactory(IncidentFactory)
    title = factory.Sequence(lambda n: f"Add an alert on the pool size {n}")
    team = factory.SubFactory(TeamFactory)
    due_on = NOON.date()
    created_at = NOON
    updated_at = NOON


class PreventionWaiverFactory(DjangoModelFactory):
    """A request to waive prevention."""

    class Meta:
        model = incident_models.PreventionWaiver

    ticket = factory.SubFactory(IncidentFactory)
    reason = "The street was dug up; it will not happen again."
    requested_by = factory.SubFactory(UserFactory)
    requested_at = NOON
