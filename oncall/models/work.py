"""Work intervals: working time cannot be reconstructed later, so it is recorded from the start."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from config.base.data.constraints import one_of
from config.base.data.models import OneLineField, Origin
from oncall.models.people import PEOPLE, User


class WorkSource(models.TextChoices):
    """Where the interval comes from."""

    TIMELINE = "timeline", "From the timeline"
    CLAIMED = "claimed", "Claimed"


class WorkInterval(models.Model):
    """A time in which a person worked on something; `ended_at` is empty while it runs."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="work_intervals", limit_choices_to=PEOPLE)
    subject_type = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    title = OneLineField(max_length=300)
    url = models.CharField(max_length=300)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=10, choices=WorkSource, default=WorkSource.TIMELINE)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    class Meta:
        constraints = [
            one_of("source", WorkSource.values, name="oncall_work_source"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="oncall_work_ends_later"
            ),
            # A person has no overlapping intervals on the same subject; a running interval has no upper bound.
            ExclusionConstraint(
                name="oncall_work_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("subject_type", RangeOperators.EQUAL),
                    ("subject_id", RangeOperators.EQUAL),
                    (Func("started_at", "ended_at", function="TSTZRANGE"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="oncall_work_subject"),
            models.Index(fields=["user", "started_at"], name="oncall_work_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.subject_type} {self.subject_id} from {self.started_at:%Y-%m-%d %H:%M}Z"
