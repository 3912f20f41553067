"""Test data: categories of tickets."""

import factory
from factory.django import DjangoModelFactory

from incidents import models as incident_models


class CategoryFactory(DjangoModelFactory):
    """A category without a team, whose tickets are open."""

    class Meta:
        model = incident_models.Category

    name = factory.Sequence(lambda n: f"Category {n}")
