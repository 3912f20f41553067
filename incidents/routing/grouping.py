"""One group of due alerts in one transaction: it joins or opens an incident, acknowledges it, restores it.

Locks: an advisory lock lets one engine at a time route a group; another engine skips it. Then come ticket,
escalation, page and last the alerts, in the order of their keys. An acknowledgement takes them in the same
order and intake locks only alerts, so there is no deadlock. Taking due alerts FOR UPDATE SKIP LOCKED first
would reverse that order: an acknowledgement holds the ticket and waits for its alerts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Concat

from config.base.data.lifecycle import IllegalMove
from incidents import response
from incidents.alerts import status as alert_status
from incidents.alerts.explanation import explain
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
from incidents.routing import flapping
from incidents.routing.severity_mapping import SeverityChoice, choose_severity, default_choice
from incidents.tickets import timeline
from oncall.models import EscalationState

MAX_AT_ONCE = 500
_LOCK_CLASS = 7_101
_RINGING = {EscalationState.TRIGGERED}
# An older start is the sender's wrong clock, not an incident of last year.
_OLDEST_START = timedelta(days=30)


@dataclass(frozen=True)
class _Group:
    """The alerts routed together.

    `plain_because` is why they are routed in plain form, as a text to put after "severity SEV2 ": without every step
    that can fail, except opening the incident. It is empty for the usual form.
    """

    integration: Integration
    group_key: str
    severities: Sequence[Severity]
    at: datetime
    plain_because: str

    @property
    def is_plain(self) -> bool:
        """Whether they are routed in plain form."""
        return bool(self.plain_because)

    def worst(self, alerts: Sequence[Alert]) -> SeverityChoice:
        """The worst severity of the alerts."""
        if self.is_plain:
            return default_choice(integration=self.integration, severities=self.severities, because=self.plain_because)
        words = {alert.severity_word for alert in alerts}
        choices = [
            choose_severity(word, integration=self.integration, severities=self.severities) for word in sorted(words)
        ]
        return min(choices, key=lambda choice: choice.severity.position)


@transaction.atomic
def route_group(
    *,
    integration: Integration,
    group_key: str,
    which: Q,
    severities: Sequence[Severity],
    at: datetime,
    plain_because: str = "",
) -> int:
    """Route the group's due alerts that match `which`; returns how many, 0 while another engine has the group."""
    group = _Group(integration, group_key, severities, at, plain_because)
    if not _try_lock_group(group):
        return 0
    due = Alert.objects.filter(which, integration=integration, group_key=group_key, route_at__lte=at)
    tickets = _lock_tickets(group, due)
    # A payload is as large and as deep as its sender makes it, and nothing here reads it.
    locked_alerts = alert_status.lock(due.defer("payload"), limit=MAX_AT_ONCE)
    # An alert that got a ticket meanwhile waits for the next pass, which locks that ticket first.
    alerts = [alert for alert in locked_alerts if alert.ticket_id is None or alert.ticket_id in tickets]
    without_incident = []
    of_incident: dict[int, list[Alert]] = {}
    closed: dict[int, list[Alert]] = {}
    for alert in alerts:
        ticket = tickets.get(alert.ticket_id or 0)
        if alert.status == AlertStatus.CLOSED:
            closed.setdefault(alert.ticket_id or 0, []).append(alert)
        elif ticket is None or not ticket.is_open:
            without_incident.append(alert)
        else:
            of_incident.setdefault(ticket.pk, []).append(alert)
    if without_incident:
        _attach_alerts(group, without_incident, tickets)
    for ticket_id, changed_alerts in of_incident.items():
        _update_incident(group, tickets[ticket_id], changed_alerts)
    for ticket_id, closed_alerts in closed.items():
        _close_alerts(group, tickets.get(ticket_id), closed_alerts)
    return len(alerts)


def _try_lock_group(group: _Group) -> bool:
    """Whether this engine got the group's lock; it is released with the transaction."""
    name = f"{group.integration.pk}:{group.group_key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_CLASS, name])
        (is_locked,) = cursor.fetchone()
    return bool(is_locked)


