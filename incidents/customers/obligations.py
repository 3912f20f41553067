"""Obligations to customers: the next update, due at the severity's time or the time the last one promised (S11)."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.urls import reverse

from config.base.data.models import Origin
from incidents.customers import cadence
from incidents.models import OPEN_STATUSES, CustomerUpdate, PublicIncident, StatusPage, Ticket, Visibility
from incidents.tickets.subject import TICKET
from oncall import obligations
from oncall.models import Obligation, Reminded, ReminderSide, TimeUnit, User
from oncall.obligations import DefaultReminder, DefaultRule, ObligationKind

CUSTOMER_UPDATE = "customer_update"
FIRST_UPDATE = "first"
"""The occurrence of the first update; later ones carry the id of the update that promised them."""


def create_first_update(ticket: Ticket, *, due_at: datetime, at: datetime) -> None:
    """Create the obligation to publish the first update, due at the time that the severity gives."""
    _create_update(ticket, FIRST_UPDATE, due_at=due_at, since=ticket.impact_started_at, at=at)


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


def incidents_without_update(*, newer_than: datetime, except_for: Collection[int] = ()) -> list[Ticket]:
    """Open, public incidents whose severity promises a first update, without one or an obligation for it.

    None without a status page.
    """
    if not StatusPage.objects.exists():
        return []
    obligations_of_ticket = Obligation.objects.filter(
        kind=CUSTOMER_UPDATE, subject_type=TICKET, subject_id=OuterRef("pk"), occurrence=FIRST_UPDATE
    )
    rows = (
        Ticket.objects.incidents()
        .filter(status__in=OPEN_STATUSES, origin=Origin.EDIT, visibility=Visibility.OPEN, created_at__gte=newer_than)
        .filter(cadence.PROMISES_FIRST_UPDATE)
        .exclude(pk__in=except_for)
        .exclude(Exists(obligations_of_ticket))
        .exclude(Exists(PublicIncident.objects.filter(ticket=OuterRef("pk"))))
    )
    return list(rows.select_related("severity", "service", "team", "assignee").order_by("pk")[:100])


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
    own_date="the time that the last update promised; for the first one, the time that the severity gives",
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
