"""Status pages, components, message templates, and public incidents with their updates.

Nothing is copied from a ticket automatically. Links to tickets and services are never public.
"""

import secrets
import string
import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from simple_history.models import HistoricalRecords

from config.base.data.constraints import external_id_once, one_of
from config.base.data.models import OneLineField, external_id_field, retired_at_field
from incidents.models.services import Service
from incidents.models.severities import ComponentStatus, Impact
from incidents.models.tickets.ticket import Ticket
from oncall.models import User
from oncall.models.people import validate_zone

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

_LETTERS = string.ascii_lowercase + string.digits


def new_public_id() -> str:
    """A public id: it cannot be guessed and does not show how many there are."""
    return "".join(secrets.choice(_LETTERS) for _ in range(12))


class Phase(models.TextChoices):
    """The status of a public incident, as in Statuspage."""

    INVESTIGATING = "investigating", "Investigating"
    IDENTIFIED = "identified", "Identified"
    MONITORING = "monitoring", "Monitoring"
    RESOLVED = "resolved", "Resolved"
    POSTMORTEM = "postmortem", "Postmortem"


OVER = (Phase.RESOLVED, Phase.POSTMORTEM)
"""Phases in which no next update is promised."""


RESERVED = frozenset({"api", "confirm", "incidents", "maintenances", "subscribe", "unsubscribe"})
"""Words that addresses below /status/ use; no page may have one as its slug."""


class StatusPage(models.Model):
    """A page for customers at /status/<slug>/; the default one, else the oldest, is also at /status/."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = OneLineField(max_length=80, unique=True, help_text="The company or product, as customers call it.")
    slug = models.SlugField(max_length=80, unique=True)
    time_zone = models.CharField(
        max_length=60, default="UTC", help_text="For the times on the page, for example Europe/Berlin."
    )
    is_default = models.BooleanField("is at /status/", default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    external_id = external_id_field()
    history = HistoricalRecords()

    class Meta:
        constraints = [
            external_id_once(name="incidents_statuspage_external_id"),
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="incidents_statuspage_one_default"
            ),
            models.CheckConstraint(condition=~Q(slug__in=sorted(RESERVED)), name="incidents_statuspage_slug_free"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its public address."""
        return self.address("status")

    def clean(self) -> None:
        """Refuse slugs that addresses below /status/ already use, and what is no time zone."""
        if self.slug in RESERVED:
            raise ValidationError({"slug": f"{self.slug} is reserved. Choose another slug."})
        try:
            validate_zone(self.time_zone)
        except ValidationError as refusal:
            raise ValidationError({"time_zone": refusal}) from None

    def address(self, view: str, *args: object) -> str:
        """The path of one of its public views."""
        return reverse(f"incidents:{view}", args=[*(() if self.is_default else (self.slug,)), *args])


class Component(models.Model):
    """A component as customers know it; one that has members is a group."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="components")
    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = OneLineField(max_length=80)
    description = OneLineField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    group = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="members")
    service = models.ForeignKey(
        Service, on_delete=models.SET_NULL, null=True, blank=True, related_name="components",
        help_text="Proposes this component when the service is affected. Never public.",
    )  # fmt: skip
    status = models.CharField(max_length=20, choices=ComponentStatus, default=ComponentStatus.OPERATIONAL)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    external_id = external_id_field()
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "name"], name="incidents_component_once"),
            external_id_once(name="incidents_component_external_id"),
            one_of("status", ComponentStatus.values, name="incidents_component_status"),
            models.CheckConstraint(
                condition=Q(group__isnull=True) | ~Q(group=F("id")), name="incidents_component_not_its_own_group"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse groups within groups, and groups of another page."""
        members = self.members.all() if self.pk else Component.objects.none()
        if self.group == self:
            raise ValidationError({"group": "A component is not its own group. Choose another one."})
        if self.group and self.group.page_id != self.page_id:
            raise ValidationError({"group": "This group is on another page. Choose one of the same page."})
        if members.exclude(page=self.page_id).exists():
            raise ValidationError({"page": "Its members are on another page. Move them out of the group first."})
        if self.group and (self.group.group_id or members.exists()):
            raise ValidationError({"group": "Groups have two levels. Choose a component that is in no group."})