def _lock_tickets(group: _Group, due: alert_status.Alerts) -> dict[int, Ticket]:
    """The tickets of the due alerts and the group's incident, locked in the order of their ids.

    The group's incident is the open one, else the newest one that is over, which may continue.
    """
    ticket_ids = set(due.filter(ticket__isnull=False).values_list("ticket_id", flat=True))
    ticket_ids |= set(
        Alert.objects.filter(
            integration=group.integration,
            group_key=group.group_key,
            ticket__kind=TicketKind.INCIDENT,
            ticket__status__in=[*OPEN_STATUSES, *flapping.OVER],
        )
        .order_by(Case(When(ticket__status__in=OPEN_STATUSES, then=0), default=1), "-ticket_id")
        .values_list("ticket_id", flat=True)[:1]
    )
    if not ticket_ids:
        return {}
    rows = Ticket.objects.filter(pk__in=ticket_ids).select_related("severity", "service", "team").order_by("pk")
    return {row.pk: row for row in rows.select_for_update(no_key=True, of=("self",))}


def _attach_alerts(group: _Group, alerts: list[Alert], tickets: dict[int, Ticket]) -> None:
    """Give alerts without an open incident to the group's, continue the one that has just ended, or open one."""
    newest = [row for _, row in sorted(tickets.items(), reverse=True)]
    ticket = next((row for row in newest if row.is_open), None)
    over = next((row for row in newest if flapping.continues(row, group.integration, at=group.at)), None)
    name = f"group '{group.group_key[:120]}'"
    if ticket is not None:
        flapping.note_return(ticket, alerts, at=group.at)
        _join(group, ticket, alerts, f"it is open for the same {name}.")
    elif over is not None:
        ticket, because = flapping.reopen(over, alerts, at=group.at)
        tickets[ticket.pk] = ticket
        _join(group, ticket, alerts, because)
    else:
        first, *others = sorted(alerts, key=lambda alert: (alert.opened_at, alert.pk))
        ticket, because = _declare_incident(group, first, alerts, name)
        _write_alerts([first], ticket, f"Opened {ticket.reference}: {because}")
        _write_alerts(others, ticket, f"Joined {ticket.reference}: it came together with the first alert of {name}.")
    _acknowledge_if_sent(group, ticket, alerts)


def _join(group: _Group, ticket: Ticket, alerts: list[Alert], because: str) -> None:
    """Give alerts to an open incident, and tell the people who have acknowledged it."""
    raised = _raise_severity(group, ticket, alerts)
    states = set(response.running(ticket).values_list("state", flat=True))
    _write_alerts(alerts, ticket, f"Joined {ticket.reference}: {because}{raised}", is_ringing=states == _RINGING)
    text = _joined_text(alerts)
    timeline.record(ticket_id=ticket.pk, kind=EntryKind.ALERT, text=text, at=group.at)
    if ticket.status != TicketStatus.NEW and EscalationState.ACKNOWLEDGED in states:
        # It leaves the house in messages, so it names no alert: the record may be private.
        news = "Another alert joined." if len(alerts) == 1 else f"{len(alerts)} more alerts joined."
        response.tell_responders(ticket=ticket, text=news, at=group.at)


def _declare_incident(group: _Group, first: Alert, alerts: list[Alert], name: str) -> tuple[Ticket, str]:
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


def _joined_text(alerts: list[Alert]) -> str:
    if len(alerts) == 1:
        return f"Another alert joined: {alerts[0].title}"
    more = f" and {len(alerts) - 3} more" if len(alerts) > 3 else ""
    return f"{len(alerts)} more alerts joined: {'; '.join(alert.title for alert in alerts[:3])}{more}"


def _write_alerts(alerts: list[Alert], ticket: Ticket, explanation: str, *, is_ringing: bool = False) -> None:
    """Write the alerts' incident and explanation; they are acknowledged if their incident is and nobody is paged."""
    if not alerts:
        return
    changes: dict[str, object] = {
        "ticket": ticket,
        "route_at": None,
        "route_attempts": 0,
        "explanation": explain(explanation),
    }
    if ticket.status != TicketStatus.NEW and not is_ringing:
        changes["status"] = AlertStatus.ACKNOWLEDGED
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(**changes)


