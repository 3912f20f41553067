"""Integrations, the events they receive, and the alerts those make up."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from config.base.data.constraints import external_id_once, one_of
from config.base.data.json_schema import check_texts_by_text
from config.base.data.models import OneLineField, external_id_field
from incidents.models.services import Service
from incidents.models.severities import Severity
from incidents.models.tickets.ticket import Ticket
from oncall.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class IntegrationKind(models.TextChoices):
    """The dialect a sender speaks."""

    ALERTMANAGER = "alertmanager", "Prometheus Alertmanager"
    PAGERDUTY = "pagerduty", "PagerDuty Events v2"


class Integration(models.Model):
    """The connection of a sender of alerts. Its key is stored as a digest, shown once, and valid for intake only."""

    name = OneLineField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=IntegrationKind)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="integrations")
    key_hint = models.CharField(max_length=8, editable=False, help_text="The first characters of the key.")
    key_digest = models.CharField(max_length=64, unique=True, editable=False)
    severities = models.JSONField(
        default=dict,
        blank=True,
        help_text='Severity for each word of the sender, as {"critical": "SEV1"}; common words are mapped without it.',
    )
    default_severity = models.ForeignKey(Severity, on_delete=models.PROTECT, related_name="+")
    paused_at = models.DateTimeField(null=True, blank=True, help_text="While set, its events are refused.")
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    key_changed_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    external_id = external_id_field()
    history = HistoricalRecords(excluded_fields=["key_digest"])

    class Meta:
        constraints = [
            one_of("kind", IntegrationKind.values, name="incidents_integration_kind"),
            external_id_once(name="incidents_integration_external_id"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The integration's page, with its newest events."""
        return reverse("incidents:integration", args=[self.pk])

    def clean(self) -> None:
        """Refuse severities that routing could not read: it is an object of a sender's word to a severity's name."""
        try:
            check_texts_by_text(self.severities, example='{"critical": "SEV1"}')
        except ValidationError as error:
            raise ValidationError({"severities": error}) from None
        names = {name.casefold(): name for name in Severity.objects.values_list("name", flat=True)}
        if unknown := sorted(name for name in self.severities.values() if name.casefold() not in names):
            message = f"There is no severity {', '.join(unknown)}. Choose from {', '.join(names.values())}."
            raise ValidationError({"severities": message})


class AlertStatus(models.TextChoices):
    """The status of an alert; it is acknowledged with its incident."""

    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    CLOSED = "closed", "Closed"


class AlertQuerySet(models.QuerySet["Alert"]):
    """Alerts."""

    def visible_to(self, user: "User | AnonymousUser") -> "AlertQuerySet":
        """Those without a ticket, and those whose ticket this person may see."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(Q(ticket__isnull=True) | Q(ticket__in=Ticket.objects.visible_to(user)))


class Alert(models.Model):
    """A problem as one sender reports it, from its first event to the one that closes it."""

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="alerts")
    dedup_key = models.CharField(max_length=255)
    group_key = models.CharField(max_length=255, help_text="Alerts of one group share an incident.")
    status = models.CharField(max_length=12, choices=AlertStatus, default=AlertStatus.OPEN)
    title = OneLineField(max_length=300)
    severity_word = OneLineField(max_length=60, blank=True, help_text="The sender's word for the severity.")
    source = OneLineField(max_length=300, blank=True)
    link = models.CharField(max_length=500, blank=True)
    payload = models.JSONField(default=dict, help_text="The newest event's details.")
    count = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(help_text="By the sender's clock.")
    sender_closed_at = models.DateTimeField(null=True, blank=True, help_text="By the sender's clock.")
    opened_at = models.DateTimeField()
    last_event_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    route_at = models.DateTimeField(null=True, blank=True, help_text="Due for routing since.")
    route_attempts = models.PositiveSmallIntegerField(default=0)
    ticket = models.ForeignKey(Ticket, on_delete=models.SET_NULL, null=True, blank=True, related_name="alerts")
    explanation = models.TextField(blank=True, help_text="Why it opened, joined or did nothing.")

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("status", AlertStatus.values, name="incidents_alert_status"),
            models.UniqueConstraint(
                fields=["integration", "dedup_key"], condition=~Q(status="closed"), name="incidents_alert_open_once"
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | (~Q(status="closed") & Q(closed_at__isnull=True)),
                name="incidents_alert_closed_when",
            ),
        ]
        indexes = [
            models.Index(fields=["route_at"], condition=Q(route_at__isnull=False), name="incidents_alert_route"),
            models.Index(fields=["integration", "group_key"], name="incidents_alert_group"),
            models.Index(fields=["-opened_at", "-id"], name="incidents_alert_recent"),
            models.Index(fields=["integration", "dedup_key", "-opened_at"], name="incidents_alert_key"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.pk})"

    def get_absolute_url(self) -> str:
        """The alert's page."""
        return reverse("incidents:alert", args=[self.pk])


class EventAction(models.TextChoices):
    """What a sender's event asks for."""

    TRIGGER = "trigger", "Trigger"
    ACKNOWLEDGE = "acknowledge", "Acknowledge"
    RESOLVE = "resolve", "Resolve"
    CHANGE = "change", "Change"
    NONE = "none", "Unreadable"


class EventOutcome(models.TextChoices):
    """The result of an event."""

    OPENED = "opened", "Opened an alert"
    REPEATED = "repeated", "Counted up"
    CLOSED = "closed", "Closed the alert"
    ACKNOWLEDGED = "acknowledged", "Acknowledged the alert"
    IGNORED = "ignored", "No open alert with this key"
    STALE = "stale", "Older than the alert's end"
    KEPT = "kept", "Stored for reference"
    REJECTED = "rejected", "Refused"


class EventQuerySet(models.QuerySet["Event"]):
    """Events."""

    def visible_to(self, user: "User | AnonymousUser") -> "EventQuerySet":
        """Those without an alert, and those whose alert this person may see."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(Q(alert__isnull=True) | Q(alert__in=Alert.objects.visible_to(user)))


class Event(models.Model):
    """One message from a sender as it arrived, kept so that nothing is lost and everything can be explained."""

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="events")
    alert = models.ForeignKey(Alert, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    received_at = models.DateTimeField()
    action = models.CharField(max_length=12, choices=EventAction)
    dedup_key = models.CharField(max_length=255, blank=True)
    outcome = models.CharField(max_length=12, choices=EventOutcome)
    payload = models.JSONField(default=dict)
    problem = models.CharField(max_length=500, blank=True, help_text="Why it was refused, or what was corrected.")
    while_paused = models.BooleanField(
        default=False, db_default=False, help_text="Refused because its integration was paused, which somebody chose."
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("action", EventAction.values, name="incidents_event_action"),
            one_of("outcome", EventOutcome.values, name="incidents_event_outcome"),
        ]
        indexes = [
            models.Index(fields=["integration", "-received_at"], name="incidents_event_of"),
            models.Index(fields=["alert", "-received_at"], name="incidents_event_of_alert"),
            models.Index(fields=["-received_at"], condition=Q(outcome="rejected"), name="incidents_event_refused"),
        ]

    def __str__(self) -> str:
        return f"{self.received_at:%Y-%m-%d %H:%M:%S}Z {self.action} {self.dedup_key} ({self.pk})"
