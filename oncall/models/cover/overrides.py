"""Exceptions to the rotation: overrides, and the people they name."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from config.base.data.constraints import created_now, one_of, whole_minute
from config.base.data.models import OneLineField, Origin, Recorded
from oncall.models.people import PEOPLE, User
from oncall.models.schedules import Schedule


class OverrideOp(models.TextChoices):
    """What an override does to those on call (R-O1)."""

    REPLACE = "replace", "One person covers for another"
    SET = "set", "These people instead of everybody"
    ADD = "add", "Also these people"
    REMOVE = "remove", "Without these people"


class Override(Recorded):
    """An exception to the rotation over an interval (R-O1, R-O2); it can be cancelled but not changed.

    An accepted swap creates one or two. They are ordered by (created_at, id): the later one wins.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="overrides")
    op = models.CharField("change", max_length=10, choices=OverrideOp, default=OverrideOp.REPLACE)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    out = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", limit_choices_to=PEOPLE
    )
    users = models.ManyToManyField(User, through="OverridePerson", related_name="+", limit_choices_to=PEOPLE)
    reason = OneLineField(max_length=200, blank=True)
    external_id = OneLineField(max_length=120, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="oncall_override_ends_later",
                violation_error_message="An override must end after it starts.",
            ),
            created_now(name="oncall_override_created_now"),
            # R-O2: the past does not change.
            models.CheckConstraint(
                condition=Q(origin__in=["import", "demo", "case"])
                | Q(starts_at__gte=models.functions.TruncMinute("created_at")),
                name="oncall_override_not_backdated",
            ),
            whole_minute("starts_at", name="oncall_override_starts_minute"),
            whole_minute("ends_at", name="oncall_override_ends_minute"),
            models.CheckConstraint(
                condition=Q(op="replace", out__isnull=False) | (~Q(op="replace") & Q(out__isnull=True)),
                name="oncall_override_out",
            ),
            one_of("op", OverrideOp.values, name="oncall_override_op"),
            one_of("origin", Origin.values, name="oncall_override_origin"),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="oncall_override_external_id"
            ),
        ]
        indexes = [models.Index(fields=["schedule", "ends_at"], name="oncall_override_by_end")]

    def __str__(self) -> str:
        return f"{self.get_op_display()} on {self.schedule_id} from {self.starts_at:%Y-%m-%d %H:%M}Z"

    def get_absolute_url(self) -> str:
        """The override's page."""
        return reverse("oncall:override", args=[self.pk])


class OverridePerson(models.Model):
    """A person whom an override puts on call or, for "without these people", takes off call."""

    override = models.ForeignKey(Override, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", limit_choices_to=PEOPLE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["override", "user"], name="oncall_overrideperson_once")]

    def __str__(self) -> str:
        return f"{self.override_id}: {self.user_id}"
