"""Escalation policies, and escalations: a policy that runs for a record that needs a person."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from config.base.data.constraints import external_id_once, one_of
from config.base.data.models import Dated, OneLineField, external_id_field, retired_at_field
from oncall.models.people import PEOPLE, Team, Urgency, User
from oncall.models.schedules import Schedule


class EscalationPolicy(Dated):
    """Whom to page, in which order and after how long, until somebody acknowledges (R-E1).

    A change of its steps, targets or fallback is a change of it: the database notes it.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="escalation_policies")
    name = OneLineField(max_length=80, unique=True)
    repeat = models.PositiveSmallIntegerField(
        default=2, validators=[MaxValueValidator(20)], help_text="How often to repeat the steps."
    )
    ack_timeout_minutes = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Page again if service is not restored this many minutes after the acknowledgement.",
    )
    fallback = models.ManyToManyField(
        User,
        related_name="+",
        limit_choices_to=PEOPLE,
        help_text="Paged when a round reached nobody, and after the last round.",
    )
    fallback_delay_minutes = models.PositiveSmallIntegerField(default=5, validators=[MinValueValidator(1)])
    external_id = external_id_field()
    retired_at = retired_at_field()
    history = HistoricalRecords(m2m_fields=[fallback], excluded_fields=["created_at", "updated_at"])

    class Meta:
        verbose_name_plural = "escalation policies"
        constraints = [
            models.CheckConstraint(condition=Q(repeat__lte=20), name="oncall_policy_repeat"),
            external_id_once(name="oncall_policy_external_id"),
        ]

    def __str__(self) -> str:
        return self.name


class StepMode(models.TextChoices):
    """Whether a step pages all of its targets or one after another."""

    ALL = "all", "Everyone at once"
    ROUND_ROBIN = "round_robin", "Round robin"


class EscalationStep(models.Model):
    """One step: page the targets, then wait."""

    policy = models.ForeignKey(EscalationPolicy, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    delay_minutes = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1)], help_text="Minutes to wait for an acknowledgement."
    )
    mode = models.CharField(max_length=12, choices=StepMode, default=StepMode.ALL)
    next_target = models.PositiveSmallIntegerField(default=0, editable=False)
    history = HistoricalRecords(excluded_fields=["next_target"])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "position"], name="oncall_step_position", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(delay_minutes__gte=1), name="oncall_step_delay"),
            one_of("mode", StepMode.values, name="oncall_step_mode"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} step {self.position + 1}"


class EscalationTarget(models.Model):
    """A person, the people on call of a schedule, or a team; looked up when the step fires (R-E4)."""

    step = models.ForeignKey(EscalationStep, on_delete=models.CASCADE, related_name="targets")
    position = models.PositiveSmallIntegerField(default=0)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", limit_choices_to=PEOPLE
    )
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, null=True, blank=True, related_name="targets")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(user__isnull=False, schedule__isnull=True, team__isnull=True)
                    | Q(user__isnull=True, schedule__isnull=False, team__isnull=True)
                    | Q(user__isnull=True, schedule__isnull=True, team__isnull=False)
                ),
                name="oncall_target_is_one",
                violation_error_message="Choose exactly one of person, schedule and team.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.step_id} target {self.position}"


class EscalationState(models.TextChoices):
    """The state of an escalation; whether it also ran out of steps is `exhausted_at`."""

    TRIGGERED = "triggered", "Triggered"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    SNOOZED = "snoozed", "Snoozed"
    ENDED = "ended", "Ended"


class EscalationQuerySet(models.QuerySet["Escalation"]):
    """Running and past escalations."""

    def running(self) -> "EscalationQuerySet":
        """Those that have not ended."""
        return self.exclude(state=EscalationState.ENDED)

    def unanswered(self) -> "EscalationQuerySet":
        """Those nobody has acknowledged."""
        return self.filter(state=EscalationState.TRIGGERED)

    def due(self, at: object) -> "EscalationQuerySet":
        """Those whose next step or timer is due."""
        return self.running().filter(next_at__lte=at)

    def about(self, subject_type: str, subject_id: int) -> "EscalationQuerySet":
        """Those that belong to one subject."""
        return self.filter(subject_type=subject_type, subject_id=subject_id)


