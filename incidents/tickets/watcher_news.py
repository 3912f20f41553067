"""News for the people who watch a ticket: its status, its severity, and public comments."""

from datetime import datetime

from incidents.models import Ticket, Visibility
from oncall.messages import notices
from oncall.models import User


def tell_watchers(*, ticket: Ticket, subject: str, text: str, at: datetime, actor: User | None) -> None:
    """Give each watcher a notice, in the caller's transaction; not the actor, nor who may not see the ticket any more.

    `subject` tells apart what happens to a ticket in one moment. `text` goes out in messages, so it names nothing of a
    private record.
    """
    people = User.objects.filter(pk__in=ticket.watchers.values("user")).order_by("pk")
    receivers = [person for person in people if person != actor and may_see(person, ticket)]
    if receivers:
        notices.notify(
            users=receivers,
            key=f"watch:{ticket.pk}:{subject}:{at.timestamp():.6f}",
            title=f"{ticket.reference}: {text}",
            text=lambda _: f"{text} You get this because you watch {ticket.reference}.",
            path=ticket.get_absolute_url(),
            at=at,
        )


def may_see(person: User, ticket: Ticket) -> bool:
    """Whether this person may see the ticket; of an open one it asks nothing."""
    is_open = ticket.visibility == Visibility.OPEN
    return is_open or Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()
