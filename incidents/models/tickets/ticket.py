"""The ticket: one concrete table that is the shared record of incident and problem work."""

from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.apps import apps
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import BaseExpression
from django.db.models.functions import Upper
from django.urls import reverse

from config.base.data.constraints import one_of
from config.base.data.models import OneLineField, Origin
from incidents.models.requesters import Contact
from incidents.models.services import Service
from incidents.models.severities import Level, Severity
from oncall.models import PEOPLE, Membership, Team, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class TicketKind(models.TextChoices):
    """What kind of work it is; requests are reserved."""

    INCIDENT = "incident", "Incident"
    PROBLEM = "problem", "Problem"
    REQUEST = "request", "Request"


PREFIXES = {TicketKind.INCIDENT: "INC", TicketKind.PROBLEM: "PRB", TicketKind.REQUEST: "REQ"}


class TicketStatus(models.TextChoices):
    """Every status of every kind; the allowed moves are in `incidents.tickets.status` and `problems`."""

    NEW = "new", "New"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    IN_PROGRESS = "in_progress", "In progress"
    ON_HOLD = "on_hold", "On hold"
    RESTORED = "restored", "Restored"
    ASSESSED = "assessed", "Assessed"
    ANALYSIS = "analysis", "Analysis"
    KNOWN_ERROR = "known_error", "Known error"
    FIX_IN_PROGRESS = "fix_in_progress", "Fix in progress"
    RESOLVED = "resolved", "Resolved"
    CLOSED = "closed", "Closed"


INCIDENT_STATUSES = (
    TicketStatus.NEW, TicketStatus.ACKNOWLEDGED, TicketStatus.IN_PROGRESS, TicketStatus.ON_HOLD,
    TicketStatus.RESTORED, TicketStatus.RESOLVED, TicketStatus.CLOSED,
)  # fmt: skip
PROBLEM_STATUSES = (
    TicketStatus.NEW, TicketStatus.ASSESSED, TicketStatus.ANALYSIS, TicketStatus.KNOWN_ERROR,
    TicketStatus.FIX_IN_PROGRESS, TicketStatus.RESOLVED, TicketStatus.CLOSED,
)  # fmt: skip
OPEN_STATUSES = (
    TicketStatus.NEW, TicketStatus.ACKNOWLEDGED, TicketStatus.IN_PROGRESS, TicketStatus.ON_HOLD,
    TicketStatus.ASSESSED, TicketStatus.ANALYSIS, TicketStatus.KNOWN_ERROR, TicketStatus.FIX_IN_PROGRESS,
)  # fmt: skip
TITLE_WORDS = SearchVector("title", config="english")
"""The search vector of titles; the index of open tickets and the search must use the same."""


class HoldReason(models.TextChoices):
    """Whom or what a ticket on hold waits for."""

    REQUESTER = "requester", "Requester"
    CHANGE = "change", "Change"
    PROBLEM = "problem", "Problem"
    SUPPLIER = "supplier", "Supplier"
    OTHER_TEAM = "other_team", "Other team"


class ClosureCode(models.TextChoices):
    """How a ticket ended."""

    SOLVED = "solved", "Solved"
    NO_FAULT_FOUND = "no_fault_found", "No fault found"
    DUPLICATE = "duplicate", "Duplicate"
    MERGED = "merged", "Merged into another"
    CANCELLED = "cancelled", "Cancelled"
    FIX_APPLIED = "fix_applied", "Fix applied"
    RISK_ACCEPTED = "risk_accepted", "Risk accepted"


class ContactType(models.TextChoices):
    """The channel by which a ticket was reported."""

    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"
    PORTAL = "portal", "Portal"
    CHAT = "chat", "Chat"
    ALERT = "alert", "Alert"
    API = "api", "API"


class Visibility(models.TextChoices):
    """Open to every employee, or private with a reason (S44)."""

    OPEN = "open", "Open to everybody in the company"
    PRIVATE = "private", "Private"


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Tickets; the same filters serve portal, API, admin, feeds and tasks."""

    def open(self) -> "TicketQuerySet":
        """Incidents that are not restored yet, and problems that are not resolved yet."""
        return self.filter(status__in=OPEN_STATUSES)

    def incidents(self) -> "TicketQuerySet":
        """Only incidents."""
        return self.filter(kind=TicketKind.INCIDENT)

    def visible_to(self, user: "User | AnonymousUser") -> "TicketQuerySet":
        """Tickets that this person may see; for others a private ticket does not exist."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        member = Membership.objects.filter(user=user).values("team")
        # Responding teams must see what they are paged for.
        responses = apps.get_model("incidents", "Response")
        responding = responses._default_manager.filter(team__in=member).values("ticket")
        return self.filter(
            Q(visibility=Visibility.OPEN)
            | Q(team__in=member)
            | Q(pk__in=responding)
            | Q(assignee=user)
            | Q(opened_by=user)
            | Q(requester__in=Contact.objects.filter(user=user))
        )

    def with_columns(self, **columns: BaseExpression) -> "TicketQuerySet":
        """With more columns, computed in the same query; the same tickets in the same order."""
        return cast(TicketQuerySet, self.annotate(**columns))

    def for_list(self) -> "TicketQuerySet":
        """With the related rows that a list shows, in one query."""
        return self.select_related("service", "severity", "team", "assignee")


