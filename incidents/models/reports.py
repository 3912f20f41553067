"""The stored summary behind the reports: measured lengths by period, so that they are not counted again."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from incidents.models.services import Service
from incidents.models.severities import Severity
from oncall.models import Team


class ReportSegment(models.Model):
    """A period, usually a month; the incidents whose impact began in it are summarized."""

    starts_at = models.DateTimeField(unique=True)
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="incidents_reportsegment_forward")
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M}"


class ReportRun(models.Model):
    """One measure of the public incidents of one segment, team, service and severity."""

    segment = models.ForeignKey(ReportSegment, on_delete=models.CASCADE, related_name="runs")
    measure = models.CharField(max_length=12)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    severity = models.ForeignKey(Severity, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_changed = models.BooleanField(help_text="Whether a time was changed by hand.")
    seconds = models.BinaryField(help_text="The counted lengths, ascending, as float8 in network byte order.")
    seconds_total = models.FloatField()
    left_out = ArrayField(models.IntegerField(), help_text="How many were left out, by reason.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "measure", "team", "service", "severity", "is_changed"],
                nulls_distinct=False,
                name="incidents_reportrun_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} #{self.pk}"


class ReportChange(models.Model):
    """The start of an incident that changed after its segment was summarized; a trigger of tickets writes it.

    Rows are only inserted, so that concurrent changes of tickets do not wait for each other.
    """

    began_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Changed: {self.began_at:%Y-%m-%d %H:%M}"
