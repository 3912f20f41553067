"""Calendar feeds: the secret addresses people subscribe to, and the events each feed showed."""

from django.db import models
from django.db.models import F, Q

from config.base.data.constraints import one_of
from config.base.data.models import OneLineField
from oncall.models.people import PEOPLE, User
from oncall.models.schedules import Schedule


class FeedKind(models.TextChoices):
    """What a feed shows."""

    OWN_SHIFTS = "mine", "All my shifts"
    SCHEDULE = "schedule", "Everybody's shifts on one schedule"


class FeedToken(models.Model):
    """A calendar feed of a person (R-I1). Only a hash of its address is stored; the address is shown once."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="feeds", limit_choices_to=PEOPLE)
    kind = models.CharField(max_length=10, choices=FeedKind, default=FeedKind.OWN_SHIFTS)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds")
    name = OneLineField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            one_of("kind", FeedKind.values, name="oncall_feedtoken_kind"),
            models.CheckConstraint(
                condition=Q(kind="mine", schedule__isnull=True) | Q(kind="schedule", schedule__isnull=False),
                name="oncall_feedtoken_schedule",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"


class FeedEvent(models.Model):
    """A shift as a feed showed it: how often it changed since, and when it was removed (R-I1)."""

    feed = models.ForeignKey(FeedToken, on_delete=models.CASCADE, related_name="events")
    uid = models.CharField(max_length=64)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    summary = models.CharField(max_length=250)
    sequence = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "uid"], name="oncall_feedevent_once"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="oncall_feedevent_ends_later"),
        ]

    def __str__(self) -> str:
        return f"{self.uid} in feed {self.feed_id}"
