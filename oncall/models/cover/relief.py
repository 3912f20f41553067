"""Relief after a hard night."""

from django.db import models
from django.db.models import F, Q

from oncall.models.cover.swaps import SwapRequest
from oncall.models.people import PEOPLE, User
from oncall.models.schedules import Schedule


class ReliefRequest(models.Model):
    """After a hard night a person asked others to take their next shift; planners see it, too."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="relief_requests", limit_choices_to=PEOPLE)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="relief_requests")
    night_on = models.DateField(help_text="The day on which the night began, in the person's time zone.")
    pages = models.PositiveIntegerField()
    worked_minutes = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    requested_at = models.DateTimeField()
    swap = models.OneToOneField(SwapRequest, on_delete=models.PROTECT, related_name="relief")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="oncall_relief_ends_later"),
            models.UniqueConstraint(fields=["user", "night_on"], name="oncall_relief_once_a_night"),
        ]
        indexes = [models.Index(fields=["schedule", "-requested_at"], name="oncall_relief_of_schedule")]

    def __str__(self) -> str:
        return f"{self.user_id} after the night of {self.night_on} ({self.pk})"
