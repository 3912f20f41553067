"""Changes of a ticket's fields, whatever its kind: checked, saved, and recorded with their old and new values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model

from incidents.models import EntryKind, Ticket
from incidents.tickets import clock_facts, timeline
from incidents.tickets.locking import save
from oncall.models import User


def differing(ticket: Ticket, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that the locked ticket, or its row of its kind, does not have yet."""
    return {name: value for name, value in values.items() if getattr(_holder(ticket, name), name) != value}


def change_fields(
    *,
    ticket: Ticket,
    values: Mapping[str, Any],
    actor: User | None,
    at: datetime,
    unrecorded: Mapping[str, Any] | None = None,
) -> None:
    """Set these columns of a ticket that `lock_record` locked, and record each change with its old and new value.

    `unrecorded` are stamps of the ticket that say themselves when they were set. Raises ValidationError for a value
    that is not allowed; nothing is written then.
    """
    values = differing(ticket, values)
    if not values:
        return
    part = ticket.part
    before = {name: getattr(_holder(ticket, name), name) for name in values}
    for name, value in {**values, **(unrecorded or {})}.items():
        setattr(_holder(ticket, name), name, value)
    on_part = [name for name in values if _holder(ticket, name) is part]
    on_ticket = [name for name in (*values, *(unrecorded or {})) if name not in on_part]
    _clean_only(ticket, on_ticket)
    _clean_only(part, on_part)
    ticket.validate_constraints()
    save(ticket, *on_ticket, at=at)
    if on_part:
        part.save_base(raw=True, update_fields=on_part)
    for name, value in values.items():
        record_change(ticket_id=ticket.pk, field=name, before=before[name], after=value, actor=actor, at=at)


def record_change(
    *,
    ticket_id: int,
    field: str,
    before: Any,
    after: Any,
    actor: User | None,
    at: datetime,
    text: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Add the entry of one changed field to the timeline: old and new value in its data, `text` for people.

    The values are those of the column, a related row itself; what clocks read of it is told to them.
    """
    timeline.record(
        ticket_id=ticket_id,
        kind=EntryKind.CHANGE,
        text=text or f"{field.replace('_', ' ').capitalize()} changed.",
        at=at,
        actor=actor,
        data={**(data or {}), "field": field} | old_and_new(before, after),
        facts=clock_facts.changed(field, after),
    )


def old_and_new(before: Any, after: Any) -> dict[str, str]:
    """Both values of a change as an entry's data keeps them; empty for nothing."""
    return {"from": _word(before), "to": _word(after)}


def _holder(ticket: Ticket, name: str) -> Model:
    """The row with this column: that of the ticket's kind for its own columns, the ticket for all others."""
    part = ticket.part
    return part if any(field.name == name for field in part._meta.local_fields) else ticket


def _clean_only(row: Model, names: list[str]) -> None:
    row.clean_fields(exclude=[field.name for field in row._meta.fields if field.name not in names])


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, User):
        return value.name
    return "" if value in (None, [], {}) else str(value)
