"""Maintenance that is announced to customers, and its updates."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from config.base.data.constraints import one_of
from config.base.data.models import OneLineField
from incidents.models.customers.updates import Component, StatusPage, new_public_id
from oncall.models import User


class MaintenanceStatus(models.TextChoices):
    """The status of maintenance, as in Statuspage; the moves are in `incidents.customers.maintenance`."""

    SCHEDULED = "scheduled", "Scheduled"
    IN_PROGRESS = "in_progress", "In progress"
    VERIFYING = "verifying", "Verifying"
    COMPLETED = "completed", "Completed"


UNDER_WAY = (MaintenanceStatus.IN_PROGRESS, MaintenanceStatus.VERIFYING)


class ScheduledMaintenance(models.Model):
    """Maintenance of components of a page in a set time; it begins and ends automatically unless changed."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="maintenances")
    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    draft_key = models.UUIDField(unique=True, default=uuid.uuid4, help_text="Scheduling a draft twice schedules once.")
    name = OneLineField("title", max_length=200)
    components = models.ManyToManyField(Component, blank=True, related_name="maintenances")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=MaintenanceStatus, default=MaintenanceStatus.SCHEDULED)
    turn_at = models.DateTimeField(
        null=True, blank=True, help_text="When it next reminds, begins or ends automatically."
    )
    reminded_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("status", MaintenanceStatus.values, name="incidents_maintenance_status"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="incidents_maintenance_lasts"),
            models.CheckConstraint(
                condition=Q(status="completed", completed_at__isnull=False, turn_at__isnull=True)
                | (~Q(status="completed") & Q(completed_at__isnull=True, turn_at__isnull=False)),
                name="incidents_maintenance_turns_or_is_over",
            ),
        ]
        indexes = [
            models.Index(fields=["turn_at"], condition=Q(turn_at__isnull=False), name="incidents_maintenance_due"),
            models.Index(fields=["page", "-starts_at"], name="incidents_maintenance_recent"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page in the portal."""
        return reverse("incidents:maintenance", args=[self.pk])

    def get_public_url(self) -> str:
        """Its public address."""
        return reverse("incidents:status-maintenance", args=[self.public_id])

    @property
    def is_under_way(self) -> bool:
        """Whether the maintenance is in progress."""
        return self.status in UNDER_WAY

    @property
    def is_over(self) -> bool:
        """Whether it is completed."""
        return self.status == MaintenanceStatus.COMPLETED


class MaintenanceUpdate(models.Model):
    """One published update of maintenance; it is never changed."""

    maintenance = models.ForeignKey(ScheduledMaintenance, on_delete=models.CASCADE, related_name="updates")
    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    status = models.CharField(max_length=12, choices=MaintenanceStatus)
    body = models.TextField()
    affected = models.JSONField(default=list, help_text="Components with old and new status, by public id.")
    is_mailed = models.BooleanField("goes to subscribers", default=True)
    published_at = models.DateTimeField()
    author = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: published automatically.",
    )
    fanned_out_at = models.DateTimeField(null=True, blank=True, help_text="When every subscriber had a delivery row.")

    class Meta:
        constraints = [one_of("status", MaintenanceStatus.values, name="incidents_maintenanceupdate_status")]
        indexes = [
            models.Index(fields=["maintenance", "-published_at"], name="incidents_notice_of"),
            models.Index(
                fields=["published_at"], condition=Q(fanned_out_at__isnull=True), name="incidents_notice_to_fan_out"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"
