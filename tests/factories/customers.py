"""Test data: status pages, updates, maintenance and subscribers."""

import factory
from factory.django import DjangoModelFactory

from incidents import models as incident_models
from tests.factories.people import NOON, UserFactory


class StatusPageFactory(DjangoModelFactory):
    """A page for customers."""

    class Meta:
        model = incident_models.StatusPage

    name = factory.Sequence(lambda n: f"Acme {n}")
    slug = factory.Sequence(lambda n: f"acme-{n}")


class ComponentFactory(DjangoModelFactory):
    """A component of the status page."""

    class Meta:
        model = incident_models.Component

    page = factory.SubFactory(StatusPageFactory)
    name = factory.Sequence(lambda n: f"Component {n}")


class MessageTemplateFactory(DjangoModelFactory):
    """A template of updates."""

    class Meta:
        model = incident_models.MessageTemplate

    title = factory.Sequence(lambda n: f"Template {n}")
    phase = "investigating"
    body = "Since {start} {components} fails. Next update by {next}."


class PublicIncidentFactory(DjangoModelFactory):
    """An incident as customers see it."""

    class Meta:
        model = incident_models.PublicIncident

    page = factory.SubFactory(StatusPageFactory)
    name = "Payments fail"
    created_at = NOON
    updated_at = NOON
    started_at = NOON
    next_update_at = NOON.replace(hour=13)


class CustomerUpdateFactory(DjangoModelFactory):
    """A published update."""

    class Meta:
        model = incident_models.CustomerUpdate

    incident = factory.SubFactory(PublicIncidentFactory)
    status = "investigating"
    body = "We are looking into it."
    published_at = NOON
    next_update_at = NOON.replace(hour=13)
    author = factory.SubFactory(UserFactory)


class MaintenanceFactory(DjangoModelFactory):
    """Scheduled maintenance; `component=True` gives it a component."""

    class Meta:
        model = incident_models.ScheduledMaintenance
        skip_postgeneration_save = True

    page = factory.SubFactory(StatusPageFactory)
    name = "Moving to new servers"
    starts_at = NOON.replace(hour=14)
    ends_at = NOON.replace(hour=15)
    turn_at = NOON.replace(hour=13)
    created_at = NOON
    updated_at = NOON
    created_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def component(self, create, extracted, **kwargs):
        """Add a component of its page."""
        if extracted:
            self.components.add(ComponentFactory(page=self.page))


class MaintenanceUpdateFactory(DjangoModelFactory):
    """A published update of maintenance."""

    class Meta:
        model = incident_models.MaintenanceUpdate

    maintenance = factory.SubFactory(MaintenanceFactory)
    status = "scheduled"
    body = "The shop may be slow."
    published_at = NOON
    author = factory.SubFactory(UserFactory)


class SubscriberFactory(DjangoModelFactory):
    """A confirmed subscriber."""

    class Meta:
        model = incident_models.Subscriber

    page = factory.SubFactory(StatusPageFactory)
    email = factory.Sequence(lambda n: f"customer{n}@example.org")
    requested_at = NOON
    created_at = NOON
    confirmed_at = NOON


class UpdateDeliveryFactory(DjangoModelFactory):
    """A mail that was accepted."""

    class Meta:
        model = incident_models.UpdateDelivery

    update = factory.SubFactory(CustomerUpdateFactory)
    subscriber = factory.SubFactory(SubscriberFactory)
    key = factory.LazyAttribute(lambda row: f"{row.update.pk}:{row.subscriber.pk}")
    channel = "email"
    address = factory.SelfAttribute("subscriber.email")
    state = "accepted"
    due_at = NOON
    created_at = NOON
    accepted_at = NOON
