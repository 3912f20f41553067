"""Changes of a ticket's custom fields, each recorded on the timeline with its old and new value."""

from collections.abc import Mapping
from datetime import datetime

from incidents.categories.catalogue import category_of
from incidents.categories.custom_fields import change_values, fields_of, print_value
from incidents.models import Ticket
from incidents.tickets.changes import record_change
from incidents.tickets.locking import save
from oncall.models import User


def change_custom_fields(*, ticket: Ticket, sent: Mapping[str, object], actor: User | None, at: datetime) -> None:
    """Change only the named fields of a locked ticket; None takes a value away. Raises ValidationError by field.

    The fields are those of the category that the ticket has now. Values of others stay as they are.
    """
    fields = {field.name: field for field in fields_of(category_of(ticket))}
    before: dict[str, str | int | float | bool] = ticket.custom
    after = change_values(fields=fields.values(), values=before, sent=sent)
    changed = [name for name in sent if before.get(name) != after.get(name) or (name in before) != (name in after)]
    if not changed:
        return
    ticket.custom = after
    save(ticket, "custom", at=at)
    for name in changed:
        record_change(
            ticket_id=ticket.pk,
            field=f"custom_fields.{name}",
            before=print_value(before[name]) if name in before else "",
            after=print_value(after[name]) if name in after else "",
            text=f"{fields[name].label} changed.",
            actor=actor,
            at=at,
        )
