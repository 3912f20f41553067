"""Test data: saved views."""

import factory
from factory.django import DjangoModelFactory

from oncall import models as oncall_models
from tests.factories.people import NOON, UserFactory


class SavedViewFactory(DjangoModelFactory):
    """What is open of the queue, under a name."""

    class Meta:
        model = oncall_models.SavedView

    name = factory.Sequence(lambda n: f"View {n}")
    path = "/incidents/"
    query = "group=open"
    owner = factory.SubFactory(UserFactory)
    created_at = NOON
    updated_at = NOON
