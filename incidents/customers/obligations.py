"""Obligations to customers: the next update, by the time the severity gives or the last update promised (S11)."""

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.urls import reverse

from config.base.data.models import Origin
from incidents.models import (
    OPEN_STATUSES,
    CustomerUpdate,
    PublicIncident,
    StatusPage,
    Ticket,
    Visibility,
)
from incidents.tickets.subject import TICKET
from oncall import obligations
from oncall.models import Obligation, Reminded, ReminderSide, TimeUnit, User
from oncall.obligations import DefaultReminder, DefaultRule, ObligationKind

CUSTOMER_UPDATE = "customer_update"
FIRST = "first"
"""The occurrence of the first word; later ones are named by the update that promised them."""


def create_first_update(ticket: Ticket, *, due_at: datetime, at: datetime) -> None:
    """Owe the first word to customers, by the time the severity gives."""
    _owe_update(ticket, FIRST, due_at=due_at, since=ticket.impact_started_at, at=at)


def complete_update(ticket: Ticket, update: CustomerUpdate, *, actor: User, at: datetime) -> None:
    """Customers were told: what was owed is done, and what was promised is owed."""
    obligations.complete(kind=CUSTOMER_UPDATE, subject_type=TICKET, subject_id=ticket.pk, at=at, actor=actor)
    if update.next_update_at is not None:
        _owe_update(ticket, f"after:{update.public_id}", due_at=update.next_update_at, since=at, at=at)


def withdraw_first_update(ticket: Ticket, *, at: datetime) -> None:
    """Nobody waits for a first word any more; a promise that was made still stands."""
    obligations.withdraw(kind=CUSTOMER_UPDATE, subject_type=TICKET, subject_id=ticket.pk, occurrence=FIRST, at=at)


def reassign_updates(ticket: Ticket, *, at: datetime) -> None:
    """Who has the ticket owes the next word."""
    obligations.reassign(
        kind=CUSTOMER_UPDATE, subject_type=TICKET, subject_id=ticket.pk, at=at, team=ticket.team,
        owner=ticket.assignee,
    )  # fmt: skip


def incidents_without_update(*, newer_than: datetime) -> list[Ticket]:
    """Open, public incidents of which customers know nothing and nobody owes them a word; none without a page."""
    if not StatusPage.objects.exists():
        return []
    owed = Obligation.objects.filter(
        kind=CUSTOMER_UPDATE, subject_type=TICKET, subject_id=OuterRef("pk"), occurrence=FIRST
    )
    rows = (
        Ticket.objects.incidents()
        .filter(status__in=OPEN_STATUSES, origin=Origin.EDIT, visibility=Visibility.OPEN, created_at__gte=newer_than)
        .exclude(Exists(owed))
        .exclude(Exists(PublicIncident.objects.filter(ticket=OuterRef("pk"))))
    )
    return list(rows.select_related("severity", "service", "team", "assignee").order_by("pk")[:100])


def _owe_update(ticket: Ticket, occurrence: str, *, due_at: datetime, since: datetime, at: datetime) -> None:
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
    moment="the last one, or the start of the trouble",
    own_date="the time that was promised; the first by the time its severity gives",
    done_when="an update is published",
    default_rules=(
        DefaultRule(
            name="Next word to customers",
            reminders=(
                DefaultReminder(10, TimeUnit.MINUTES),
                DefaultReminder(0, TimeUnit.MINUTES),
                DefaultReminder(10, TimeUnit.MINUTES, ReminderSide.AFTER, Reminded.MANAGER),
            ),
        ),
    ),
)
