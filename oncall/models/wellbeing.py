"""What standing by asks of people: tests of whether a page wakes them, and rest after hard nights."""

from django.db import models
from django.db.models import F, Q

from oncall.models.people import ContactMethod, User
from oncall.models.schedules import Schedule
from oncall.models.swaps import SwapRequest


class WakeTest(models.Model):
    """One page sent as a test at a person's own wish; it is passed by its link, in time (S19)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="wake_tests")
    contact_method = models.ForeignKey(
        ContactMethod, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    channel = models.CharField(max_length=20)
    sent_at = models.DateTimeField()
    passed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(passed_at__isnull=True) | Q(passed_at__gte=F("sent_at")),
                name="oncall_waketest_passed_later",
            )
        ]
        indexes = [models.Index(fields=["user", "-sent_at"], name="oncall_waketest_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} by {self.channel} at {self.sent_at:%Y-%m-%d %H:%M}Z ({self.pk})"


class ReliefRequest(models.Model):
    """After a hard night a person asked to give their next shift away; planners see it, others may take it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="relief_requests")
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="relief_requests")
    night_on = models.DateField(help_text="The day on which the night began, on the person's clock.")
    pages = models.PositiveIntegerField()
    worked_minutes = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    swap = models.OneToOneField(SwapRequest, on_delete=models.PROTECT, related_name="relief")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="oncall_relief_ends_later"),
            models.UniqueConstraint(fields=["user", "night_on"], name="oncall_relief_once_a_night"),
        ]
        indexes = [models.Index(fields=["schedule", "-asked_at"], name="oncall_relief_of_schedule")]

    def __str__(self) -> str:
        return f"{self.user_id} after the night of {self.night_on} ({self.pk})"
