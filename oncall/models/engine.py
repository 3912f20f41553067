"""The engine's lanes and its schema version."""

from django.db import models
from django.db.models import Q


class EngineLane(models.Model):
    """The pulse of one lane of one worker; a stale row means that worker has stopped."""

    worker = models.CharField(max_length=120)
    lane = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    swept_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True, help_text="When it ended because it was asked to.")
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    skew_seconds = models.FloatField(default=0, help_text="The worker's clock minus the database's.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["worker", "lane"], name="oncall_enginelane_once")]

    def __str__(self) -> str:
        return f"{self.worker} {self.lane}"


class EngineSchema(models.Model):
    """The one row that says which engine may work on this database (paging rule 12)."""

    version = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="oncall_engineschema_one_row")]

    def __str__(self) -> str:
        return f"engine schema {self.version}"
