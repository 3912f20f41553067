"""Obligations to customers: the first update, due with its SLA clock; the next one, due as the last promised (S11)."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from config.base.data.models import Origin
from incidents.customers import cadence
from incidents.models import (
    OPEN_STATUSES,
    CustomerUpdate,
    PublicIncident,
    SlaStale,
    SlaState,
    StatusPage,
    Ticket,
    Visibility,
)
from incidents.tickets.subject import TICKET
from oncall import obligations
from oncall.models import Obligation, ObligationStatus, Reminded, ReminderSide, TimeUnit, User
from oncall.obligations import DefaultReminder, DefaultRule, ObligationKind

CUSTOMER_UPDATE = "customer_update"
FIRST_UPDATE = "first"
"""The occurrence of the first update; later ones carry the id of the update that promised them."""


_STANDS = "The clock of the first update stands still."
"""Why an obligation is withdrawn until its clock runs again."""


def create_first_update(ticket: Ticket, *, due_at: datetime, at: datetime) -> None:
    """Create the obligation to publish the first update, due when the clock of its SLA target is."""
    _create_update(ticket, FIRST_UPDATE, due_at=due_at, since=ticket.impact_started_at, at=at)


def follow_clock(obligation: Obligation, *, due_at: datetime | None, at: datetime) -> None:
    """Bring the obligation of a first update in step with its clock, which is due then; None if it does not run.

    A clock that is paused or promises nothing reminds nobody; when it runs again, the obligation is there again.
    """
    if due_at is None:
        obligations.withdraw(
            kind=CUSTOMER_UPDATE, subject_type=TICKET, subject_id=obligation.subject_id, occurrence=FIRST_UPDATE,
            reason=_STANDS, at=at,
        )  # fmt: skip
    elif obligation.is_open:
        obligations.reschedule(
            kind=CUSTOMER_UPDATE, subject_type=TICKET, subject_id=obligation.subject_id, occurrence=FIRST_UPDATE,
            due_at=due_at, at=at,
        )  # fmt: skip
    else:
        create_first_update(_with_names().get(pk=obligation.subject_id), due_at=due_at, at=at)


def complete_update(ticket: Ticket, update: CustomerUpdate, *, actor: User, at: datetime) -> None:
    """Complete the obligation that this update fulfils, and create one for the next update it promises."""
    obligations.complete(kind=CUSTOMER_UPDATE, subject_type=TICKET, subject_id=ticket.pk, at=at, actor=actor)
    if update.next_update_at is not None:
        _create_update(ticket, f"after:{update.public_id}", due_at=update.next_update_at, since=at, at=at)


def withdraw_first_update(ticket: Ticket, *, at: datetime) -> None:
    """Withdraw the first update; an update that was promised is still due."""
    obligations.withdraw(
        kind=CUSTOMER_UPDATE, subject_type=TICKET, subject_id=ticket.pk, occurrence=FIRST_UPDATE, at=at
    )


def reassign_updates(ticket: Ticket, *, at: datetime) -> None:
    """Give the next update to the ticket's team and assignee."""
    obligations.reassign(
        kind=CUSTOMER_UPDATE, subject_type=TICKET, subject_id=ticket.pk, at=at, team=ticket.team,
        owner=ticket.assignee,
    )  # fmt: skip


def first_updates_to_create(
    *, newer_than: datetime, except_for: Collection[int] = ()
) -> list[tuple[Ticket, datetime]]:
    """Open, public incidents without an update or an obligation for it, and when their first update is due.

    Only those whose clock of the first update runs. None without a status page.
    """
    if not StatusPage.objects.exists():
        return []
    obligations_of_ticket = Obligation.objects.filter(
        kind=CUSTOMER_UPDATE, subject_type=TICKET, subject_id=OuterRef("pk"), occurrence=FIRST_UPDATE
    )
    rows = (
        _with_names()
        .filter(status__in=OPEN_STATUSES, origin=Origin.EDIT, visibility=Visibility.OPEN, created_at__gte=newer_than)
        .annotate(clock_due_at=_due_of_clock("pk"))
        .exclude(clock_due_at=None)
        .exclude(pk__in=except_for)
        .exclude(Exists(obligations_of_ticket))
        .exclude(Exists(PublicIncident.objects.filter(ticket=OuterRef("pk"))))
    )
    return [(ticket, ticket.clock_due_at) for ticket in rows.order_by("pk")[:100]]


def first_updates_out_of_step(*, except_for: Collection[int] = ()) -> list[tuple[Obligation, datetime | None]]:
    """Obligations of first updates that are not due when their clocks are, each with that time; None for no time.

    Those that were withdrawn because their clock stood still count once it runs again, if the ticket is open. A rule
    with a time of its own decides by itself, and one whose clocks must be computed again waits for them.
    """
    is_open, runs = Q(status=ObligationStatus.OPEN), Q(clock_due_at__isnull=False)
    moves = is_open & runs & Q(rule__amount=None) & ~Q(due_at=F("clock_due_at"))
    stops = is_open & ~runs & ~Exists(SlaStale.objects.filter(ticket=OuterRef("subject_id")))
    open_tickets = Ticket.objects.filter(pk=OuterRef("subject_id"), status__in=OPEN_STATUSES)
    returns = Q(status=ObligationStatus.WITHDRAWN, reason=_STANDS) & runs & Exists(open_tickets)
    rows = (
        Obligation.objects.filter(kind=CUSTOMER_UPDATE, subject_type=TICKET, occurrence=FIRST_UPDATE)
        .annotate(clock_due_at=_due_of_clock("subject_id"))
        .filter(moves | stops | returns)
        .exclude(pk__in=except_for)
    )
    return [(obligation, obligation.clock_due_at) for obligation in rows.order_by("pk")[:100]]


def _with_names() -> QuerySet[Ticket]:
    """Incidents with what an obligation says of them."""
    return Ticket.objects.incidents().select_related("severity", "service", "team", "assignee")


def _due_of_clock(ticket: str) -> Subquery:
    """When the running clock of the first update is due, by the column that holds the ticket."""
    clocks = cadence.first_update_clocks(OuterRef(ticket)).filter(state=SlaState.RUNNING)
    return Subquery(clocks.values("due_at")[:1])


def _create_update(ticket: Ticket, occurrence: str, *, due_at: datetime, since: datetime, at: datetime) -> None:
    service = ticket.service
    obligations.create(
        kind=CUSTOMER_UPDATE, subject_type=TICKET, subject_id=ticket.pk, occurrence=occurrence,
        title=f"Tell customers about {ticket.reference} {ticket.title}",
        url=reverse("incidents:update", args=[ticket.reference]),
        team=ticket.team, owner=ticket.assignee, since=since, due_at=due_at,
        rank=ticket.severity.rank, tier=service.tier if service else None, origin=ticket.origin, at=at,
    )  # fmt: skip


UPDATE_KIND = ObligationKind(
    kind=CUSTOMER_UPDATE,
    label="Customer update",
    moment="the last update, or the start of the impact",
    own_date="the time that the last update promised; for the first one, the time that its SLA target gives",
    done_when="an update is published",
    default_rules=(
        DefaultRule(
            name="Next customer update",
            reminders=(
                DefaultReminder(10, TimeUnit.MINUTES),
                DefaultReminder(0, TimeUnit.MINUTES),
                DefaultReminder(10, TimeUnit.MINUTES, ReminderSide.AFTER, Reminded.MANAGER),
            ),
        ),
    ),
)