class MessageTemplate(models.Model):
    """A template of updates; {placeholders} are from a fixed list."""

    title = OneLineField(max_length=80, unique=True)
    phase = models.CharField(max_length=16, choices=Phase)
    body = models.TextField()
    external_id = external_id_field()
    retired_at = retired_at_field()
    history = HistoricalRecords()

    class Meta:
        constraints = [
            one_of("phase", Phase.values, name="incidents_messagetemplate_phase"),
            external_id_once(name="incidents_messagetemplate_external_id"),
        ]

    def __str__(self) -> str:
        return self.title


def of_visible_ticket(path: str, user: "User | AnonymousUser") -> Q:
    """Rows whose ticket this person may see, and those without one."""
    return Q(**{f"{path}__isnull": True}) | Q(**{f"{path}__in": Ticket.objects.visible_to(user)})


class PublicIncidentQuerySet(models.QuerySet["PublicIncident"]):
    """Public incidents."""

    def visible_to(self, user: "User | AnonymousUser") -> "PublicIncidentQuerySet":
        """Rows whose ticket this person may see."""
        return self.filter(of_visible_ticket("ticket", user))

    def unresolved(self) -> "PublicIncidentQuerySet":
        """Incidents that are not resolved yet."""
        return self.exclude(status__in=OVER)


class PublicIncident(models.Model):
    """An incident as customers see it, with its own name, impact and text."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="incidents")
    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    ticket = models.ForeignKey(
        Ticket, on_delete=models.SET_NULL, null=True, blank=True, related_name="public_incidents"
    )
    name = OneLineField(max_length=200)
    impact = models.CharField(max_length=10, choices=Impact, default=Impact.MINOR)
    status = models.CharField(max_length=16, choices=Phase, default=Phase.INVESTIGATING)
    components = models.ManyToManyField(Component, blank=True, related_name="incidents")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    started_at = models.DateTimeField()
    monitoring_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    next_update_at = models.DateTimeField(null=True, blank=True, help_text="When the next update was promised.")

    objects = PublicIncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "ticket"], name="incidents_publicincident_once"),
            one_of("status", Phase.values, name="incidents_publicincident_status"),
            one_of("impact", Impact.values, name="incidents_publicincident_impact"),
            models.CheckConstraint(
                condition=Q(status__in=OVER, next_update_at__isnull=True, resolved_at__isnull=False)
                | (~Q(status__in=OVER) & Q(next_update_at__isnull=False)),
                name="incidents_publicincident_promises_next",
            ),
        ]
        indexes = [
            models.Index(fields=["page", "-created_at"], name="incidents_public_recent"),
            models.Index(
                fields=["next_update_at"], condition=Q(next_update_at__isnull=False), name="incidents_public_due"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its public address."""
        return reverse("incidents:status-incident", args=[self.public_id])

    @property
    def is_over(self) -> bool:
        """Whether no next update is promised."""
        return self.status in OVER

    def is_overdue(self, at: datetime) -> bool:
        """Whether the promised update is late."""
        return self.next_update_at is not None and self.next_update_at < at


class UpdateQuerySet(models.QuerySet["CustomerUpdate"]):
    """Updates."""

    def visible_to(self, user: "User | AnonymousUser") -> "UpdateQuerySet":
        """Rows whose ticket this person may see."""
        return self.filter(of_visible_ticket("incident__ticket", user))


class CustomerUpdate(models.Model):
    """One published update of a public incident; it is never changed."""

    incident = models.ForeignKey(PublicIncident, on_delete=models.CASCADE, related_name="updates")
    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    draft_key = models.UUIDField(unique=True, default=uuid.uuid4, help_text="Publishing a draft twice publishes once.")
    status = models.CharField(max_length=16, choices=Phase)
    body = models.TextField()
    affected = models.JSONField(default=list, help_text="Components with old and new status, by public id.")
    next_update_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_mailed = models.BooleanField("goes to subscribers", default=True)
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was withdrawn: no longer shown or mailed."
    )
    fanned_out_at = models.DateTimeField(null=True, blank=True, help_text="When every subscriber had a delivery row.")

    objects = UpdateQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("status", Phase.values, name="incidents_customerupdate_status"),
            models.CheckConstraint(
                condition=Q(status__in=OVER) | Q(next_update_at__gt=F("published_at")),
                name="incidents_customerupdate_says_next",
            ),
        ]
        indexes = [
            models.Index(fields=["incident", "-published_at"], name="incidents_update_of"),
            models.Index(
                fields=["published_at"], condition=Q(fanned_out_at__isnull=True), name="incidents_update_to_fan_out"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"
