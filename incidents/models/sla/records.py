"""The clocks of tickets as rows that can be rebuilt, and the facts about them, which are written once."""

from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from config.base.data.constraints import one_of, whole_minute
from config.base.data.models import OneLineField
from incidents.models.services import Service
from incidents.models.sla.targets import SlaKind, SlaMetric, SlaTargetVersion
from incidents.models.tickets.ticket import Ticket, Visibility
from oncall.models import Team

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from oncall.models import User


class SlaState(models.TextChoices):
    """How a clock stands (K-34)."""

    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    MET = "met", "Met"
    BREACHED = "breached", "Broken"
    CANCELLED = "cancelled", "Cancelled"


OPEN_STATES = (SlaState.RUNNING, SlaState.PAUSED)


OfTicketT = TypeVar("OfTicketT", bound=models.Model)


class OfTicketQuerySet(models.QuerySet[OfTicketT]):
    """Rows about clocks of tickets."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Those of tickets this person may see."""
        if not user.is_authenticated:
            return self.none()
        # Asked the other way round: private tickets are few, so a report need not look at every ticket.
        private = Ticket.objects.filter(visibility=Visibility.PRIVATE)
        return self.exclude(ticket__in=private.exclude(pk__in=private.visible_to(user).values("pk")))


class OfTicket(models.Model):
    """What identifies a clock and cycle: ticket, kind, metric, the team of an OLA, and the number of the cycle."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="%(class)s_set", db_index=False)
    kind = models.CharField(max_length=12, choices=SlaKind)
    metric = models.CharField(max_length=14, choices=SlaMetric)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        help_text="The team of an OLA.",
    )  # fmt: skip
    cycle = models.PositiveIntegerField(default=1)

    objects = OfTicketQuerySet.as_manager()

    class Meta:
        abstract = True

    def is_visible_to(self, user: "User | AnonymousUser") -> bool:
        """Whether this person may see its ticket."""
        return self.ticket.is_visible_to(user)


class SlaCycle(OfTicket):
    """How a clock stood when it was last computed; rebuilt at any time from the timeline and the definitions (K-1)."""

    version = models.ForeignKey(
        SlaTargetVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="cycles",
        help_text="In force now, or when the clock ended; empty for a clock of another system.",
    )  # fmt: skip
    state = models.CharField(max_length=9, choices=SlaState)
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True, help_text="The next warning, breach or planned change.")
    goal_minutes = models.PositiveIntegerField()
    elapsed_minutes = models.IntegerField(help_text="When it was computed.")
    paused_by = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    paused_since = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    breach_holds = models.BooleanField(null=True, blank=True, help_text="Whether today's history still shows it.")
    computed_at = models.DateTimeField()
    # For reports: a clock counts in the month in which it was decided, with the ticket as it was then.
    decided_at = models.DateTimeField(null=True, blank=True, help_text="When it was broken, or met.")
    is_kept = models.BooleanField(null=True, blank=True)
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    owner = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        help_text="The team that had the ticket when it was decided.",
    )  # fmt: skip
    category = OneLineField(max_length=60, blank=True)
    customers = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    source = OneLineField(max_length=60, blank=True, help_text="The other system that it comes from.")

    class Meta:
        verbose_name = "SLA clock"
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "kind", "metric", "team", "cycle"],
                nulls_distinct=False,
                name="incidents_slacycle_once",
            ),
            one_of("state", SlaState.values, name="incidents_slacycle_state"),
            one_of("kind", SlaKind.values, name="incidents_slacycle_kind"),
            one_of("metric", SlaMetric.values, name="incidents_slacycle_metric"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, is_kept__isnull=True)
                | Q(decided_at__isnull=False, is_kept__isnull=False),
                name="incidents_slacycle_decided",
            ),
        ]
        indexes = [
            models.Index(
                fields=["decided_at", "kind", "metric", "is_kept"],
                include=["service", "owner", "team", "category", "breach_holds", "source", "ticket", "cycle"],
                condition=Q(decided_at__isnull=False),
                name="incidents_slacycle_report",
            ),
            models.Index(
                fields=["version"], condition=Q(state__in=["running", "paused"]), name="incidents_slacycle_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.metric} {self.cycle}"


class SlaBreach(OfTicket):
    """A broken promise; a trigger refuses to change or delete it (K-39)."""

    version = models.ForeignKey(SlaTargetVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    goal_minutes = models.PositiveIntegerField(null=True, blank=True)
    breached_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), help_text="When it became known.")
    source = OneLineField(max_length=60, blank=True, help_text="The other system that recorded it.")

    class Meta:
        verbose_name = "SLA breach"
        verbose_name_plural = "SLA breaches"
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "kind", "metric", "team", "cycle"],
                nulls_distinct=False,
                name="incidents_slabreach_once",
            ),
            whole_minute("breached_at", name="incidents_slabreach_minute"),
            models.CheckConstraint(
                condition=Q(version__isnull=False, goal_minutes__isnull=False) | ~Q(source=""),
                name="incidents_slabreach_of_version",
            ),
        ]
        indexes = [models.Index(fields=["breached_at"], name="incidents_slabreach_at")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.metric} {self.cycle} broken"


class SlaWarning(OfTicket):
    """A warning that was sent, or counts as sent because a higher one was; written once (K-36)."""

    version = models.ForeignKey(SlaTargetVersion, on_delete=models.PROTECT, related_name="+")
    percent = models.PositiveSmallIntegerField()
    goal_minutes = models.PositiveIntegerField()
    warned_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    is_sent = models.BooleanField(default=True, help_text="False: a higher one fell due at the same time.")

    class Meta:
        verbose_name = "SLA warning"
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "kind", "metric", "team", "cycle", "percent", "goal_minutes"],
                nulls_distinct=False,
                name="incidents_slawarning_once",
            ),
            whole_minute("warned_at", name="incidents_slawarning_minute"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.metric} {self.cycle} at {self.percent} %"


class SlaStale(models.Model):
    """A ticket whose clocks must be computed again; written by a trigger with every entry that clocks read.

    Rows are only added and deleted, so that no writer waits for the sweep.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "ticket with stale SLA clocks"
        verbose_name_plural = "tickets with stale SLA clocks"
        indexes = [models.Index(fields=["since"], name="incidents_slastale_since")]

    def __str__(self) -> str:
        return f"{self.ticket_id} since {self.since:%Y-%m-%d %H:%M:%S}Z"
