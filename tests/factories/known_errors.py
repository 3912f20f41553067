"""Test data: known errors."""

import factory
from factory.django import DjangoModelFactory

from problems import models as problem_models
from tests.factories.investigation import ProblemFactory
from tests.factories.people import NOON
from tests.factories.tickets import IncidentFactory


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
    """A use of a known error in an incident."""

    class Meta:
        model = problem_models.KnownErrorUse

    known_error = factory.SubFactory(KnownErrorFactory)
    incident = factory.SubFactory(IncidentFactory)
    used_at = NOON
