"""Taking back what was just done with tickets: each gets its former value, unless it has changed meanwhile.

Nothing is erased: the timeline holds the change and its way back. What paged, closed or told a customer, and the
confirmation of a handover, cannot be taken back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.base.data import undo
from config.base.data.lifecycle import Refusal
from config.base.data.undo import Offer, Row
from incidents import permissions, response
from incidents.desk import bulk, joining
from incidents.desk.bulk_words import describe
from incidents.models import Contact, Ticket
from incidents.tickets import external_links, links, watchers
from incidents.tickets.locking import TicketRefused
from incidents.tickets.status import BEFORE_HOLD
from oncall.models import User

Former = dict[int, str]
"""For each ticket the value that it had before."""


@dataclass(frozen=True)
class Reversal:
    """An action on tickets that can be taken back: what `former` reads before it, and how that is put back.

    `former` is None for a ticket of which it cannot be taken back. `words` say what was done when it is.
    """

    name: str
    former: Callable[[Ticket], str | None]
    put_back: Callable[[Ticket, str, User, datetime], object]
    words: str

    def note(self, ticket: Ticket, former: Former) -> None:
        """Keep the value of a locked ticket, before the action."""
        value = self.former(ticket)
        if value is not None:
            former[ticket.pk] = value

    def offer(self, former: Mapping[int, str]) -> Offer:
        """The offer to put these values back, after the action, in its transaction; of what it has changed alone."""
        tickets = Ticket.objects.filter(pk__in=list(former)).order_by("pk")
        rows = [
            (str(ticket.pk), bulk.version_of(ticket), former[ticket.pk])
            for ticket in tickets
            if self.former(ticket) != former[ticket.pk]
        ]
        return Offer(self.name, rows)

    def take_back(self, rows: Sequence[Row], actor: User, at: datetime) -> str:
        """Put the values back. Raises Refusal if not a single ticket could be."""
        values = {int(key): value for key, _, value in rows}

        def act(ticket: Ticket) -> None:
            _check(ticket, actor)
            self.put_back(ticket, values[ticket.pk], actor, at)

        choices = [bulk.Choice(int(key), version) for key, version, _ in rows]
        outcome = bulk.apply_to_many(action=act, choices=choices, actor=actor)
        text = describe(outcome, words=self.words, at=at)
        if not outcome.done:
            raise Refusal(text)
        return text


def _check(ticket: Ticket, actor: User) -> None:
    if not permissions.can_act(actor, ticket):
        raise TicketRefused(f"You may not change {ticket.reference} any more.")


def _former_assignee(ticket: Ticket) -> str | None:
    """None while a handover waits for its confirmation, because assigning may confirm it."""
    return None if ticket.handover_from_id is not None else str(ticket.assignee_id or "")


def _assign_again(ticket: Ticket, value: str, actor: User, at: datetime) -> None:
    assignee = User.objects.get(pk=value) if value else None
    response.assign(ticket_id=ticket.pk, assignee=assignee, actor=actor, at=at)


def _end_hold(ticket: Ticket, value: str, actor: User, at: datetime) -> None:
    response.undo_hold(ticket_id=ticket.pk, status=value, actor=actor, at=at)


def _parent(ticket: Ticket) -> str:
    link = links.parent_of(ticket)
    return str(link.to_ticket_id) if link else ""


def _unlink(ticket: Ticket, value: str, actor: User, at: datetime) -> None:
    links.unlink_parent(ticket=ticket, actor=actor, at=at)


ASSIGN = Reversal("tickets.assign", _former_assignee, _assign_again, "assigned as before")
HOLD = Reversal("tickets.hold", lambda t: t.status if t.status in BEFORE_HOLD else None, _end_hold, "off hold again")
PARENT = Reversal("tickets.parent", _parent, _unlink, "part of no other ticket again")
_REQUESTER, _LINK, _UNLINK = "tickets.requester", "tickets.link", "tickets.unlink"
_WATCH, _UNWATCH = "tickets.watch", "tickets.unwatch"


def of_requester(ticket: Ticket, requester: Contact) -> Offer:
    """The offer to remove a requester who was added to a ticket."""
    return Offer(_REQUESTER, [(str(ticket.pk), str(requester.pk))])


def of_link(ticket: Ticket, url: str) -> Offer:
    """The offer to remove an external link that was added."""
    return Offer(_LINK, [(str(ticket.pk), url)])


def of_unlink(ticket: Ticket, link: Mapping[str, str] | None) -> Offer:
    """The offer to add an external link again that was removed."""
    return Offer(_UNLINK, [(str(ticket.pk), link["url"], link["title"])] if link else [])


def of_watching(ticket: Ticket, *, is_watched: bool) -> Offer:
    """The offer to stop watching a ticket, or to watch it again."""
    return Offer(_WATCH if is_watched else _UNWATCH, [(str(ticket.pk),)])


def register() -> None:
    """Add what can be taken back of tickets; called when Django is ready."""
    for reversal in (ASSIGN, HOLD, PARENT):
        undo.register(undo.Kind(reversal.name, reversal.take_back))
    of_one = {
        _REQUESTER: _remove_requester, _LINK: _remove_link, _UNLINK: _add_link, _WATCH: _stop, _UNWATCH: _watch,
    }  # fmt: skip
    for name, take_back in of_one.items():
        undo.register(undo.Kind(name, take_back))


def _ticket(key: str, actor: User, *, acts: bool = True) -> Ticket:
    """The ticket, if this person may see it, and may act on it unless that is not needed. Raises Refusal."""
    ticket = Ticket.objects.visible_to(actor).filter(pk=key).first()
    if ticket is None:
        raise Refusal("That ticket is gone, or you may not see it any more.")
    if acts:
        _check(ticket, actor)
    return ticket


def _remove_requester(rows: Sequence[Row], actor: User, at: datetime) -> str:
    ((key, requester_key),) = rows
    ticket = _ticket(key, actor)
    requester = Contact.objects.filter(pk=requester_key).first()
    if requester is None or not permissions.can_see_requester(actor, ticket):
        raise Refusal("You may not change the requesters of this ticket any more.")
    joining.remove_requester_from(ticket_id=ticket.pk, requester=requester, actor=actor, at=at)
    return f"{requester.name} is not on {ticket.reference} any more."


def _remove_link(rows: Sequence[Row], actor: User, at: datetime) -> str:
    ((key, url),) = rows
    external_links.remove_external_link(ticket_id=_ticket(key, actor).pk, url=url, actor=actor, at=at)
    return "Link removed again."


def _add_link(rows: Sequence[Row], actor: User, at: datetime) -> str:
    ((key, url, title),) = rows
    external_links.add_external_link(ticket_id=_ticket(key, actor).pk, url=url, title=title, actor=actor, at=at)
    return "Link added again."


def _stop(rows: Sequence[Row], actor: User, at: datetime) -> str:
    ((key,),) = rows
    watchers.stop_watching(ticket_id=_ticket(key, actor, acts=False).pk, user=actor)
    return "You are told no more about it."


def _watch(rows: Sequence[Row], actor: User, at: datetime) -> str:
    ((key,),) = rows
    watchers.watch(ticket_id=_ticket(key, actor, acts=False).pk, user=actor, actor=actor, at=at)
    return "You watch it again."
