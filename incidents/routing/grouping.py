"""One group of due alerts in one transaction: join or open an incident, acknowledge it, restore it.

Locks: a group is routed by one engine at a time (an advisory lock; another engine steps over it), then come
ticket, escalation, page and last the alerts, in the order of their keys. An acknowledgement takes them in
the same order and intake takes alerts alone, so nobody waits in a circle. Taking due alerts FOR UPDATE SKIP
LOCKED first would turn that order round: an acknowledgement holds the ticket and wants its alerts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Concat

from config.base.data.lifecycle import IllegalMove
from incidents import response
from incidents.alerts import status as alert_book
from incidents.models import (
    OPEN_STATUSES,
    Alert,
    AlertStatus,
    EntryKind,
    Integration,
    Severity,
    Ticket,
    TicketKind,
    TicketStatus,
)
from incidents.routing.words import Choice, choose
from incidents.tickets import timeline

MOST_AT_ONCE = 500
_LOCK_CLASS = 7_101
# A start that is further back than this is a wrong clock, not an incident of last year.
_OLDEST_START = timedelta(days=30)


@dataclass(frozen=True)
class _Group:
    """What is routed together; `is_plain` leaves out all that could fail but the incident itself."""

    integration: Integration
    group_key: str
    severities: Sequence[Severity]
    at: datetime
    is_plain: bool

    def worst(self, alerts: Sequence[Alert]) -> Choice:
        """The worst severity that one of the alerts asks for."""
        words = {"" if self.is_plain else alert.severity_word for alert in alerts}
        choices = [choose(word, integration=self.integration, severities=self.severities) for word in sorted(words)]
        return min(choices, key=lambda choice: choice.severity.rank)


@transaction.atomic
def route_group(
    *,
    integration: Integration,
    group_key: str,
    which: Q,
    severities: Sequence[Severity],
    at: datetime,
    is_plain: bool = False,
) -> int:
    """Route the group's due alerts that `which` names; how many, and 0 while another engine has the group."""
    group = _Group(integration, group_key, severities, at, is_plain)
    if not _hold(group):
        return 0
    due = Alert.objects.filter(which, integration=integration, group_key=group_key, route_at__lte=at)
    tickets = _lock_tickets(group, due)
    found = alert_book.lock(due, most=MOST_AT_ONCE)
    # One that was given a ticket since waits for the next pass, when its ticket is locked first.
    alerts = [alert for alert in found if alert.ticket_id is None or alert.ticket_id in tickets]
    unplaced = []
    placed: dict[int, list[Alert]] = {}
    closed: dict[int, list[Alert]] = {}
    for alert in alerts:
        ticket = tickets.get(alert.ticket_id or 0)
        if alert.status == AlertStatus.CLOSED:
            closed.setdefault(alert.ticket_id or 0, []).append(alert)
        elif ticket is None or not ticket.is_open:
            unplaced.append(alert)
        else:
            placed.setdefault(ticket.pk, []).append(alert)
    if unplaced:
        _attach_alerts(group, unplaced, tickets)
    for ticket_id, changed in placed.items():
        _update_incident(group, tickets[ticket_id], changed)
    for ticket_id, ended in closed.items():
        _end(group, tickets.get(ticket_id), ended)
    return len(alerts)


def _hold(group: _Group) -> bool:
    """Whether this engine may route the group; the hold ends with the transaction."""
    name = f"{group.integration.pk}:{group.group_key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_CLASS, name])
        (is_held,) = cursor.fetchone()
    return bool(is_held)


def _lock_tickets(group: _Group, due: alert_book.Alerts) -> dict[int, Ticket]:
    """The tickets of the due alerts and the group's open incident, locked in the order of their ids."""
    wanted = set(due.filter(ticket__isnull=False).values_list("ticket_id", flat=True))
    wanted |= set(
        Alert.objects.filter(
            integration=group.integration,
            group_key=group.group_key,
            ticket__kind=TicketKind.INCIDENT,
            ticket__status__in=OPEN_STATUSES,
        )
        .order_by("-ticket_id")
        .values_list("ticket_id", flat=True)[:1]
    )
    if not wanted:
        return {}
    rows = Ticket.objects.filter(pk__in=wanted).select_related("severity").order_by("pk")
    return {row.pk: row for row in rows.select_for_update(no_key=True, of=("self",))}


def _attach_alerts(group: _Group, alerts: list[Alert], tickets: dict[int, Ticket]) -> None:
    """Give alerts without an open incident to the group's, or open one for them."""
    ticket = next((row for _, row in sorted(tickets.items(), reverse=True) if row.is_open), None)
    name = f"group '{group.group_key[:120]}'"
    if ticket is None:
        first, *others = sorted(alerts, key=lambda alert: (alert.opened_at, alert.pk))
        ticket, because = _declare(group, first, alerts, name)
        _write([first], ticket, f"Opened {ticket.reference}: {because}")
        _write(others, ticket, f"Joined {ticket.reference}: it came together with the first alert of {name}.")
    else:
        raised = _raise_severity(group, ticket, alerts)
        _write(alerts, ticket, f"Joined {ticket.reference}: it is open for the same {name}.{raised}")
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.ALERT, text=_joined(alerts), at=group.at)
    _acknowledge_if_asked(group, ticket, alerts)


