"""Obligations of action items: each is done by its day."""

from datetime import datetime
from typing import Any

from incidents.models import ActionItem, Ticket
from incidents.tickets.subject import TICKET
from oncall import obligations
from oncall.models import Reminded, ReminderSide, TimeUnit, User
from oncall.obligations import DefaultReminder, DefaultRule, ObligationKind

ACTION = "action"


def create_action(ticket: Ticket, action: ActionItem, *, at: datetime) -> None:
    """Create the obligation: due at the end of the item's day in the time zone of the ticket's team."""
    service = ticket.service
    obligations.create(
        kind=ACTION, subject_type=TICKET, subject_id=ticket.pk, occurrence=f"action:{action.pk}",
        title=action.title, url=action.get_absolute_url(), team=action.team or ticket.team, owner=action.owner,
        due_at=obligations.end_of_day(action.due_on, zone=ticket.team.time_zone),
        rank=ticket.severity.rank, tier=service.tier if service else None, origin=ticket.origin, at=at,
    )  # fmt: skip


def complete_action(action: ActionItem, *, actor: User | None, at: datetime) -> None:
    """Complete the obligation: the item is done."""
    obligations.complete(**_key(action), at=at, actor=actor)


def withdraw_action(action: ActionItem, *, actor: User | None, at: datetime) -> None:
    """Withdraw the obligation: the item will not be done, and its record says why."""
    obligations.withdraw(**_key(action), at=at, actor=actor, reason=action.reason)


def reassign_action(ticket: Ticket, action: ActionItem, *, at: datetime) -> None:
    """Give the obligation to the item's new owner or team."""
    obligations.reassign(**_key(action), at=at, team=action.team or ticket.team, owner=action.owner)


def _key(action: ActionItem) -> dict[str, Any]:
    return {
        "kind": ACTION,
        "subject_type": TICKET,
        "subject_id": action.ticket_id,
        "occurrence": f"action:{action.pk}",
    }


ACTION_KIND = ObligationKind(
    kind=ACTION,
    label="Action item",
    moment="it was agreed",
    own_date="the day it names",
    done_when="the action item is done or declined",
    default_rules=(
        DefaultRule(
            name="Action items",
            reminders=(
                DefaultReminder(2),
                DefaultReminder(1, TimeUnit.DAYS, ReminderSide.AFTER),
                DefaultReminder(3, TimeUnit.DAYS, ReminderSide.AFTER, Reminded.MANAGER),
            ),
        ),
    ),
)
