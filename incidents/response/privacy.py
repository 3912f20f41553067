"""Tickets that are private without anybody choosing it, and what is recorded when one becomes private."""

from datetime import datetime

from incidents.categories.catalogue import find_category
from incidents.models import Category, EntryKind, Ticket, Visibility
from incidents.tickets import quoting, timeline
from incidents.tickets.changes import record_change
from incidents.tickets.locking import save
from oncall.models import Team, User


def default_reason(*, team: Team | None, category: Category | None = None) -> str:
    """Why a ticket of this team or category is private by default; empty if it is open."""
    if team is not None and team.is_private_by_default:
        return f"Tickets of {team.name} are private by default"
    if category is not None and category.is_private:
        return f"Tickets about {category.name} are private by default"
    return ""


def default_visibility(
    *, visibility: str, reason: str, team: Team | None, category: Category | None
) -> tuple[str, str]:
    """The visibility of a new ticket and its reason: as chosen, else as its team and category say."""
    if visibility:
        return visibility, reason
    because = default_reason(team=team, category=category)
    return (Visibility.PRIVATE, because) if because else (Visibility.OPEN, "")


def hide_for_team(*, ticket: Ticket, actor: User | None, at: datetime) -> None:
    """Make a locked ticket private if that is the default of its new team; one that is private keeps its reason."""
    _hide(ticket, default_reason(team=ticket.team), actor=actor, at=at)


def hide_for_category(*, ticket: Ticket, actor: User | None, at: datetime) -> None:
    """Make a locked ticket private if that is the default of its new category, and leave a private one alone."""
    _hide(ticket, default_reason(team=None, category=find_category(ticket.category)), actor=actor, at=at)


def _hide(ticket: Ticket, reason: str, *, actor: User | None, at: datetime) -> None:
    if not reason or ticket.visibility == Visibility.PRIVATE:
        return
    values = {"visibility": Visibility.PRIVATE, "visibility_reason": reason}
    before = {name: getattr(ticket, name) for name in values}
    ticket.visibility, ticket.visibility_reason = Visibility.PRIVATE, reason
    save(ticket, *values, at=at)
    for name, value in values.items():
        text = f"{reason}." if name == "visibility" else ""
        record_change(ticket_id=ticket.pk, field=name, before=before[name], after=value, text=text, actor=actor, at=at)
    record_copies(ticket, actor=actor, at=at)


def record_copies(ticket: Ticket, *, actor: User | None, at: datetime) -> None:
    """Name the open records that hold text which was copied before this one became private."""
    for holder in quoting.holders_of_copies(ticket):
        text = f"{holder.reference} is open to everybody and holds a copy of the timeline, made before."
        data = {"ticket": holder.reference}
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.CHANGE, text=text, at=at, actor=actor, data=data)
