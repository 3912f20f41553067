"""Events of tickets from before the timeline told clocks everything: made of what entries and stamps still say.

Such clocks are shown as "times incomplete".
"""

from collections.abc import Sequence

from incidents.models import ClosureCode, EntryKind, Severity, Ticket, TicketStatus, TimelineEntry
from incidents.sla.history import Event
from oncall.calendars.opening_hours import minute_of

_HOLD = "hold"
_ENDS = {
    TicketStatus.RESTORED: "restored",
    TicketStatus.RESOLVED: "resolved",
}
_MERGED = frozenset({ClosureCode.MERGED})
_CANCELLED = frozenset({ClosureCode.CANCELLED, ClosureCode.NO_FAULT_FOUND, ClosureCode.DUPLICATE})


def load(tickets: Sequence[Ticket]) -> dict[int, list[Event]]:
    """The events of these tickets until their first entry with facts, by ticket; no query without tickets."""
    if not tickets:
        return {}
    entries: dict[int, list[TimelineEntry]] = {ticket.pk: [] for ticket in tickets}
    kinds = (EntryKind.OPENED, EntryKind.STATUS, EntryKind.CHANGE, EntryKind.HANDOVER)
    rows = TimelineEntry.objects.filter(ticket__in=entries, kind__in=kinds)
    for entry in rows.order_by("at", "pk").only("ticket_id", "kind", "at", "data", "facts"):
        entries[entry.ticket_id].append(entry)
    severities = {severity.name: severity for severity in Severity.objects.all()}
    return {ticket.pk: _events(ticket, entries[ticket.pk], severities) for ticket in tickets}


def _events(ticket: Ticket, entries: Sequence[TimelineEntry], severities: dict[str, Severity]) -> list[Event]:
    opened = minute_of(ticket.opened_at or ticket.created_at)
    events = [Event(at=opened, type="opened", recorded_at=opened, fields=_first_fields(ticket, entries, severities))]
    if ticket.impact_started_at != ticket.created_at:
        events.append(Event(at=opened, type="impact", recorded_at=opened, value=minute_of(ticket.impact_started_at)))
    for stamp, kind in ((ticket.alerted_at, "alerted"), (ticket.acknowledged_at, "acknowledged")):
        if stamp is not None:
            events.append(Event(at=minute_of(stamp), type=kind, recorded_at=minute_of(stamp)))
    for entry in entries:
        # Later entries tell their own facts; here they only say what was before them.
        if entry.facts is None:
            events += _of_entry(ticket, entry, severities)
    return sorted(events, key=lambda event: event.at)


def _first_fields(
    ticket: Ticket, entries: Sequence[TimelineEntry], severities: dict[str, Severity]
) -> dict[str, object]:
    """The fields at opening: what the ticket has today, but for the first team and severity that entries name."""
    fields: dict[str, object] = {
        "kind": ticket.kind,
        "priority": ticket.priority,
        "category": ticket.category,
        "service": ticket.service_id,
        "team": ticket.team_id,
        "severity": ticket.severity_id,
        "security": ticket.is_security,
    }
    for entry in entries:
        if entry.kind == EntryKind.HANDOVER and isinstance(entry.data.get("from"), int):
            fields["team"] = entry.data["from"]
            break
    names = [entry.data.get("severity") for entry in entries if entry.kind == EntryKind.OPENED]
    names += [entry.data.get("from") for entry in entries if entry.data.get("field") == "severity"]
    severity = next((severities[name] for name in names if name in severities), None)
    if severity is not None:
        fields |= {"severity": severity.pk, "major": severity.is_major}
    return fields


def _of_entry(ticket: Ticket, entry: TimelineEntry, severities: dict[str, Severity]) -> list[Event]:
    at = minute_of(entry.at)
    if entry.kind == EntryKind.HANDOVER and isinstance(entry.data.get("to"), int):
        return [Event(at=at, type="change", recorded_at=at, fields={"team": entry.data["to"]})]
    if entry.data.get("field") == "severity" and entry.data.get("to") in severities:
        severity = severities[entry.data["to"]]
        return [
            Event(at=at, type="change", recorded_at=at, fields={"severity": severity.pk, "major": severity.is_major})
        ]
    if entry.kind != EntryKind.STATUS:
        return []
    before, after = entry.data.get("from"), entry.data.get("to")
    events = []
    if before == TicketStatus.ON_HOLD:
        events.append(Event(at=at, type="unhold", recorded_at=at, hold=_HOLD))
    if after == TicketStatus.ON_HOLD:
        reason = ticket.hold_reason or "unknown"
        events.append(Event(at=at, type="hold", recorded_at=at, hold=_HOLD, reason=reason))
    elif after in _ENDS:
        events.append(Event(at=at, type=_ENDS[TicketStatus(after)], recorded_at=at))
    elif after == TicketStatus.CLOSED and ticket.closure_code in _MERGED | _CANCELLED:
        events.append(Event(at=at, type="merged" if ticket.closure_code in _MERGED else "cancelled", recorded_at=at))
    elif before in (TicketStatus.RESTORED, TicketStatus.RESOLVED, TicketStatus.CLOSED) and after in _OPEN_AGAIN:
        events.append(Event(at=at, type="reopened", recorded_at=at))
    return events


_OPEN_AGAIN = (TicketStatus.NEW, TicketStatus.IN_PROGRESS, TicketStatus.ANALYSIS, TicketStatus.FIX_IN_PROGRESS)
