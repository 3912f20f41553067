"""Watching a ticket, and no longer."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from incidents.models import Ticket, Watcher
from incidents.tickets.locking import TicketRefused, lock_ticket, refuse_absent_person
from oncall.messages import notices
from oncall.models import User


@transaction.atomic
def watch(*, ticket_id: int, user: User, actor: User | None, at: datetime) -> Watcher:
    """Have a person watch a ticket, and tell them if somebody else does it; who watches it already goes on to.

    Raises TicketRefused for a program, a closed account, or a person who may not see the ticket.
    """
    ticket = lock_ticket(ticket_id)
    refuse_absent_person(user, field="user")
    if not ticket.is_visible_to(user):
        raise TicketRefused(f"{user.name} may not see {ticket.reference}, so they cannot watch it.", field="user")
    watcher, is_new = Watcher.objects.get_or_create(
        ticket_id=ticket.pk, user=user, defaults={"added_by": actor, "added_at": at}
    )
    if is_new and actor is not None and actor != user:
        _tell(watcher, ticket, actor=actor, at=at)
    return watcher


def _tell(watcher: Watcher, ticket: Ticket, *, actor: User, at: datetime) -> None:
    notices.notify(
        users=[watcher.user],
        key=f"watcher:{watcher.pk}",
        title=f"{ticket.reference}: You watch it now",
        text=lambda _: (
            f"{actor.name} added you to the people who watch {ticket.reference}. You are told when its status or"
            " severity changes, and what the requester is told. Press “Stop watching” on its page to end this."
        ),
        path=ticket.get_absolute_url(),
        at=at,
    )


def add_quietly(*, ticket: Ticket, users: Iterable[User], actor: User | None, at: datetime) -> None:
    """Have people watch a locked ticket that they may see, who are told so otherwise."""
    rows = [Watcher(ticket_id=ticket.pk, user=user, added_by=actor, added_at=at) for user in users]
    Watcher.objects.bulk_create(rows, ignore_conflicts=True)


def stop_watching(*, ticket_id: int, user: User) -> None:
    """Have a person watch the ticket no longer; who did not watch it stays as they are."""
    Watcher.objects.filter(ticket=ticket_id, user=user).delete()


def watchers_of(ticket: Ticket) -> list[Watcher]:
    """Those who watch a ticket, by name."""
    return list(ticket.watchers.select_related("user").order_by("user__name", "pk"))
