"""How ready each service is for its next incident."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from incidents.models.catalog import Service


class ServiceReadiness(models.Model):
    """What the last check of a service found (S19, S39); `due_at` is when it is checked again."""

    service = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="readiness")
    passed = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    score = models.PositiveSmallIntegerField(default=0, help_text="Checks passed, in percent.")
    items = models.JSONField(default=list, blank=True, help_text="Each check: code, title, is_passed, wrong, url.")
    checked_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "readiness of services"
        constraints = [
            models.CheckConstraint(condition=Q(passed__lte=F("total")), name="incidents_readiness_passed"),
            models.CheckConstraint(condition=Q(score__lte=100), name="incidents_readiness_score"),
        ]
        indexes = [models.Index(fields=["due_at"], name="incidents_readiness_due")]

    def __str__(self) -> str:
        return f"{self.service_id}: {self.passed} of {self.total}"

    def get_absolute_url(self) -> str:
        """The service's page, which shows it."""
        return reverse("incidents:service", args=[self.service.slug])

    @property
    def failing(self) -> list[dict[str, object]]:
        """The checks that fail."""
        return [item for item in self.items if not item["is_passed"]]
