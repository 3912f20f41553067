"""Test data: tokens of the REST API."""

import factory
from factory.django import DjangoModelFactory

from oncall import models as oncall_models
from tests.factories.people import UserFactory


class ApiTokenFactory(DjangoModelFactory):
    """A token; its digest belongs to no real key."""

    class Meta:
        model = oncall_models.ApiToken

    user = factory.SubFactory(UserFactory)
    name = "Script"
    prefix = factory.Sequence(lambda n: f"hf_{n:08}")
    digest = factory.Sequence(lambda n: f"{n:064}")
    scopes = ["read"]
