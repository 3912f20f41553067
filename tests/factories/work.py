"""Test data: minutes of work."""

import factory
from factory.django import DjangoModelFactory

from oncall import models as oncall_models
from tests.factories.people import NOON, UserFactory


class WorkIntervalFactory(DjangoModelFactory):
    """An hour of work."""

    class Meta:
        model = oncall_models.WorkInterval

    user = factory.SubFactory(UserFactory)
    subject_type = "ticket"
    subject_id = factory.Sequence(lambda n: n + 1)
    title = "INC-1 Something is broken"
    url = "/"
    started_at = NOON
    ended_at = NOON.replace(hour=13)
