"""Test data: requesters."""

import factory
from factory.django import DjangoModelFactory

from incidents import models as incident_models


class ContactFactory(DjangoModelFactory):
    """A requester."""

    class Meta:
        model = incident_models.Contact

    name = factory.Sequence(lambda n: f"Caller {n}")
    email = factory.Sequence(lambda n: f"caller{n}@example.org")
