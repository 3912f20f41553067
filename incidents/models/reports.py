"""The summary behind the numbers: what was measured, sorted and by stretch of time, not to be counted again."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from incidents.models.services import Service
from incidents.models.severities import Severity
from oncall.models import Team


class NumbersSegment(models.Model):
    """A stretch of time, as a month: the incidents whose impact began in it are summed up."""

    starts_at = models.DateTimeField(unique=True)
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="incidents_numberssegment_forward")
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M}"


class NumbersRun(models.Model):
    """What one measure says of the open incidents of one segment, team, service and severity."""

    segment = models.ForeignKey(NumbersSegment, on_delete=models.CASCADE, related_name="runs")
    measure = models.CharField(max_length=12)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    severity = models.ForeignKey(Severity, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_changed = models.BooleanField(help_text="Whether somebody changed a time by hand.")
    seconds = models.BinaryField(help_text="What was counted, ascending, as float8 in network order.")
    seconds_total = models.FloatField()
    left_out = ArrayField(models.IntegerField(), help_text="How many were not, by reason.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "measure", "team", "service", "severity", "is_changed"],
                nulls_distinct=False,
                name="incidents_numbersrun_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} #{self.pk}"


class NumbersChange(models.Model):
    """An incident that began then was changed since its segment was summed up; a trigger of tickets writes it.

    Rows are only added, never looked for, so that two that change a ticket at once do not wait for each other.
    """

    began = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Changed: {self.began:%Y-%m-%d %H:%M}"