class Escalation(models.Model):
    """One run of a policy for one record that needs a person, with a frozen copy of the policy."""

    subject_type = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    title = OneLineField(max_length=300)
    url = models.CharField(max_length=300)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="escalations")
    policy = models.ForeignKey(
        EscalationPolicy, on_delete=models.SET_NULL, null=True, blank=True, related_name="escalations"
    )
    frozen_policy = models.JSONField(help_text="The policy at the time of the trigger (R-E1).")
    urgency = models.CharField(max_length=4, choices=Urgency, default=Urgency.HIGH)
    priority = models.PositiveSmallIntegerField(default=5, help_text="Priority of its pages; lower is sent first.")
    state = models.CharField(max_length=12, choices=EscalationState, default=EscalationState.TRIGGERED)
    step = models.PositiveSmallIntegerField(default=0, help_text="The step that fires next, from 0.")
    round = models.PositiveSmallIntegerField(default=0)
    round_reached = models.BooleanField(default=False, help_text="Whether this round has reached anybody.")
    firing = models.PositiveIntegerField(default=0, help_text="Counts every firing; never reset (paging rule 3).")
    round_firing = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="The last firing before this round began."
    )
    news = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="Counts news pages; never reset (R-E7a)."
    )
    failures = models.PositiveSmallIntegerField(
        default=0, db_default=0, editable=False, help_text="How often in a row its step could not be prepared."
    )
    failure = models.CharField(max_length=300, blank=True, default="", db_default="", editable=False)
    next_at = models.DateTimeField(null=True, blank=True)
    triggered_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    exhausted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", EscalationState.values, name="oncall_escalation_state"),
            one_of("urgency", Urgency.values, name="oncall_escalation_urgency"),
            # Prevents the worst finding of the health checks: open, not acknowledged, not exhausted and nothing due.
            models.CheckConstraint(
                condition=~Q(state="triggered") | Q(next_at__isnull=False) | Q(exhausted_at__isnull=False),
                name="oncall_escalation_never_silent",
            ),
            models.CheckConstraint(
                condition=~Q(state="snoozed") | Q(next_at__isnull=False), name="oncall_escalation_snooze_ends"
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | Q(next_at__isnull=True, ended_at__isnull=False),
                name="oncall_escalation_ended_is_quiet",
            ),
            models.CheckConstraint(
                condition=~Q(state="acknowledged") | Q(acknowledged_at__isnull=False),
                name="oncall_escalation_acknowledged_when",
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "team"],
                condition=~Q(state="ended"),
                nulls_distinct=False,
                name="oncall_escalation_one_per_team",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=~Q(state="ended"), name="oncall_escalation_due"),
            models.Index(fields=["subject_type", "subject_id"], name="oncall_escalation_subject"),
            models.Index(fields=["triggered_at"], condition=Q(state="triggered"), name="oncall_escalation_unanswered"),
            models.Index(fields=["failures"], condition=Q(failures__gt=0), name="oncall_escalation_failing"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.title}"

    def get_absolute_url(self) -> str:
        """The page of the record it is about."""
        return self.url or reverse("oncall:escalations")


class EscalationEvent(models.TextChoices):
    """The events in an escalation's log."""

    PAGE = "page", "Paged"
    NOBODY_ON_CALL = "nobody_on_call", "Nobody on call"
    EXHAUSTED = "exhausted", "Ran out of steps"
    UNREACHABLE = "unreachable", "Could not be reached"
    PROVIDER_DOWN = "provider_down", "Providers failed"
    FAILED = "failed", "Could not be prepared"
    ACK = "ack", "Acknowledged"
    UNACK = "unack", "Unacknowledged"
    SNOOZE = "snooze", "Snoozed"
    ESCALATE = "escalate", "Escalated manually"
    DECLINE = "decline", "Declined"
    URGENCY = "urgency", "Urgency raised"
    NEWS = "news", "News sent"
    ACK_TIMEOUT = "ack_timeout", "Acknowledgement timed out"
    SNOOZE_OVER = "snooze_over", "Snooze ended"
    RESOLVE = "resolve", "Ended"


class EscalationEntry(models.Model):
    """One entry of an escalation's log (R-E10): written once, never changed."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    event = models.CharField(max_length=16, choices=EscalationEvent)
    step = models.SmallIntegerField(null=True, blank=True, help_text="From 0; -1 is the fallback.")
    round = models.PositiveSmallIntegerField(null=True, blank=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    detail = models.JSONField(default=dict, help_text="The people paged, and why: schedule, version, turn.")
    relay_at = models.DateTimeField(null=True, blank=True, help_text="Set until the signal about it was delivered.")

    class Meta:
        verbose_name_plural = "escalation entries"
        constraints = [one_of("event", EscalationEvent.values, name="oncall_entry_event")]
        indexes = [
            models.Index(fields=["escalation", "id"], name="oncall_entry_of"),
            models.Index(fields=["relay_at"], condition=Q(relay_at__isnull=False), name="oncall_entry_relay"),
            models.Index(fields=["at"], condition=Q(event="page"), name="oncall_entry_paged"),
        ]

    def __str__(self) -> str:
        return f"{self.escalation_id} {self.at:%Y-%m-%d %H:%M:%S}Z {self.event} ({self.pk})"
