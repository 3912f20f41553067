"""Subscribers to updates by e-mail, and each mail to them."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from config.base.data.outbox import OutboxRow
from incidents.models.customers.maintenance import MaintenanceUpdate
from incidents.models.customers.updates import Component, CustomerUpdate, StatusPage, of_visible_ticket

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from oncall.models import User


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Subscribers."""

    def active(self) -> "SubscriberQuerySet":
        """Subscribers who confirmed and did not unsubscribe."""
        return self.filter(confirmed_at__isnull=False, unsubscribed_at__isnull=True)

    def of(self, update: CustomerUpdate | MaintenanceUpdate) -> "SubscriberQuerySet":
        """Subscribers who get an update: of its page, who chose one of its components or no component."""
        subject = update.incident if isinstance(update, CustomerUpdate) else update.maintenance
        subscribers = self.active().filter(page=subject.page_id)
        return subscribers.filter(
            Q(components__isnull=True) | Q(components__in=subject.components.values("pk"))
        ).distinct()


class Subscriber(models.Model):
    """An address that subscribed to a page; without components it gets every update."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="subscribers")
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False, help_text="Used in the signed links.")
    email = models.EmailField(max_length=254)
    components = models.ManyToManyField(Component, blank=True, related_name="subscribers")
    requested_components = models.JSONField(
        default=list, blank=True, help_text="Components chosen last; used once confirmed."
    )
    requested_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("page", Lower("email"), name="incidents_subscriber_once"),
            models.CheckConstraint(
                condition=Q(unsubscribed_at__isnull=True)
                | Q(confirmed_at__isnull=True)
                | Q(unsubscribed_at__gte=F("confirmed_at")),
                name="incidents_subscriber_left_after_coming",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class DeliveryQuerySet(models.QuerySet["UpdateDelivery"]):
    """Deliveries."""

    def visible_to(self, user: "User | AnonymousUser") -> "DeliveryQuerySet":
        """Deliveries whose ticket this person may see."""
        return self.filter(of_visible_ticket("update__incident__ticket", user))


class UpdateDelivery(OutboxRow):
    """One mail to one subscriber: an update, a maintenance update, or the request to confirm the address."""

    update = models.ForeignKey(
        CustomerUpdate, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    notice = models.ForeignKey(
        MaintenanceUpdate, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="deliveries")

    objects = DeliveryQuerySet.as_manager()

    class Meta(OutboxRow.Meta):
        abstract = False
        verbose_name_plural = "update deliveries"
        constraints = [
            *OutboxRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["update", "subscriber"], condition=Q(update__isnull=False), name="incidents_delivery_once"
            ),
            models.UniqueConstraint(
                fields=["notice", "subscriber"],
                condition=Q(notice__isnull=False),
                name="incidents_delivery_of_notice_once",
            ),
            models.CheckConstraint(
                condition=Q(update__isnull=True) | Q(notice__isnull=True), name="incidents_delivery_says_one_thing"
            ),
        ]
        # Those of every outbox row; the model's name is too long for theirs.
        indexes = [
            models.Index(fields=["priority", "due_at"], condition=Q(state="pending"), name="incidents_delivery_due"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="incidents_delivery_leased"),
            models.Index(fields=["ended_at"], condition=Q(state="dead"), name="incidents_delivery_dead"),
            models.Index(fields=["update", "state"], name="incidents_delivery_of"),
        ]

    @property
    def about(self) -> str:
        """The title of its incident or maintenance, as customers know it."""
        if self.update is not None:
            return self.update.incident.name
        return self.notice.maintenance.name if self.notice is not None else "confirmation"
