"""Time off: the rota only warns about it."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from config.base.data.constraints import one_of, whole_minute
from config.base.data.models import OneLineField, Origin, Recorded
from oncall.models.people import PEOPLE, User


class Absence(Recorded):
    """Time off of a person: the rota warns about it and changes nothing (R-V6)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences", limit_choices_to=PEOPLE)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = OneLineField(max_length=120, blank=True)
    external_id = OneLineField(max_length=120, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    class Meta:
        verbose_name = "time off"
        verbose_name_plural = "time off"
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="oncall_absence_ends_later",
                violation_error_message="The end must come after the start.",
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
        """The person's own list of time off."""
        return reverse("oncall:absences")
