"""Test data: people, teams and how to reach them."""

from datetime import UTC, datetime
from typing import Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from oncall import models as oncall_models

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
"""A Monday, and the clock of every test that needs one."""
PASSWORD = "a long enough pass phrase"


class UserFactory(DjangoModelFactory):
    """A person with an account."""

    class Meta:
        model = oncall_models.User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.com")
    is_active = True

    @factory.post_generation
    def roles(self, create: bool, extracted: Any, **_: Any) -> None:
        """`roles=[Role.AGENT]` puts the person into groups."""
        if create and extracted:
            self.groups.set(Group.objects.filter(name__in=extracted))


class TeamFactory(DjangoModelFactory):
    """A team."""

    class Meta:
        model = oncall_models.Team

    name = factory.Sequence(lambda n: f"Team {n}")
    slug = factory.Sequence(lambda n: f"team-{n}")


class MembershipFactory(DjangoModelFactory):
    """A person in a team."""

    class Meta:
        model = oncall_models.Membership

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)


class ContactMethodFactory(DjangoModelFactory):
    """A verified phone number."""

    class Meta:
        model = oncall_models.ContactMethod

    user = factory.SubFactory(UserFactory)
    kind = "sms"
    address = factory.Sequence(lambda n: f"+4930{n:07}")
    verified_at = NOON


class NotificationRuleFactory(DjangoModelFactory):
    """A rule of the person who owns the contact method."""

    class Meta:
        model = oncall_models.NotificationRule

    contact_method = factory.SubFactory(ContactMethodFactory)
    user = factory.SelfAttribute("contact_method.user")
    position = factory.Sequence(lambda n: n % 30000)


def person_with_phone(name: str, **fields: Any) -> Any:
    """A person with a verified number, and so with somewhere to be paged."""
    person = UserFactory(name=name, **fields)
    ContactMethodFactory(user=person)
    return person
