"""Schedules: who is on call, as append-only versions, so that the past never changes."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from config.base.data.constraints import created_now, one_of, whole_minute
from config.base.data.models import Dated, OneLineField, Origin, Recorded
from oncall.models.calendars import Calendar
from oncall.models.people import PEOPLE, Team, User, validate_zone

# A wall clock without a zone, to the minute: 2026-01-05T09:00 (R-T2).
LOCAL_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$"


class Schedule(Dated):
    """A schedule: its versions say who is on call."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="schedules")
    name = OneLineField(max_length=80, unique=True)
    description = models.TextField(blank=True)
    external_id = OneLineField(
        max_length=120, blank=True, help_text="How another system knows it, such as a Terraform resource."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="oncall_schedule_external_id"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The schedule's page."""
        return reverse("oncall:schedule", args=[self.pk])


class ScheduleVersion(Recorded):
    """The layers in force from an instant on (R-V1); it can be withdrawn before then, but not changed."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="versions")
    effective_from = models.DateTimeField()
    time_zone = models.CharField(max_length=64, validators=[validate_zone])
    note = OneLineField(max_length=200, blank=True, help_text="Why it was changed.")
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    class Meta:
        constraints = [
            # R-V1: the past rota cannot be changed.
            models.CheckConstraint(
                condition=Q(effective_from__gte=models.functions.TruncMinute("created_at")),
                name="oncall_version_not_backdated",
            ),
            created_now(name="oncall_version_created_now"),
            whole_minute("effective_from", name="oncall_version_minute"),
            # R-V3: once in force, it cannot be withdrawn.
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__lt=F("effective_from")),
                name="oncall_version_withdrawn_early",
            ),
            one_of("origin", Origin.values, name="oncall_version_origin"),
        ]
        indexes = [models.Index(fields=["schedule", "-effective_from", "-created_at"], name="oncall_version_in_force")]

    def __str__(self) -> str:
        return f"{self.schedule_id} from {self.effective_from:%Y-%m-%d %H:%M}Z ({self.pk})"


class RotationUnit(models.TextChoices):
    """The unit of a turn's length."""

    HOUR = "hour", "Hours"
    DAY = "day", "Days"
    WEEK = "week", "Weeks"
    MONTH = "month", "Months"
    CUSTOM = "custom", "Turns of different lengths"


class LayerKind(models.TextChoices):
    """Whether a layer's people are on call or only shadowing (R-L1, R-F3)."""

    PRIMARY = "primary", "On call"
    SHADOW = "shadow", "Shadowing: learns, is not paged"


class RotationClock(models.TextChoices):
    """Whether turns follow the wall clock or elapsed time (R-R3)."""

    WALL = "wall", "Local time"
    ELAPSED = "elapsed", "Elapsed hours"


class RotationCount(models.TextChoices):
    """Which turns count when people take turns (R-R4, R-R5)."""

    CALENDAR = "calendar", "Every turn"
    ACTIVE = "active", "Only turns within the hours below"


class HolidayMode(models.TextChoices):
    """How a layer treats the days of its calendar (R-L1)."""

    NONE = "", "Like any other day"
    EXCLUDE = "exclude", "Not covered"
    ONLY = "only", "Only these are covered"


class Layer(models.Model):
    """One rotation of a version; a higher priority wins (R-R1, R-L1).

    `restrictions` is a list of `{type: daily, days, start, end}` and `{type: weekly, start_day, start,
    end_day, end}` (R-L2), as in the API; no entry means around the clock.
    """

    version = models.ForeignKey(ScheduleVersion, on_delete=models.CASCADE, related_name="layers")
    name = OneLineField(max_length=80, blank=True)
    priority = models.SmallIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=LayerKind, default=LayerKind.PRIMARY)
    time_zone = models.CharField(
        max_length=64, blank=True, validators=[validate_zone], help_text="Empty: the version's."
    )
    starts_at = models.CharField(max_length=16, blank=True, help_text="Local time; empty: from the beginning.")
    ends_at = models.CharField(max_length=16, blank=True, help_text="Local time; empty: without end.")
    anchor = models.CharField(
        max_length=16, help_text="Local time of a handoff, as 2026-01-05T09:00; it fixes the phase."
    )
    unit = models.CharField(max_length=10, choices=RotationUnit, default=RotationUnit.WEEK)
    length = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(720)])
    lengths = ArrayField(
        models.PositiveIntegerField(), default=list, blank=True, help_text="Minutes of each turn of a custom cycle."
    )
    clock = models.CharField(max_length=10, choices=RotationClock, default=RotationClock.WALL)
    count = models.CharField(max_length=10, choices=RotationCount, default=RotationCount.CALENDAR)
    concurrent = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    # Places in the rotation; in the turn of an empty one nobody is on call (R-R7).
    slots = models.PositiveSmallIntegerField(default=0)
    restrictions = models.JSONField(default=list, blank=True)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, null=True, blank=True, related_name="layers")
    holiday_mode = models.CharField(max_length=10, choices=HolidayMode, default=HolidayMode.NONE, blank=True)

    class Meta:
        constraints = [
            one_of("unit", RotationUnit.values, name="oncall_layer_unit"),
            one_of("kind", LayerKind.values, name="oncall_layer_kind"),
            one_of("clock", RotationClock.values, name="oncall_layer_clock"),
            one_of("count", RotationCount.values, name="oncall_layer_count"),
            one_of("holiday_mode", HolidayMode.values, name="oncall_layer_holiday_mode"),
            models.CheckConstraint(
                condition=Q(length__gte=1, length__lte=366) | Q(unit="hour", length__gte=1, length__lte=720),
                name="oncall_layer_length",
            ),
            models.CheckConstraint(condition=Q(concurrent__gte=1), name="oncall_layer_concurrent"),
            models.CheckConstraint(condition=Q(anchor__regex=LOCAL_TIME), name="oncall_layer_anchor"),
            models.CheckConstraint(
                condition=Q(starts_at="") | Q(starts_at__regex=LOCAL_TIME), name="oncall_layer_starts_at"
            ),
            models.CheckConstraint(
                condition=Q(ends_at="") | Q(ends_at__regex=LOCAL_TIME), name="oncall_layer_ends_at"
            ),
            models.CheckConstraint(
                condition=Q(unit="custom", lengths__len__gte=1) | (~Q(unit="custom") & Q(lengths__len=0)),
                name="oncall_layer_lengths",
            ),
            # R-R3: elapsed time is for rotations by the hour.
            models.CheckConstraint(condition=Q(clock="wall") | Q(unit="hour"), name="oncall_layer_elapsed_hours"),
            models.CheckConstraint(
                condition=Q(calendar__isnull=True, holiday_mode="")
                | (Q(calendar__isnull=False) & ~Q(holiday_mode="")),
                name="oncall_layer_calendar",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} layer {self.pk}"


class LayerMember(models.Model):
    """A person's place in a rotation; people in the same slot are on call together (R-R1)."""

    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="members")
    slot = models.PositiveSmallIntegerField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", limit_choices_to=PEOPLE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layer", "slot", "user"], name="oncall_layermember_once")]

    def __str__(self) -> str:
        return f"{self.layer_id} slot {self.slot}: {self.user_id}"
