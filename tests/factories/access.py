"""Test data: tokens of the REST API, and service accounts."""

from typing import Any

import factory
from django.contrib.auth.models import Group
from django.db import transaction
from factory.django import DjangoModelFactory

from oncall import models as oncall_models
from oncall.models import SERVICE_DOMAIN, SERVICE_SUFFIX
from tests.factories.people import NOON, TeamFactory, UserFactory


class ServiceAccountFactory(DjangoModelFactory):
    """A service account; the database wants it and its user in one transaction."""

    class Meta:
        model = oncall_models.ServiceAccount
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"program-{n}")
    user = factory.SubFactory(
        UserFactory,
        kind="service",
        name=factory.LazyAttribute(lambda user: f"{user.factory_parent.name}{SERVICE_SUFFIX}"),
        email=factory.LazyAttribute(lambda user: f"{user.factory_parent.name}@{SERVICE_DOMAIN}"),
        password="!",
    )
    team = factory.SubFactory(TeamFactory)
    description = "Deploys the web shop."
    created_at = NOON

    @classmethod
    def _generate(cls, strategy: str, params: dict[str, Any]) -> Any:
        with transaction.atomic():
            return super()._generate(strategy, params)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, name: str, **fields: Any) -> Any:
        return super()._create(model_class, *args, **fields)

    @factory.post_generation
    def roles(self, create: bool, extracted: Any, **_: Any) -> None:
        """`roles=[Role.AGENT]` puts the program into groups."""
        if create and extracted:
            self.user.groups.set(Group.objects.filter(name__in=extracted))


class ApiTokenFactory(DjangoModelFactory):
    """A token; its digest belongs to no real key."""

    class Meta:
        model = oncall_models.ApiToken

    user = factory.SubFactory(UserFactory)
    name = "Script"
    prefix = factory.Sequence(lambda n: f"hf_{n:08}")
    digest = factory.Sequence(lambda n: f"{n:064}")
    scopes = ["read"]
