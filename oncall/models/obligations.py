"""Tasks with a due date that is not an SLA clock: the rules, the obligations, and their reminders."""

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from config.base.data.constraints import one_of
from config.base.data.models import OneLineField, Origin
from config.base.data.outbox import OutboxRow
from oncall.models.people import PEOPLE, ContactMethod, Team, User


class TimeUnit(models.TextChoices):
    """The unit of a duration."""

    MINUTES = "minutes", "minutes"
    HOURS = "hours", "hours"
    DAYS = "days", "days"


class AssignedTo(models.TextChoices):
    """To whom a rule assigns the task."""

    RECORD = "record", "The record's owner, else its team"
    TEAM = "team", "The record's team"
    MANAGER = "manager", "A manager of the record's team"
    PERSON = "person", "The person chosen below"


class DismissedBy(models.TextChoices):
    """Who may dismiss the task."""

    NOBODY = "nobody", "Nobody"
    OWNER = "owner", "The assignee"
    MANAGER = "manager", "A manager of the team"
    PRACTICE = "practice", "A practice owner"


class DismissedWhen(models.TextChoices):
    """When it may be dismissed."""

    ANY = "any", "At any time"
    OVERDUE = "overdue", "Only once it is overdue"


class ObligationRule(models.Model):
    """What must be done for which records, by whom and within how long; the first matching rule is used."""

    position = models.PositiveSmallIntegerField(
        default=100, help_text="Rules are tried from the lowest position; the first match is used."
    )
    name = OneLineField(max_length=80, unique=True)
    kind = models.CharField("task type", max_length=40)
    is_active = models.BooleanField("active", default=True, help_text="Switch it off instead of deleting it.")
    max_rank = models.PositiveSmallIntegerField(
        "severities up to rank", null=True, blank=True, help_text="1 is the most severe. Empty: every severity."
    )
    max_tier = models.PositiveSmallIntegerField(
        "services up to tier", null=True, blank=True, help_text="1 is the most critical. Empty: every service."
    )
    teams = models.ManyToManyField(Team, blank=True, related_name="+", help_text="Empty: every team.")
    amount = models.PositiveIntegerField(
        "within",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5000)],
        help_text="Empty: by the date that the record sets.",
    )
    unit = models.CharField(max_length=8, choices=TimeUnit, default=TimeUnit.DAYS)
    assigned_to = models.CharField("assigned to", max_length=8, choices=AssignedTo, default=AssignedTo.RECORD)
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", limit_choices_to=PEOPLE
    )
    dismissed_by = models.CharField(max_length=8, choices=DismissedBy, default=DismissedBy.MANAGER)
    dismissed_when = models.CharField(max_length=8, choices=DismissedWhen, default=DismissedWhen.ANY)
    needs_reason = models.BooleanField("dismissing needs a reason", default=True)
    history = HistoricalRecords(m2m_fields=[teams])

    class Meta:
        verbose_name = "task rule"
        constraints = [
            one_of("unit", TimeUnit.values, name="oncall_obligationrule_unit"),
            one_of("assigned_to", AssignedTo.values, name="oncall_obligationrule_owed_by"),
            one_of("dismissed_by", DismissedBy.values, name="oncall_obligationrule_dismissed_by"),
            one_of("dismissed_when", DismissedWhen.values, name="oncall_obligationrule_dismissed_when"),
            models.CheckConstraint(
                condition=Q(assigned_to="person", person__isnull=False)
                | (~Q(assigned_to="person") & Q(person__isnull=True)),
                name="oncall_obligationrule_person",
                violation_error_message="Choose a person if the task is assigned to one person, and none otherwise.",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=1), name="oncall_obligationrule_amount"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def within(self) -> timedelta | None:
        """The time allowed; None where the record sets the date."""
        return None if self.amount is None else timedelta(**{self.unit: self.amount})


class ReminderSide(models.TextChoices):
    """Whether a reminder comes before or after the due time."""

    BEFORE = "before", "before it is due"
    AFTER = "after", "after it was due"


class Reminded(models.TextChoices):
    """Who is reminded."""

    OWNER = "owner", "The assignee"
    MANAGER = "manager", "The team's managers"
    PRACTICE = "practice", "The practice owners"


class RuleReminder(models.Model):
    """One reminder of a rule: how long before or after the due time, and to whom."""

    rule = models.ForeignKey(ObligationRule, on_delete=models.CASCADE, related_name="reminders")
    amount = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(5000)], help_text="0: when it is due."
    )
    unit = models.CharField(max_length=8, choices=TimeUnit, default=TimeUnit.DAYS)
    side = models.CharField(max_length=8, choices=ReminderSide, default=ReminderSide.BEFORE)
    whom = models.CharField(max_length=8, choices=Reminded, default=Reminded.OWNER)

    class Meta:
        verbose_name = "task rule reminder"
        constraints = [
            one_of("unit", TimeUnit.values, name="oncall_rulereminder_unit"),
            one_of("side", ReminderSide.values, name="oncall_rulereminder_side"),
            one_of("whom", Reminded.values, name="oncall_rulereminder_whom"),
            models.CheckConstraint(condition=Q(amount__lte=5000), name="oncall_rulereminder_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.get_whom_display()} {self.amount} {self.unit} {self.side} ({self.pk})"

    @property
    def offset(self) -> timedelta:
        """The time from the due time to the reminder; negative before it."""
        length = timedelta(**{self.unit: self.amount})
        return -length if self.side == ReminderSide.BEFORE else length


class ObligationStatus(models.TextChoices):
    """The status of an obligation; the lifecycle is in `oncall.obligations.status`."""

    OPEN = "open", "Open"
    DONE = "done", "Done"
    DISMISSED = "dismissed", "Dismissed"
    WITHDRAWN = "withdrawn", "No longer needed"


class ObligationQuerySet(models.QuerySet["Obligation"]):
    """Obligations."""

    def open(self) -> "ObligationQuerySet":
        """Those that are open."""
        return self.filter(status=ObligationStatus.OPEN)

    def overdue(self, at: datetime) -> "ObligationQuerySet":
        """Those that are open and past their due time at `at`."""
        return self.open().filter(due_at__lt=at)

    def about(self, subject_type: str, subject_id: int) -> "ObligationQuerySet":
        """Those that belong to one subject."""
        return self.filter(subject_type=subject_type, subject_id=subject_id)


class Obligation(models.Model):
    """A task that a person or a team must do by a due time."""

    rule = models.ForeignKey(ObligationRule, on_delete=models.PROTECT, related_name="obligations")
    kind = models.CharField("task type", max_length=40)
    subject_type = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    occurrence = models.CharField(max_length=80, blank=True, help_text="Tells several of one record apart.")
    title = OneLineField(max_length=300)
    url = models.CharField(max_length=300)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="obligations", limit_choices_to=PEOPLE
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="obligations")
    due_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=ObligationStatus, default=ObligationStatus.OPEN)
    round = models.PositiveSmallIntegerField(default=0, help_text="Counts new due times; part of reminders' keys.")
    reminded_until = models.DateTimeField(help_text="Reminders up to this time have been created.")
    next_reminder_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, help_text="Why it was dismissed or postponed.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = "task"
        constraints = [
            one_of("status", ObligationStatus.values, name="oncall_obligation_status"),
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id", "occurrence"], name="oncall_obligation_once"
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | Q(team__isnull=False), name="oncall_obligation_is_somebodys"
            ),
            models.CheckConstraint(
                condition=Q(status="open", ended_at__isnull=True) | (~Q(status="open") & Q(ended_at__isnull=False)),
                name="oncall_obligation_ended_when",
            ),
            models.CheckConstraint(
                condition=Q(status="open") | Q(next_reminder_at__isnull=True), name="oncall_obligation_ended_is_quiet"
            ),
            # Rows of a demo or a worked case may send nothing.
            models.CheckConstraint(
                condition=~Q(origin__in=["demo", "case"]) | Q(next_reminder_at__isnull=True),
                name="oncall_obligation_demo_is_quiet",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_reminder_at"],
                condition=Q(next_reminder_at__isnull=False),
                name="oncall_obligation_reminder",
            ),
            models.Index(fields=["owner", "due_at"], condition=Q(status="open"), name="oncall_obligation_of_person"),
            models.Index(fields=["team", "due_at"], condition=Q(status="open"), name="oncall_obligation_of_team"),
            models.Index(fields=["subject_type", "subject_id"], name="oncall_obligation_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.pk})"

    def get_absolute_url(self) -> str:
        """The address of the record where it is done."""
        return self.url or reverse("oncall:my-tasks")

    @property
    def is_open(self) -> bool:
        """Whether it is open."""
        return self.status == ObligationStatus.OPEN

    def is_overdue(self, at: datetime) -> bool:
        """Whether it is open and past its due time at `at`."""
        return self.is_open and self.due_at < at


class Reminder(OutboxRow):
    """One message that reminds one person of a task; an outbox row of low urgency."""

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="reminders")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    contact_method = models.ForeignKey(
        ContactMethod, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta(OutboxRow.Meta):
        abstract = False
        verbose_name = "task reminder"
        indexes = [
            *OutboxRow.Meta.indexes,
            models.Index(fields=["obligation", "id"], name="oncall_reminder_of"),
        ]
