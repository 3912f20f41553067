"""What a timeline entry means to SLA clocks, in one place: verbs say what they do, and this names the facts.

A fact is an event of the neutral form of cases (`docs/cases.md`, kind `sla`), without its times: those are the
entry's. Clocks read nothing else (K-1), so a change that no fact tells does not exist for them. Everything here is
pure: values come from rows that the verb has loaded.
"""

import re
from datetime import UTC, datetime
from typing import TypeAlias

from incidents.models import OPEN_STATUSES, ClosureCode, Contact, Service, Severity, Ticket, TicketKind, TicketStatus
from oncall.models import Team

Fact: TypeAlias = dict[str, object]

HOLD = "hold"
"""The id of a hold: a ticket waits for one thing at a time, so the next hold begins when this one has ended."""
_ENDS_AS_CANCELLED = frozenset({ClosureCode.CANCELLED, ClosureCode.NO_FAULT_FOUND, ClosureCode.DUPLICATE})
_PLAIN = {"priority": "priority", "category": "category", "is_security": "security"}
"""By column, the field that has its value as it is."""
_SEPARATORS = re.compile("[,;]")


def opened(ticket: Ticket) -> list[Fact]:
    """The facts of a new ticket: its fields, and its impact if that began earlier."""
    facts: list[Fact] = [{"type": "opened", "fields": opened_fields(ticket)}]
    if ticket.impact_started_at != ticket.created_at:
        facts += impact(ticket.impact_started_at)
    return facts


def opened_fields(ticket: Ticket) -> Fact:
    """Every field of a ticket that conditions may name (K-6); service, severity and requester must be loaded."""
    return {
        "kind": str(ticket.kind),
        **_severity(ticket.severity),
        "priority": ticket.priority,
        **_service(ticket.service),
        "team": ticket.team_id,
        "category": ticket.category,
        "customers": customers(ticket.affected_customers),
        **_requester(ticket.requester),
        "request_type": None,
        "security": ticket.is_security,
    }


def changed(field: str, value: object) -> list[Fact]:
    """The fact that a column of a ticket has this value from now on; none for a column that no clock reads.

    Tier, VIP mark and location are those of the service and the requester at that moment.
    """
    if field == "impact_started_at" and isinstance(value, datetime):
        return impact(value)
    fields = _fields(field, value)
    return [{"type": "change", "fields": fields}] if fields else []


def impact(began_at: datetime) -> list[Fact]:
    """The fact that the impact began then; the latest one holds (K-21)."""
    return [{"type": "impact", "value": _stamp(began_at)}]


def credit(starts_at: datetime, ends_at: datetime) -> list[Fact]:
    """The fact that no clock counts these minutes (K-43)."""
    return [{"type": "credit", "from": _stamp(starts_at), "to": _stamp(ends_at)}]


def acknowledged(team: Team | None = None) -> list[Fact]:
    """The fact that somebody has answered, for this team if an escalation of it was acknowledged."""
    return [{"type": "acknowledged"} | ({"team": team.pk} if team is not None else {})]


def happened(kind: str) -> list[Fact]:
    """A fact without fields: alerted, update, replied, origin, vendor_notified, vendor_acknowledged, vendor_done."""
    return [{"type": kind}]


def of_move(*, ticket: Ticket, before: str, team: Team | None = None) -> list[Fact]:
    """The facts of a move of the status, read from the ticket as it is after the move; none for most moves.

    `team` is that of the escalation whose acknowledgement moved it. Restoring, resolving, closing and reopening end
    holds by themselves (K-27), so they carry no `unhold`. Closing what was restored before says nothing new, unless
    it was merged (K-31).
    """
    after, was_open = ticket.status, before in OPEN_STATUSES
    if after in OPEN_STATUSES:
        return _into_open(ticket, before=before, was_open=was_open, team=team)
    if after == TicketStatus.CLOSED:
        return _closed(ticket, was_open=was_open)
    return happened(after)


def _into_open(ticket: Ticket, *, before: str, was_open: bool, team: Team | None) -> list[Fact]:
    if not was_open:
        return happened("reopened")
    if ticket.status == TicketStatus.ON_HOLD:
        return [{"type": "hold", "hold": HOLD, "reason": str(ticket.hold_reason)}]
    if before == TicketStatus.ON_HOLD:
        return unhold()
    is_first_look = ticket.kind == TicketKind.PROBLEM and before == TicketStatus.NEW
    return acknowledged(team) if is_first_look or ticket.status == TicketStatus.ACKNOWLEDGED else []


def unhold() -> list[Fact]:
    """The fact that the ticket waits no longer."""
    return [{"type": "unhold", "hold": HOLD}]


def _closed(ticket: Ticket, *, was_open: bool) -> list[Fact]:
    if ticket.closure_code == ClosureCode.MERGED:
        return happened("merged")
    if not was_open:
        return []
    # An open problem may be closed as fixed, or its risk be accepted: then prevention is decided.
    return happened("cancelled" if ticket.closure_code in _ENDS_AS_CANCELLED else "resolved")


def customers(text: str) -> list[str]:
    """The customers that a line names, separated by commas or semicolons, each once."""
    names = (" ".join(name.split()) for name in _SEPARATORS.split(text))
    return list(dict.fromkeys(name for name in names if name))


def _severity(severity: Severity) -> Fact:
    return {"severity": severity.pk, "major": severity.is_major}


def _service(service: Service | None) -> Fact:
    return {"service": service.pk if service else None, "tier": service.tier if service else None}


def _requester(requester: Contact | None) -> Fact:
    return {
        "vip": requester is not None and requester.is_vip,
        "location": requester.location if requester is not None else "",
    }


def _fields(column: str, value: object) -> Fact:
    """What clocks read of a column's new value; empty for a column that they do not read."""
    if column == "severity" and isinstance(value, Severity):
        return _severity(value)
    if column == "service":
        return _service(value if isinstance(value, Service) else None)
    if column == "requester":
        return _requester(value if isinstance(value, Contact) else None)
    if column == "team" and isinstance(value, Team):
        return {"team": value.pk}
    if column == "affected_customers":
        return {"customers": customers(str(value))}
    return {_PLAIN[column]: value} if column in _PLAIN else {}


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"
