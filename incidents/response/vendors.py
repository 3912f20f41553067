"""A vendor's part in an incident: it was notified, it has answered, it is done. Clocks of contracts read these."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from config.base.data.text import clean_line, clean_lines
from incidents.models import EntryKind, Ticket, TicketStatus
from incidents.tickets import clock_facts, timeline
from incidents.tickets.locking import TicketRefused, lock_ticket, refuse_unless_open, save
from oncall.models import User

MAX_LENGTH = 120
"""Letters of a vendor's name, and of its number of the case."""
_NOTIFIED, _ANSWERED, _DONE = "vendor_notified", "vendor_acknowledged", "vendor_done"


@dataclass(frozen=True)
class _Case:
    """What is recorded of the ticket's vendor; `vendor` is empty while nobody was notified."""

    vendor: str
    reference: str
    facts: frozenset[str]


@transaction.atomic
def notify_vendor(
    *, ticket_id: int, vendor: str, actor: User | None, at: datetime, reference: str = "", note: str = ""
) -> Ticket:
    """Record that a vendor was notified now, with its number of the case; clocks of its contract start.

    A ticket has one vendor's case for clocks. Raises TicketRefused for a second one, without a name, and for a ticket
    that is not open.
    """
    ticket = lock_ticket(ticket_id)
    refuse_unless_open(ticket, "reopen it first.")
    vendor, reference = clean_line(vendor)[:MAX_LENGTH], clean_line(reference)[:MAX_LENGTH]
    if not vendor:
        raise TicketRefused("Write the vendor's name.", field="vendor")
    case = _case(ticket)
    if _DONE in case.facts:
        raise TicketRefused(
            f"{case.vendor} has done its part already, and clocks count one vendor's case of a ticket. Write a work"
            " note about another one."
        )
    if case.vendor:
        raise TicketRefused(
            f"{case.vendor} was notified already. Note its answer or that it is done, or write a work note."
        )
    case = _Case(vendor, reference, frozenset())
    _record(ticket, case, f"{vendor} was notified{_named(case)}.", note, [_NOTIFIED], actor=actor, at=at)
    return ticket


@transaction.atomic
def note_vendor_answer(*, ticket_id: int, actor: User | None, at: datetime, note: str = "") -> Ticket:
    """Record that the vendor has answered now. Raises TicketRefused before it was notified and after it answered."""
    ticket, case = _lock_case(ticket_id)
    if _ANSWERED in case.facts:
        raise TicketRefused(f"{case.vendor}'s answer is noted already. Write a work note about what it says now.")
    _record(ticket, case, f"{case.vendor} has answered{_named(case)}.", note, [_ANSWERED], actor=actor, at=at)
    return ticket


@transaction.atomic
def note_vendor_done(*, ticket_id: int, actor: User | None, at: datetime, note: str = "") -> Ticket:
    """Record that the vendor has done its part now; that is its answer too, if it gave none before.

    Raises TicketRefused before it was notified and after it was done.
    """
    ticket, case = _lock_case(ticket_id)
    if _DONE in case.facts:
        raise TicketRefused(f"{case.vendor} is done already. Write a work note about what it did since.")
    kinds = [_DONE] if _ANSWERED in case.facts else [_ANSWERED, _DONE]
    _record(ticket, case, f"{case.vendor} has done its part{_named(case)}.", note, kinds, actor=actor, at=at)
    return ticket


def _lock_case(ticket_id: int) -> tuple[Ticket, _Case]:
    """The locked ticket with its vendor's case. Raises TicketRefused without one, and once it is closed."""
    ticket = lock_ticket(ticket_id)
    if ticket.status == TicketStatus.CLOSED:
        refuse_unless_open(ticket, "reopen it first.")
    case = _case(ticket)
    if not case.vendor:
        raise TicketRefused("No vendor was notified yet. Record that first.")
    return ticket, case


def _case(ticket: Ticket) -> _Case:
    """What the ticket's own timeline says; entries that came from another ticket have no facts."""
    rows = ticket.timeline.filter(facts__isnull=False, data__has_key="vendor").order_by("pk")
    entries = list(rows.values_list("data", "facts"))
    if not entries:
        return _Case("", "", frozenset())
    data = entries[0][0]
    return _Case(
        data["vendor"], data["reference"], frozenset(str(fact["type"]) for _, facts in entries for fact in facts or [])
    )


def _named(case: _Case) -> str:
    return f" (its number {case.reference})" if case.reference else ""


def _record(
    ticket: Ticket, case: _Case, text: str, note: str, kinds: list[str], *, actor: User | None, at: datetime
) -> None:
    timeline.record(
        ticket_id=ticket.pk,
        kind=EntryKind.CHANGE,
        text=f"{text} {clean_lines(note)}".strip(),
        at=at,
        actor=actor,
        data={"vendor": case.vendor, "reference": case.reference},
        facts=[fact for kind in kinds for fact in clock_facts.happened(kind)],
    )
    save(ticket, at=at)