class Ticket(models.Model):
    """The shared record of incident and problem work: everything filtered, sorted, constrained or locked.

    Every lock, conditional update and bulk insert goes through `Ticket.objects`, never through a child:
    in multi-table inheritance a child's conditional `update()` loses its WHERE.
    """

    kind = models.CharField(max_length=10, choices=TicketKind, editable=False)
    number = models.BigIntegerField(
        unique=True,
        editable=False,
        db_default=Func(Value("incidents_ticket_number"), function="nextval", output_field=models.BigIntegerField()),
        help_text="From a sequence; gaps are allowed.",
    )
    title = OneLineField(max_length=300)
    description = models.TextField(blank=True)
    category = OneLineField(max_length=60, blank=True)
    is_security = models.BooleanField(
        "is about security",
        default=False,
        db_default=False,
        help_text="Its review asks for Security's seat, if the severity has that seat.",
    )
    contact_type = models.CharField("channel", max_length=10, choices=ContactType, default=ContactType.PORTAL)
    # Service and team have indexes of their own below, which begin with the key and order what follows.
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets", db_index=False
    )
    impact = models.PositiveSmallIntegerField(choices=Level, null=True, blank=True)
    urgency = models.PositiveSmallIntegerField(choices=Level, null=True, blank=True)
    priority = models.PositiveSmallIntegerField(default=3, help_text="1 first; from impact x urgency.")
    severity = models.ForeignKey(Severity, on_delete=models.PROTECT, related_name="tickets")
    status = models.CharField(max_length=16, choices=TicketStatus, default=TicketStatus.NEW)
    hold_reason = models.CharField(max_length=12, choices=HoldReason, blank=True)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="tickets", verbose_name="assigned team", db_index=False
    )
    assignee = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="assigned_tickets", limit_choices_to=PEOPLE
    )
    reassignments = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="How often it has gone to another team."
    )
    handover_from = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False, editable=False,
        help_text="The team that had it before; empty once the assigned team has confirmed that it takes it.",
    )  # fmt: skip
    handed_over_at = models.DateTimeField(null=True, blank=True, editable=False)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    requester = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="requested_tickets"
    )
    affected_contacts = models.ManyToManyField(Contact, blank=True, related_name="affecting_tickets")
    affected_customers = OneLineField(max_length=300, blank=True)
    asset_type = OneLineField(max_length=60, blank=True)
    asset_name = OneLineField(max_length=120, blank=True)
    asset_external_id = OneLineField(max_length=120, blank=True)
    asset_url = models.URLField(blank=True)
    closure_code = models.CharField(max_length=16, choices=ClosureCode, blank=True)
    closure_note = models.TextField(blank=True)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.OPEN)
    visibility_reason = OneLineField(max_length=200, blank=True)
    conference_url = models.URLField(blank=True)
    external_links = models.JSONField(default=list, blank=True, help_text='[{"title": ..., "url": ...}]')
    custom = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    impact_started_at = models.DateTimeField()
    detected_at = models.DateTimeField(null=True, blank=True)
    alerted_at = models.DateTimeField(null=True, blank=True, help_text="When the first page was sent.")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    work_started_at = models.DateTimeField(null=True, blank=True)
    mitigated_at = models.DateTimeField(null=True, blank=True)
    restored_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its alerts last came back soon after they had closed."
    )
    restore_due_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Restored then, if its alerts stay closed until then."
    )
    sla_due_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the first of its running SLA clocks is due, or was."
    )
    sla_next_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="The next warning, breach or planned change of a clock."
    )
    opened_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it was opened in the system that it comes from."
    )
    imported_from = OneLineField(max_length=60, blank=True, default="", db_default="", editable=False)
    times_changed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When somebody last changed one of these times by hand."
    )
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("kind", TicketKind.values, name="incidents_ticket_kind"),
            one_of("visibility", Visibility.values, name="incidents_ticket_visibility"),
            models.CheckConstraint(
                condition=Q(kind="incident", status__in=INCIDENT_STATUSES)
                | Q(kind="problem", status__in=PROBLEM_STATUSES)
                | Q(kind="request", status__in=INCIDENT_STATUSES),
                name="incidents_ticket_status_of_kind",
            ),
            models.CheckConstraint(
                condition=Q(status="on_hold", hold_reason__in=HoldReason.values)
                | (~Q(status="on_hold") & Q(hold_reason="")),
                name="incidents_ticket_hold_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False) & ~Q(closure_code="")
                | (~Q(status="closed") & Q(closed_at__isnull=True)),
                name="incidents_ticket_closed_has_code",
            ),
            models.CheckConstraint(
                condition=~Q(status="restored") | Q(restored_at__isnull=False), name="incidents_ticket_restored_when"
            ),
            models.CheckConstraint(
                condition=~Q(status="resolved") | Q(resolved_at__isnull=False), name="incidents_ticket_resolved_when"
            ),
            # S31: prevention is never done before the service works.
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True)
                | Q(restored_at__isnull=True)
                | Q(resolved_at__gte=F("restored_at")),
                name="incidents_ticket_resolved_after_restored",
            ),
            models.CheckConstraint(
                condition=Q(visibility="open") | ~Q(visibility_reason=""),
                name="incidents_ticket_private_has_reason",
                violation_error_message="Say why this record is private.",
            ),
            models.CheckConstraint(
                condition=Q(handover_from__isnull=True, handed_over_at__isnull=True)
                | Q(handover_from__isnull=False, handed_over_at__isnull=False),
                name="incidents_ticket_handover_when",
            ),
            models.CheckConstraint(condition=Q(priority__gte=1, priority__lte=5), name="incidents_ticket_priority"),
        ]
        indexes = [
            models.Index(
                fields=["priority", "-created_at", "-id"],
                condition=Q(status__in=OPEN_STATUSES),
                name="incidents_ticket_queue",
            ),
            models.Index(fields=["kind", "-created_at", "-id"], name="incidents_ticket_recent"),
            models.Index(
                fields=["restored_at", "id"], condition=Q(status="restored"), name="incidents_ticket_restored"
            ),
            # By age, and the period of a number; the unique key behind it is sorted on the way.
            models.Index(fields=["impact_started_at"], name="incidents_ticket_began"),
            models.Index(
                fields=["restore_due_at"], condition=Q(restore_due_at__isnull=False), name="incidents_ticket_restore"
            ),
            # Whole, because a queue sorted by next due ends with the tickets that have no running clock.
            models.Index(fields=["sla_due_at", "id"], name="incidents_ticket_sla_due"),
            models.Index(
                fields=["sla_next_at"], condition=Q(sla_next_at__isnull=False), name="incidents_ticket_sla_next"
            ),
            # The page of a list walks one of these in order and stops after fifty rows, however many there are.
            models.Index(fields=["priority", "-created_at", "-id"], name="incidents_ticket_in_order"),
            models.Index(fields=["team", "priority", "-created_at", "-id"], name="incidents_ticket_of_team"),
            models.Index(fields=["team", "-id"], name="incidents_ticket_team_newest"),
            models.Index(fields=["service", "-created_at"], name="incidents_ticket_of_service"),
            models.Index(fields=["service", "severity", "-id"], name="incidents_ticket_severities"),
            models.Index(
                fields=["impact_started_at"], condition=Q(visibility="private"), name="incidents_ticket_private"
            ),
            models.Index(
                fields=["handover_from"], condition=Q(handover_from__isnull=False), name="incidents_ticket_handover"
            ),
            models.Index(fields=["assignee", "status"], name="incidents_ticket_of_assignee"),
            GinIndex(
                OpClass("custom", name="jsonb_path_ops"), condition=~Q(custom={}), name="incidents_ticket_custom"
            ),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="incidents_ticket_title_words"),
            GinIndex(TITLE_WORDS, condition=Q(status__in=OPEN_STATUSES), name="incidents_ticket_open_words"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        """The ticket's page, whatever its kind."""
        return reverse("incidents:ticket", args=[self.reference])

    def is_visible_to(self, user: "User | AnonymousUser") -> bool:
        """Whether this person may see it; an open ticket needs no query, a private one asks once for its page.

        A yes holds for this object while its columns are what they were when it was asked.
        """
        if user.is_authenticated and self.visibility == Visibility.OPEN:
            return True
        state = (user.pk, self.visibility, self.team_id, self.assignee_id, self.opened_by_id, self.requester_id)
        if getattr(self, "_visible_as", None) == state:
            return True
        is_visible = Ticket.objects.visible_to(user).filter(pk=self.pk).exists()
        self._visible_as = state if is_visible else None
        return is_visible

    @property
    def reference(self) -> str:
        """The name people use for it, as INC-7."""
        return f"{PREFIXES[TicketKind(self.kind)]}-{self.number}"

    @property
    def part(self) -> "Ticket":
        """Its row of its kind, with that kind's own columns; no query if the ticket was locked together with it."""
        row: Ticket = getattr(self, self.kind)
        return row

    @property
    def is_open(self) -> bool:
        """Whether it counts as open in queues."""
        return self.status in OPEN_STATUSES

    @property
    def requester_status(self) -> str:
        """The status as the requester reads it; prevention is internal work."""
        return "Solved" if self.status in {TicketStatus.RESTORED, TicketStatus.RESOLVED} else self.get_status_display()

    def age(self, at: datetime) -> float:
        """Seconds from the start of the impact to restoration, or to `at`."""
        return ((self.restored_at or at) - self.impact_started_at).total_seconds()


class Incident(Ticket):
    """A service is broken or degraded; only the fields that no list needs are here."""

    customer_impact = models.TextField(blank=True, help_text="What customers see, in their words.")
    workaround = models.TextField(blank=True)
    opened_because = models.TextField(blank=True, help_text="Why it opened.")

    class Meta:
        base_manager_name = "objects"
