"""Test data of what comes after restoration: actions, links, factors and known errors."""

import factory
from factory.django import DjangoModelFactory

from incidents import models as incident_models
from problems import models as problem_models
from tests.factories import NOON, IncidentFactory, ProblemFactory, TeamFactory, UserFactory


class ActionItemFactory(DjangoModelFactory):
    """An open action of a team."""

    class Meta:
        model = incident_models.ActionItem

    ticket = factory.SubFactory(IncidentFactory)
    title = factory.Sequence(lambda n: f"Add an alert on the pool size {n}")
    team = factory.SubFactory(TeamFactory)
    due_on = NOON.date()
    created_at = NOON
    updated_at = NOON


class TicketLinkFactory(DjangoModelFactory):
    """An incident and the problem that caused it."""

    class Meta:
        model = incident_models.TicketLink

    from_ticket = factory.SubFactory(IncidentFactory)
    to_ticket = factory.SubFactory(ProblemFactory)
    kind = "caused_by"
    created_at = NOON


class PreventionWaiverFactory(DjangoModelFactory):
    """Somebody asked that nothing be prevented."""

    class Meta:
        model = incident_models.PreventionWaiver

    ticket = factory.SubFactory(IncidentFactory)
    reason = "The street was dug up; it will not happen again."
    requested_by = factory.SubFactory(UserFactory)
    requested_at = NOON


class FactorFactory(DjangoModelFactory):
    """A contributing factor at the top of a tree."""

    class Meta:
        model = problem_models.Factor

    problem = factory.SubFactory(ProblemFactory)
    text = "Nobody saw the pool run empty."
    created_at = NOON


class KnownErrorFactory(DjangoModelFactory):
    """A published known error."""

    class Meta:
        model = problem_models.KnownError

    problem = factory.SubFactory(ProblemFactory)
    title = factory.Sequence(lambda n: f"Connection pool runs empty {n}")
    symptoms = "Checkout answers with errors after a release."
    workaround = "Restart the pool."
    published_at = NOON
    updated_at = NOON


class KnownErrorUseFactory(DjangoModelFactory):
    """A known error that helped in an incident."""

    class Meta:
        model = problem_models.KnownErrorUse

    known_error = factory.SubFactory(KnownErrorFactory)
    incident = factory.SubFactory(IncidentFactory)
    used_at = NOON
