"""Severities and the priority matrix, which administrators maintain."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from config.base.data.constraints import external_id_once, one_of
from config.base.data.models import OneLineField, external_id_field, retired_at_field
from oncall.models import Urgency


class Level(models.IntegerChoices):
    """ITIL's three levels of impact and of urgency."""

    HIGH = 1, "High"
    MEDIUM = 2, "Medium"
    LOW = 3, "Low"


class ReviewSeat(models.TextChoices):
    """The seats of a review: the groups whose approval it needs (S29)."""

    OWNER_TEAM = "owner_team", "Owner team"
    IT_PRACTICE = "it_practice", "IT practice"
    OTHER_TEAM = "other_team", "Another team"
    SECURITY = "security", "Security"


class ComponentStatus(models.TextChoices):
    """The status of a component, as in Statuspage; a severity proposes one, so it stands below the components."""

    OPERATIONAL = "operational", "Operational"
    DEGRADED = "degraded_performance", "Degraded performance"
    PARTIAL = "partial_outage", "Partial outage"
    MAJOR = "major_outage", "Major outage"
    MAINTENANCE = "under_maintenance", "Under maintenance"


class Impact(models.TextChoices):
    """The impact on customers, as in Statuspage; a severity proposes one."""

    NONE = "none", "None"
    MINOR = "minor", "Minor"
    MAJOR = "major", "Major"
    CRITICAL = "critical", "Critical"


class Severity(models.Model):
    """A severity: what it means and what it starts; the first by position is the worst.

    The rank is how bad it is, 1 is the worst, and several may share one: it gives the colour and the priority. It
    never falls along the positions; `incidents.severities.order` places.
    """

    position = models.PositiveSmallIntegerField(default=32_767, db_default=32_767, editable=False)
    rank = models.PositiveSmallIntegerField(
        "level",
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text="How bad it is, 1 is the worst: for colours, priorities and the words of senders.",
    )
    name = OneLineField(max_length=20, unique=True)
    title = OneLineField(max_length=60)
    description = models.TextField(
        "choose it when",
        help_text="Something that anybody can count at night: customers, places, money, minutes.",
    )
    examples = models.TextField(
        blank=True, default="", db_default="", help_text="One that is, and one that is not and what it is instead."
    )
    is_major = models.BooleanField("is a major incident", default=False)
    pages = models.BooleanField("pages people", default=True)
    urgency = models.CharField("notification urgency", max_length=4, choices=Urgency, default=Urgency.HIGH)
    needs_prevention = models.BooleanField(
        "needs prevention",
        default=False,
        help_text="After restoration the incident stays open until prevention is done.",
    )
    confirms_restore = models.BooleanField(
        "a person confirms restoration",
        default=False,
        help_text="When the last alert closes, a person must confirm; otherwise the incident is restored by itself.",
    )
    needs_postmortem = models.BooleanField(
        "needs a postmortem", default=False, db_default=False, help_text="Each incident of it gets one at restoration."
    )
    postmortem_days = models.PositiveSmallIntegerField(
        "days for the postmortem",
        default=7,
        help_text="From restoration until it must be approved, if the severity needs one.",
    )
    review_seats = ArrayField(
        models.CharField(max_length=12, choices=ReviewSeat),
        default=list,
        blank=True,
        verbose_name="seats of the review",
        help_text="A postmortem is approved once each seat attended or signed off. Security's seat counts only for"
        " incidents that are marked as about security or belong to a SecOps team.",
    )
    customer_impact = models.CharField(
        "impact on customers",
        max_length=10,
        choices=Impact,
        default=Impact.MINOR,
        db_default=Impact.MINOR.value,
        help_text="What the form of an update proposes; its author confirms it.",
    )
    component_status = models.CharField(
        "status of affected components",
        max_length=20,
        choices=ComponentStatus,
        default=ComponentStatus.DEGRADED,
        db_default=ComponentStatus.DEGRADED.value,
        help_text="What the form of an update proposes; its author confirms it.",
    )
    first_words = models.TextField(
        "first words to customers",
        blank=True,
        default="",
        db_default="",
        help_text="What the form of the first update proposes; {placeholders} as in message templates.",
    )
    external_id = external_id_field()
    retired_at = retired_at_field()
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "severities"
        constraints = [
            external_id_once(name="incidents_severity_external_id"),
            models.UniqueConstraint(
                fields=["position"], name="incidents_severity_position", deferrable=models.Deferrable.DEFERRED
            ),
            one_of("urgency", Urgency.values, name="incidents_severity_urgency"),
            models.CheckConstraint(
                condition=Q(review_seats__contained_by=ReviewSeat.values), name="incidents_severity_review_seats"
            ),
            one_of("customer_impact", Impact.values, name="incidents_severity_customer_impact"),
            one_of("component_status", ComponentStatus.values, name="incidents_severity_component_status"),
        ]

    def __str__(self) -> str:
        return self.name


class PriorityRule(models.Model):
    """A cell of the impact x urgency matrix: the priority it gives and the severity it proposes."""

    impact = models.PositiveSmallIntegerField(choices=Level)
    urgency = models.PositiveSmallIntegerField(choices=Level)
    priority = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    severity = models.ForeignKey(Severity, on_delete=models.PROTECT, related_name="+")
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["impact", "urgency"], name="incidents_priorityrule_once"),
            one_of("impact", Level.values, name="incidents_priorityrule_impact"),
            one_of("urgency", Level.values, name="incidents_priorityrule_urgency"),
        ]

    def __str__(self) -> str:
        return f"impact {self.impact} x urgency {self.urgency} = P{self.priority}"