def _declare(group: _Group, first: Alert, alerts: list[Alert], name: str) -> tuple[Ticket, str]:
    choice = group.worst(alerts)
    service = group.integration.service
    because = f"first alert of {name} on {service.name}; severity {choice.severity.name} {choice.because}."
    started_at = min(alert.started_at for alert in alerts)
    is_believed = group.at - _OLDEST_START <= started_at <= group.at
    ticket = response.declare(
        title=first.title,
        service=service,
        severity=choice.severity,
        contact_type="alert",
        description="" if group.is_plain else _description(first),
        impact_started_at=started_at if is_believed else None,
        opened_because=because[0].upper() + because[1:],
        at=group.at,
    )
    return ticket, because


def _description(alert: Alert) -> str:
    lines = [f"Source: {alert.source}" if alert.source else "", alert.link]
    return "\n".join(line for line in lines if line)


def _joined(alerts: list[Alert]) -> str:
    if len(alerts) == 1:
        return f"Another alert joined: {alerts[0].title}"
    more = f" and {len(alerts) - 3} more" if len(alerts) > 3 else ""
    return f"{len(alerts)} more alerts joined: {'; '.join(alert.title for alert in alerts[:3])}{more}"


def _write(alerts: list[Alert], ticket: Ticket, explanation: str) -> None:
    """Give the alerts their incident; one shows its incident's acknowledgement."""
    if not alerts:
        return
    changes = {"ticket": ticket, "route_at": None, "route_attempts": 0, "explanation": explanation}
    if ticket.status != TicketStatus.NEW:
        changes["status"] = AlertStatus.ACKNOWLEDGED
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(**changes)


def _update_incident(group: _Group, ticket: Ticket, alerts: list[Alert]) -> None:
    """An alert of an open incident became worse, or its sender acknowledged it."""
    raised = _raise_severity(group, ticket, alerts)
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(
        route_at=None,
        route_attempts=0,
        explanation=Concat(F("explanation"), Value(raised), output_field=CharField()),
    )
    _acknowledge_if_asked(group, ticket, alerts)


def _raise_severity(group: _Group, ticket: Ticket, alerts: list[Alert]) -> str:
    """Raise the incident's severity if an alert is worse; a sentence that says so, or nothing."""
    choice = group.worst(alerts)
    if group.is_plain or choice.severity.rank >= ticket.severity.rank:
        return ""
    response.change_severity(
        ticket_id=ticket.pk,
        severity=choice.severity,
        reason=f"An alert is worse: {choice.severity.name} {choice.because}.",
        actor=None,
        at=group.at,
    )
    return f" It raised the severity to {choice.severity.name}, {choice.because}."


def _acknowledge_if_asked(group: _Group, ticket: Ticket, alerts: list[Alert]) -> None:
    """A sender may acknowledge its alert (PagerDuty); that answers the incident's pages."""
    if ticket.status == TicketStatus.NEW and any(alert.status == AlertStatus.ACKNOWLEDGED for alert in alerts):
        response.acknowledge(ticket_id=ticket.pk, actor=None, at=group.at)


def _end(group: _Group, ticket: Ticket | None, alerts: list[Alert]) -> None:
    """The sender closed alerts; when they were the incident's last, it is restored or a person is asked."""
    if ticket is None:
        _note(alerts, "It closed before it was routed, so it opened nothing.")
        return
    words = f" Closed by the sender; {ticket.reference} "
    left = Alert.objects.filter(ticket=ticket).exclude(status=AlertStatus.CLOSED).count()
    if left:
        _note(alerts, f"{words}has {left} more open.")
    elif not ticket.is_open:
        _note(alerts, f"{words}was {ticket.get_status_display().lower()} already.")
    elif ticket.severity.confirms_restore or group.is_plain:
        timeline.record(
            ticket_id=ticket.pk,
            kind=EntryKind.ALERT,
            text="All alerts have closed. If the service works again, say so with Restore.",
            at=group.at,
        )
        _note(alerts, f"{words}waits for a person to confirm that the service works.")
    else:
        _note(alerts, words + _restore(group, ticket))


def _restore(group: _Group, ticket: Ticket) -> str:
    """Restore the incident; what came of it, to stand after its reference."""
    try:
        response.restore(
            ticket_id=ticket.pk, actor=None, at=group.at, note=f"{group.integration.name} closed its last alert."
        )
    except (IllegalMove, response.TicketRefused) as error:
        text = f"All alerts have closed, but the incident could not be restored: {error}"
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.ALERT, text=text, at=group.at)
        return f"could not be restored: {error}"
    return "was restored with it."


def _note(alerts: list[Alert], words: str) -> None:
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(
        route_at=None,
        route_attempts=0,
        explanation=Concat(F("explanation"), Value(words), output_field=CharField()),
    )
