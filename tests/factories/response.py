"""Test data: responding teams."""

import factory
from factory.django import DjangoModelFactory

from incidents import models as incident_models
from tests.factories.escalation import EscalationFactory
from tests.factories.tickets import IncidentFactory


class ResponseFactory(DjangoModelFactory):
    """The assigned team responds; nobody has answered."""

    class Meta:
        model = incident_models.Response

    ticket = factory.SubFactory(IncidentFactory)
    team = factory.SelfAttribute("ticket.team")
    escalation = factory.LazyAttribute(
        lambda row: EscalationFactory(subject_type="ticket", subject_id=row.ticket.pk, team=row.team)
    )
