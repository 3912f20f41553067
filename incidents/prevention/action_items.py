"""Action items: what a person or a team does by a day, so that it does not happen again."""

from datetime import date, datetime

from django.db import transaction

from config.base.data.text import clean_line, clean_lines
from config.base.web import display
from incidents.models import ActionItem, ActionStatus, EntryKind, Ticket
from incidents.prevention.auto_resolve import resolve_waiting
from incidents.prevention.obligations import complete_action, create_action, reassign_action, withdraw_action
from incidents.tickets import timeline
from incidents.tickets.locking import TicketRefused, lock_ticket, refuse_absent_person
from oncall.models import Team, User


@transaction.atomic
def add(
    *,
    ticket_id: int,
    title: str,
    due_on: date,
    actor: User | None,
    at: datetime,
    owner: User | None = None,
    team: Team | None = None,
    is_priority: bool = False,
) -> ActionItem:
    """Add an action item with a due day; without a person or a team it goes to the ticket's team."""
    ticket = lock_ticket(ticket_id)
    if not (title := clean_line(title)):
        raise TicketRefused("Say what must be done, beginning with a verb.")
    refuse_absent_person(owner, field="owner")
    if owner is None and team is None:
        team = ticket.team
    action = ActionItem(
        ticket=ticket, title=title, owner=owner, team=team, due_on=due_on, is_priority=is_priority,
        created_by=actor, created_at=at, updated_at=at,
    )  # fmt: skip
    action.clean_fields(exclude=["ticket", "owner", "team", "created_by"])
    action.save()
    create_action(ticket, action, at=at)
    text = f"Action item added for {_assigned_to(action)}, due on {display.date_text(due_on)}: {title}"
    _record(action, text, actor=actor, at=at)
    return action


@transaction.atomic
def complete(*, action_id: int, actor: User | None, at: datetime) -> ActionItem:
    """Mark it as done; an incident that waited for nothing else is resolved."""
    ticket, action = _lock_open(action_id)
    _end(action, ActionStatus.DONE, at=at)
    complete_action(action, actor=actor, at=at)
    _record(action, f"Action item done: {action.title}", actor=actor, at=at)
    resolve_waiting(ticket=ticket, at=at)
    return action


@transaction.atomic
def decline(*, action_id: int, reason: str, actor: User | None, at: datetime) -> ActionItem:
    """Decline it: it will not be done, for this reason."""
    ticket, action = _lock_open(action_id)
    if not (reason := clean_lines(reason)):
        raise TicketRefused("Say why it will not be done.")
    action.reason = reason
    _end(action, ActionStatus.DECLINED, at=at)
    withdraw_action(action, actor=actor, at=at)
    _record(action, f"Action item declined: {action.title}. {reason}", actor=actor, at=at)
    resolve_waiting(ticket=ticket, at=at)
    return action


@transaction.atomic
def reassign(
    *, action_id: int, actor: User | None, at: datetime, owner: User | None = None, team: Team | None = None
) -> ActionItem:
    """Give it to another person or team."""
    ticket, action = _lock_open(action_id)
    if owner is None and team is None:
        raise TicketRefused("Choose the person or the team who will do it.", field="owner")
    refuse_absent_person(owner, field="owner")
    action.owner, action.team, action.updated_at = owner, team, at
    action.save(update_fields=["owner", "team", "updated_at"])
    reassign_action(ticket, action, at=at)
    _record(action, f"Action item reassigned to {_assigned_to(action)}: {action.title}", actor=actor, at=at)
    return action


def _lock_open(action_id: int) -> tuple[Ticket, ActionItem]:
    """The open action item, with its ticket locked; that lock guards the item too."""
    ticket = lock_ticket(ActionItem.objects.values_list("ticket_id", flat=True).get(pk=action_id))
    action = ActionItem.objects.select_related("owner", "team").get(pk=action_id)
    if action.status != ActionStatus.OPEN:
        raise TicketRefused(f"This action item is {action.get_status_display().lower()} already.")
    return ticket, action


def _end(action: ActionItem, status: ActionStatus, *, at: datetime) -> None:
    action.status, action.done_at, action.updated_at = status, at, at
    action.save(update_fields=["status", "reason", "done_at", "updated_at"])


def _assigned_to(action: ActionItem) -> str:
    names = [assignee.name for assignee in (action.owner, action.team) if assignee is not None]
    return " of ".join(names)


def _record(action: ActionItem, text: str, *, actor: User | None, at: datetime) -> None:
    timeline.record(
        ticket_id=action.ticket_id, kind=EntryKind.ACTION, text=text, at=at, actor=actor,
        data={"action": action.pk, "status": str(action.status)},
    )  # fmt: skip
