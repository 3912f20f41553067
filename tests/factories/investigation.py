"""Test data: problems and contributing factors."""

import factory
from factory.django import DjangoModelFactory

from problems import models as problem_models
from tests.factories.people import NOON
from tests.factories.services import ServiceFactory
from tests.factories.severities import SeverityFactory


class ProblemFactory(DjangoModelFactory):
    """A new problem."""

    class Meta:
        model = problem_models.Problem

    kind = "problem"
    title = factory.Sequence(lambda n: f"Something breaks again and again {n}")
    service = factory.SubFactory(ServiceFactory)
    team = factory.SelfAttribute("service.team")
    severity = factory.SubFactory(SeverityFactory)
    created_at = NOON
    updated_at = NOON
    impact_started_at = NOON


class FactorFactory(DjangoModelFactory):
    """A contributing factor at the top of a tree."""

    class Meta:
        model = problem_models.Factor

    problem = factory.SubFactory(ProblemFactory)
    text = "Nobody saw the pool run empty."
    created_at = NOON
