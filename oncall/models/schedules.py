"""Who stands by: schedules as append-only versions, so that the past never changes."""

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from config.base.models import OneLineField, Origin, Recorded, one_of
from oncall.models.people import Team, User, validate_zone


class Schedule(models.Model):
    """A name for "whoever is on call"; its versions say who that is."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="schedules")
    name = OneLineField(max_length=80, unique=True)
    description = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The schedule's page."""
        return reverse("oncall:schedule", args=[self.pk])


class ScheduleVersion(Recorded):
    """The layers in force from an instant on (R-V1); never changed, at most withdrawn before its time."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="versions")
    effective_from = models.DateTimeField()
    time_zone = models.CharField(max_length=64, validators=[validate_zone])
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    class Meta:
        constraints = [
            # R-V1: nobody rewrites last week's rota.
            models.CheckConstraint(
                condition=Q(effective_from__gte=models.functions.TruncMinute("created_at")),
                name="oncall_version_not_backdated",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["import", "demo", "case"])
                | Q(
                    created_at__gte=F("recorded_at") - timedelta(seconds=60),
                    created_at__lte=F("recorded_at") + timedelta(seconds=60),
                ),
                name="oncall_version_created_now",
            ),
            one_of("origin", Origin.values, name="oncall_version_origin"),
        ]
        indexes = [models.Index(fields=["schedule", "-effective_from", "-created_at"], name="oncall_version_in_force")]

    def __str__(self) -> str:
        return f"{self.schedule_id} from {self.effective_from:%Y-%m-%d %H:%M}Z ({self.pk})"


class RotationUnit(models.TextChoices):
    """The length of a turn is so many of these."""

    DAY = "day", "Days"
    WEEK = "week", "Weeks"


class Layer(models.Model):
    """One rotation of a version; a higher priority wins (R-L1)."""

    version = models.ForeignKey(ScheduleVersion, on_delete=models.CASCADE, related_name="layers")
    priority = models.SmallIntegerField(default=0)
    anchor = models.CharField(
        max_length=16, help_text="Local time of a handoff, as 2026-01-05T09:00; it fixes the phase."
    )
    unit = models.CharField(max_length=10, choices=RotationUnit, default=RotationUnit.WEEK)
    length = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(366)])

    class Meta:
        constraints = [
            one_of("unit", RotationUnit.values, name="oncall_layer_unit"),
            models.CheckConstraint(condition=Q(length__gte=1, length__lte=366), name="oncall_layer_length"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} layer {self.pk}"


class LayerMember(models.Model):
    """A person's place in a rotation; people at the same slot stand by together (R-R1)."""

    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="members")
    slot = models.PositiveSmallIntegerField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layer", "slot", "user"], name="oncall_layermember_once")]

    def __str__(self) -> str:
        return f"{self.layer_id} slot {self.slot}: {self.user_id}"
