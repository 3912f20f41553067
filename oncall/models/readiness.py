"""Tests of whether a page wakes a person."""

from django.db import models
from django.db.models import F, Q

from oncall.models.people import PEOPLE, ContactMethod, User


class WakeTest(models.Model):
    """One test page that a person sent to themselves; it is passed by opening its link in time (S19)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="wake_tests", limit_choices_to=PEOPLE)
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
