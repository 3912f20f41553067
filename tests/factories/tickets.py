"""Test data: incidents, their timeline and links."""

import factory
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Value
from factory.django import DjangoModelFactory

from incidents import models as incident_models
from tests.factories.investigation import ProblemFactory
from tests.factories.people import NOON, UserFactory
from tests.factories.services import ServiceFactory
from tests.factories.severities import SeverityFactory


class IncidentFactory(DjangoModelFactory):
    """A new incident, as `response.declare` leaves it, without pages."""

    class Meta:
        model = incident_models.Incident

    kind = "incident"
    title = factory.Sequence(lambda n: f"Something is broken {n}")
    service = factory.SubFactory(ServiceFactory)
    team = factory.SelfAttribute("service.team")
    severity = factory.SubFactory(SeverityFactory)
    created_at = NOON
    updated_at = NOON
    impact_started_at = NOON


class TimelineEntryFactory(DjangoModelFactory):
    """A note."""

    class Meta:
        model = incident_models.TimelineEntry

    ticket = factory.SubFactory(IncidentFactory)
    kind = "note"
    at = NOON
    text = "We looked at the logs."


class TicketTextFactory(DjangoModelFactory):
    """Fresh words of an incident, beside those that the database notes by itself."""

    class Meta:
        model = incident_models.TicketText

    ticket = factory.SubFactory(IncidentFactory)
    vector = Value("'extra':1", output_field=SearchVectorField())
    fresh_since = NOON


class PrivateReadingFactory(DjangoModelFactory):
    """A person who read a private incident."""

    class Meta:
        model = incident_models.PrivateReading

    ticket = factory.SubFactory(IncidentFactory, visibility="private", visibility_reason="A complaint")
    user = factory.SubFactory(UserFactory)
    at = NOON
    hour = factory.SelfAttribute("at")


class ChecklistItemFactory(DjangoModelFactory):
    """An item of an incident's checklist."""

    class Meta:
        model = incident_models.ChecklistItem

    ticket = factory.SubFactory(IncidentFactory)
    text = factory.Sequence(lambda number: f"Look at host {number}")
    position = factory.Sequence(lambda number: number % 50 + 1)
    created_at = NOON
    updated_at = NOON


class WatcherFactory(DjangoModelFactory):
    """A person who watches an incident."""

    class Meta:
        model = incident_models.Watcher

    ticket = factory.SubFactory(IncidentFactory)
    user = factory.SubFactory(UserFactory)
    added_at = NOON


class TicketLinkFactory(DjangoModelFactory):
    """An incident and the problem that caused it."""

    class Meta:
        model = incident_models.TicketLink

    from_ticket = factory.SubFactory(IncidentFactory)
    to_ticket = factory.SubFactory(ProblemFactory)
    kind = "caused_by"
    created_at = NOON
