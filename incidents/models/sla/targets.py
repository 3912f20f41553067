"""SLA targets: one promise each, as dated versions that are written once (K-5), and what a warning or breach does."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from config.base.data.constraints import created_now, external_id_once, one_of, whole_minute
from config.base.data.models import Dated, OneLineField, Origin, Recorded, external_id_field
from incidents.models.tickets.ticket import HoldReason
from oncall.models import Calendar, EscalationPolicy, Team, User

MAX_GOAL = 129_600
"""Ninety days, in minutes."""


class SlaKind(models.TextChoices):
    """To whom a promise is made."""

    SLA = "sla", "SLA, to customers"
    OLA = "ola", "OLA, between teams"
    UNDERPINNING = "underpinning", "Supplier target"


class SlaMetric(models.TextChoices):
    """What a promise is about, in the order in which clocks are listed."""

    ACKNOWLEDGE = "acknowledge", "Acknowledge"
    FIRST_RESPONSE = "first_response", "First response"
    FIRST_UPDATE = "first_update", "First update to customers"
    NEXT_UPDATE = "next_update", "Next update to customers"
    RESTORE = "restore", "Restore"
    FULFIL = "fulfil", "Fulfil"
    PREVENT = "prevent", "Resolve (prevention done)"


class SlaStart(models.TextChoices):
    """When a clock starts (K-20)."""

    OPENED = "opened", "When the ticket is opened"
    IMPACT = "impact", "When the impact began"
    ALERTED = "alerted", "With the first page"
    RESTORED = "restored", "When the service is restored"
    VENDOR = "vendor", "When the supplier is notified"


class SlaScope(models.TextChoices):
    """Which tickets a version binds."""

    ALL = "all", "All tickets, from then on"
    NEW = "new", "Only tickets opened from then on"


class SlaTarget(Dated):
    """A promise of one kind about one metric; its versions say what it is and to which tickets it applies."""

    name = OneLineField(max_length=80, unique=True)
    kind = models.CharField(max_length=12, choices=SlaKind, default=SlaKind.SLA)
    metric = models.CharField(max_length=14, choices=SlaMetric)
    description = models.TextField(blank=True)
    team = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sla_targets",
        help_text="Whose own target it is: its managers keep it, and it is for this team only. Empty: the centre's.",
    )
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)
    external_id = external_id_field()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "SLA target"
        constraints = [
            external_id_once(name="incidents_slatarget_external_id"),
            one_of("kind", SlaKind.values, name="incidents_slatarget_kind"),
            one_of("metric", SlaMetric.values, name="incidents_slatarget_metric"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page in the administration."""
        return reverse("admin:incidents_slatarget_change", args=[self.pk])


class SlaTargetVersion(Recorded):
    """What a target promises from an instant on; it can be withdrawn before then, but not changed (K-5, R-V1)."""

    target = models.ForeignKey(SlaTarget, on_delete=models.PROTECT, related_name="versions")
    effective_from = models.DateTimeField()
    scope = models.CharField("binds", max_length=3, choices=SlaScope, default=SlaScope.ALL)
    is_retired = models.BooleanField("ends the target", default=False)
    position = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1)], help_text="The first match by position is in force."
    )
    conditions = models.JSONField(
        default=dict, blank=True, help_text='Allowed values by field, as {"severity": [1, 2]}; all fields must hold.'
    )
    goal_minutes = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MAX_GOAL)], help_text="Minutes that may pass."
    )
    calendar = models.ForeignKey(
        Calendar, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: 24x7."
    )
    start = models.CharField(max_length=8, choices=SlaStart, default=SlaStart.OPENED)
    pause_reasons = ArrayField(
        models.CharField(max_length=40, choices=HoldReason), default=list, blank=True,
        help_text="A hold for one of these reasons pauses the clock.",
    )  # fmt: skip
    warn_percents = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(500)]), default=list,
        blank=True, help_text="Warn when this much of the goal has passed.",
    )  # fmt: skip
    note = OneLineField(max_length=200, blank=True, help_text="Why it was changed.")
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    class Meta:
        verbose_name = "version of an SLA target"
        verbose_name_plural = "versions of SLA targets"
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_from__gte=models.functions.TruncMinute("created_at")) | Q(origin="case"),
                name="incidents_slaversion_not_backdated",
            ),
            created_now(name="incidents_slaversion_created_now"),
            whole_minute("effective_from", name="incidents_slaversion_minute"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__lt=F("effective_from")),
                name="incidents_slaversion_withdrawn_early",
            ),
            models.CheckConstraint(
                condition=Q(goal_minutes__gte=1, goal_minutes__lte=MAX_GOAL), name="incidents_slaversion_goal"
            ),
            models.CheckConstraint(condition=Q(position__gte=1), name="incidents_slaversion_position"),
            models.UniqueConstraint(
                fields=["target", "effective_from"],
                condition=Q(withdrawn_at__isnull=True) & ~Q(origin="case"),
                name="incidents_slaversion_moment",
                violation_error_message="Another version of this target takes effect at the same moment.",
            ),
            one_of("scope", SlaScope.values, name="incidents_slaversion_scope"),
            one_of("start", SlaStart.values, name="incidents_slaversion_start"),
            one_of("origin", Origin.values, name="incidents_slaversion_origin"),
        ]

    def __str__(self) -> str:
        return f"{self.target_id} from {self.effective_from:%Y-%m-%d %H:%M}Z ({self.pk})"


class SlaActionKind(models.TextChoices):
    """What a warning or breach does."""

    TELL_ASSIGNEE = "assignee", "Tell the assignee"
    TELL_MANAGER = "manager", "Tell the team's managers"
    ESCALATE = "policy", "Start an escalation policy"
    HAND_OVER = "team", "Hand the ticket to a team"


class SlaAction(models.Model):
    """What happens when a clock of a target reaches a percentage of its goal; 100 and a breach fall together."""

    target = models.ForeignKey(SlaTarget, on_delete=models.CASCADE, related_name="actions")
    percent = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(500)],
        help_text="Of the goal; one of its warnings, or 100.",
    )
    act = models.CharField("does", max_length=8, choices=SlaActionKind, default=SlaActionKind.TELL_ASSIGNEE)
    policy = models.ForeignKey(EscalationPolicy, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    history = HistoricalRecords()

    class Meta:
        verbose_name = "action of an SLA target"
        verbose_name_plural = "actions of SLA targets"
        constraints = [
            one_of("act", SlaActionKind.values, name="incidents_slaaction_act"),
            models.CheckConstraint(
                condition=Q(act="policy", policy__isnull=False) | (~Q(act="policy") & Q(policy__isnull=True)),
                name="incidents_slaaction_policy",
                violation_error_message="Choose the escalation policy to start, or another action.",
            ),
            models.CheckConstraint(
                condition=Q(act="team", team__isnull=False) | (~Q(act="team") & Q(team__isnull=True)),
                name="incidents_slaaction_team",
                violation_error_message="Choose the team that gets the ticket, or another action.",
            ),
            models.UniqueConstraint(
                fields=["target", "percent", "act", "policy", "team"],
                nulls_distinct=False,
                name="incidents_slaaction_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id} at {self.percent} %: {self.act}"
