"""One action on many tickets: each is done, left out because somebody changed it, or refused, by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data.lifecycle import IllegalMove
from incidents.models import Ticket, TicketKind, TimelineEntry
from incidents.tickets.locking import TicketRefused
from oncall.models import User

MAX_TICKETS = 300
"""How many tickets one request may name."""
Action = Callable[[Ticket], object]


@dataclass(frozen=True)
class Choice:
    """A chosen ticket, and the version of it that the person saw."""

    ticket_id: int
    version: str


@dataclass(frozen=True)
class Change:
    """A ticket that is not as the person saw it: who changed it last, if that was a person, and when."""

    ticket: Ticket
    actor: User | None
    at: datetime


@dataclass(frozen=True)
class Refused:
    """A ticket whose state does not allow the action, and the reason in words."""

    ticket: Ticket
    reason: str


@dataclass(frozen=True)
class Outcome:
    """What became of the chosen tickets."""

    done: list[Ticket] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    not_found: int = 0


def version_of(ticket: Ticket) -> str:
    """What a list sends to say in which state its reader saw the ticket: when it was last changed."""
    return ticket.updated_at.isoformat()


def read_choices(values: Sequence[str]) -> list[Choice]:
    """The choices in values of the form `id:version`, each ticket once; what is no such value is passed over."""
    choices = {}
    for value in values:
        key, _, version = value.partition(":")
        if key.isascii() and key.isdecimal() and len(key) < 19:
            choices[int(key)] = Choice(int(key), version)
    return list(choices.values())


@transaction.atomic
def apply_to_many(*, action: Action, choices: Sequence[Choice], actor: User) -> Outcome:
    """Do the action with each chosen ticket under its own lock; one that cannot be done stops no other.

    A ticket that has changed since the person saw it is left out, and one that the person may not see does not exist.
    Raises TicketRefused for more than MAX_TICKETS.
    """
    if len(choices) > MAX_TICKETS:
        raise TicketRefused(f"These are {len(choices)} tickets, and {MAX_TICKETS} is the most at once. Choose fewer.")
    visible = set(
        Ticket.objects.visible_to(actor)
        .filter(pk__in=[choice.ticket_id for choice in choices])
        .values_list("pk", flat=True)
    )
    outcome = Outcome(not_found=len(choices) - len(visible))
    # In the order of their ids, as everybody who locks several does, so that two requests do not wait for each other.
    named = sorted((choice for choice in choices if choice.ticket_id in visible), key=lambda choice: choice.ticket_id)
    stale = [ticket for choice in named if (ticket := _do(action, choice, outcome))]
    outcome.changed.extend(changes_of(stale))
    return outcome


def _do(action: Action, choice: Choice, outcome: Outcome) -> Ticket | None:
    """Do it with one ticket in a savepoint; returns the ticket if it has changed meanwhile."""
    ticket = None
    try:
        with transaction.atomic():
            ticket = _lock(choice.ticket_id)
            if version_of(ticket) != choice.version:
                return ticket
            _refuse_problem(ticket)
            action(ticket)
            outcome.done.append(ticket)
    except Ticket.DoesNotExist:
        return None
    except (IllegalMove, TicketRefused, ValidationError) as refusal:
        if ticket is not None:
            text = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
            outcome.refused.append(Refused(ticket, text))
    return None


def _lock(ticket_id: int) -> Ticket:
    """The ticket under the lock that the action takes, too; without the related rows, which only the action reads."""
    return Ticket.objects.select_for_update(no_key=True, of=("self",)).get(pk=ticket_id)


def _refuse_problem(ticket: Ticket) -> None:
    if ticket.kind == TicketKind.PROBLEM:
        raise TicketRefused(f"{ticket.reference} is a problem. Do this on its own page.")


def changes_of(tickets: Sequence[Ticket]) -> list[Change]:
    """Who changed each of these tickets last, and when; one query for all."""
    rows = TimelineEntry.objects.filter(ticket__in=[ticket.pk for ticket in tickets]).select_related("actor")
    latest = {row.ticket_id: row for row in rows.order_by("ticket", "-recorded_at", "-pk").distinct("ticket")}
    return [
        Change(ticket, latest[ticket.pk].actor if ticket.pk in latest else None, ticket.updated_at)
        for ticket in tickets
    ]
