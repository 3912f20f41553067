"""Test data: the engine's lanes."""

import factory
from factory.django import DjangoModelFactory

from oncall import models as oncall_models
from tests.factories.people import NOON


class EngineLaneFactory(DjangoModelFactory):
    """A lane's pulse."""

    class Meta:
        model = oncall_models.EngineLane

    worker = factory.Sequence(lambda n: f"worker:{n}")
    lane = "pages"
    started_at = NOON
    swept_at = NOON
