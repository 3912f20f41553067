"""When a person is not there: leave, which only warns, and a closed account, which leaves the rota."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from config.base.models import OneLineField, Origin, Recorded, one_of
from oncall.models.people import User
from oncall.models.schedules import whole_minute


class Absence(Recorded):
    """Leave of a person: the rota warns of it and changes nothing (R-V6)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = OneLineField(max_length=120, blank=True)
    external_id = OneLineField(max_length=120, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="oncall_absence_ends_later",
                violation_error_message="A leave must end after it starts.",
            ),
            whole_minute("starts_at", name="oncall_absence_starts_minute"),
            whole_minute("ends_at", name="oncall_absence_ends_minute"),
            one_of("origin", Origin.values, name="oncall_absence_origin"),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="oncall_absence_external_id"
            ),
        ]
        indexes = [models.Index(fields=["user", "ends_at"], name="oncall_absence_by_end")]

    def __str__(self) -> str:
        return f"{self.user_id} away from {self.starts_at:%Y-%m-%d %H:%M}Z"

    def get_absolute_url(self) -> str:
        """The person's own list of leave."""
        return reverse("oncall:absences")


class Deactivation(Recorded):
    """From when to when an account was closed: everywhere out of the rota, others keep their turns (R-V6)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deactivations")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reopened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(starts_at__lte=F("ends_at")),
                name="oncall_deactivation_ends_later",
            ),
            # A past minute keeps its people: one is closed from now on, never from last week.
            models.CheckConstraint(
                condition=Q(origin__in=["import", "demo", "case"])
                | Q(starts_at__gte=models.functions.TruncMinute("created_at")),
                name="oncall_deactivation_not_backdated",
            ),
            whole_minute("starts_at", name="oncall_deactivation_minute"),
            one_of("origin", Origin.values, name="oncall_deactivation_origin"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(ends_at__isnull=True), name="oncall_deactivation_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} inactive from {self.starts_at:%Y-%m-%d %H:%M}Z"
