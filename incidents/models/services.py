"""The service catalog: services, the teams that own them, their dependencies and their readiness."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from config.base.data.constraints import external_id_once, one_of
from config.base.data.models import OneLineField, Origin, external_id_field, retired_at_field
from oncall.models import EscalationPolicy, Team


class ServiceKind(models.TextChoices):
    """The kind of a service."""

    BUSINESS = "business", "Business service"
    TECHNICAL = "technical", "Technical service"
    EXTERNAL = "external", "External service"


class Service(models.Model):
    """A service that the company offers or depends on, owned by exactly one accountable team (S5)."""

    name = OneLineField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=ServiceKind, default=ServiceKind.TECHNICAL)
    description = models.TextField(blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="services")
    tier = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(4)], help_text="1 is the most critical."
    )
    escalation_policy = models.ForeignKey(
        EscalationPolicy, on_delete=models.PROTECT, null=True, blank=True, related_name="services"
    )
    flapping_minutes = models.PositiveSmallIntegerField(
        default=10,
        db_default=10,
        validators=[MaxValueValidator(1440)],
        help_text="Trouble that returns within these minutes continues its incident; 0 always opens a new one.",
    )
    depends_on = models.ManyToManyField(
        "self", through="ServiceDependency", symmetrical=False, related_name="needed_by"
    )
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)
    external_id = external_id_field()
    retired_at = retired_at_field()
    history = HistoricalRecords()

    class Meta:
        constraints = [
            one_of("kind", ServiceKind.values, name="incidents_service_kind"),
            models.CheckConstraint(condition=Q(tier__gte=1, tier__lte=4), name="incidents_service_tier"),
            external_id_once(name="incidents_service_external_id"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The service's page."""
        return reverse("incidents:service", args=[self.slug])


class ServiceDependency(models.Model):
    """One service depends on another."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="dependencies")
    needs = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="dependents")
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "service dependencies"
        constraints = [
            models.UniqueConstraint(fields=["service", "needs"], name="incidents_dependency_once"),
            models.CheckConstraint(condition=~Q(service=F("needs")), name="incidents_dependency_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} needs {self.needs_id}"


class ServiceOwnership(models.Model):
    """Which team owned a service in which period, so that old figures stay with the former owner (S5)."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="ownerships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    during = DateTimeRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="incidents_ownership_one_at_a_time",
                expressions=[("service", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            )
        ]

    def __str__(self) -> str:
        return f"{self.service_id} owned by {self.team_id} during {self.during}"


class ServiceReadiness(models.Model):
    """The result of the last readiness check of a service (S19, S39); `due_at` is when it is checked again."""

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
        """The failing checks."""
        return [item for item in self.items if not item["is_passed"]]