def _update_incident(group: _Group, ticket: Ticket, alerts: list[Alert]) -> None:
    """Bring an open incident up to date: an alert became worse, or its sender acknowledged it."""
    raised = _raise_severity(group, ticket, alerts)
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(
        route_at=None,
        route_attempts=0,
        explanation=Concat(F("explanation"), Value(raised), output_field=CharField()),
    )
    _acknowledge_if_sent(group, ticket, alerts)


def _raise_severity(group: _Group, ticket: Ticket, alerts: list[Alert]) -> str:
    """Raise the incident's severity if an alert is worse; returns a sentence that says so, or an empty text."""
    choice = group.worst(alerts)
    if group.is_plain or choice.severity.position >= ticket.severity.position:
        return ""
    response.change_severity(
        ticket_id=ticket.pk,
        severity=choice.severity,
        reason=f"An alert is worse: {choice.severity.name} {choice.because}.",
        actor=None,
        at=group.at,
    )
    return f" It raised the severity to {choice.severity.name}, {choice.because}."


def _acknowledge_if_sent(group: _Group, ticket: Ticket, alerts: list[Alert]) -> None:
    """Acknowledge the incident if a sender acknowledged its alert, as PagerDuty's may.

    A reopened incident is in progress although nobody has answered yet.
    """
    if not any(alert.status == AlertStatus.ACKNOWLEDGED for alert in alerts):
        return
    unanswered = response.running(ticket).filter(state=EscalationState.TRIGGERED, acknowledged_at=None)
    if ticket.status == TicketStatus.NEW or unanswered.exists():
        response.acknowledge(ticket_id=ticket.pk, actor=None, at=group.at)


def _close_alerts(group: _Group, ticket: Ticket | None, alerts: list[Alert]) -> None:
    """Handle alerts that their sender closed: with the last one the incident is restored, or a person must confirm."""
    if ticket is None:
        rows = Alert.objects.filter(pk__in=[alert.pk for alert in alerts])
        explanation = explain("It closed before it was routed, so it opened nothing.")
        rows.update(route_at=None, route_attempts=0, explanation=explanation)
        return
    text = f" Closed by the sender; {ticket.reference} "
    open_count = Alert.objects.filter(ticket=ticket).exclude(status=AlertStatus.CLOSED).count()
    if open_count:
        _explain(alerts, f"{text}has {open_count} more open.")
    elif not ticket.is_open:
        _explain(alerts, f"{text}was {ticket.get_status_display().lower()} already.")
    elif ticket.severity.confirms_restore or group.is_plain:
        timeline.record(
            ticket_id=ticket.pk,
            kind=EntryKind.ALERT,
            text=flapping.CONFIRM_TEXT,
            at=group.at,
        )
        _explain(alerts, f"{text}waits for a person to confirm that the service works.")
    elif flapping.wait_for_quiet(ticket, group.integration, at=group.at):
        _explain(alerts, f"{text}is restored if it stays quiet, because it has come back before.")
    else:
        _explain(alerts, text + _restore(group, ticket))


def _restore(group: _Group, ticket: Ticket) -> str:
    """Restore the incident; returns the result as a text to put after its reference."""
    try:
        response.restore(
            ticket_id=ticket.pk, actor=None, at=group.at, note=f"{group.integration.name} closed its last alert."
        )
    except (IllegalMove, response.TicketRefused) as error:
        text = f"All alerts have closed, but the incident could not be restored: {error}"
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.ALERT, text=text, at=group.at)
        return f"could not be restored: {error}"
    return "was restored with it."


def _explain(alerts: list[Alert], text: str) -> None:
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(
        route_at=None,
        route_attempts=0,
        explanation=Concat(F("explanation"), Value(text), output_field=CharField()),
    )
