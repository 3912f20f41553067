"""Flapping: trouble that comes back soon after it was over continues its incident, and rings once.

The first return within the service's window reopens the incident and pages its team again. From then on the incident
waits for as long as the window before it is restored by itself, and its escalation goes on meanwhile: an alert that
ends firing after all is escalated as if it had never been away.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max, Q

from config.base.data.clock import find_zone
from config.base.data.isolation import is_database_away
from config.base.data.lifecycle import IllegalMove
from config.base.web import display
from incidents import response
from incidents.models import (
    Alert,
    AlertStatus,
    EntryKind,
    Integration,
    Ticket,
    TicketKind,
    TicketStatus,
)
from incidents.tickets import timeline
from incidents.tickets.locking import lock_ticket, save
from oncall.models import Team

logger = logging.getLogger(__name__)
OVER = (TicketStatus.RESTORED, TicketStatus.RESOLVED)
"""An incident in one of these can continue; a closed one is history."""
MAX_PER_PASS = 50
CONFIRM_TEXT = "All alerts have closed. If the service works again, choose Restore."
_UNROUTED_PAUSE = timedelta(seconds=5)
_FAILURE_PAUSE = timedelta(seconds=60)


def window(ticket: Ticket, integration: Integration) -> timedelta:
    """How long the incident can continue after it was over: the setting of its service, else of the sender's."""
    service = ticket.service or integration.service
    return timedelta(minutes=service.flapping_minutes)


def continues(ticket: Ticket, integration: Integration, *, at: datetime) -> bool:
    """Whether trouble at `at` is the same trouble as that of this incident, which is over."""
    return (
        ticket.kind == TicketKind.INCIDENT
        and ticket.status in OVER
        and ticket.restored_at is not None
        and at - ticket.restored_at < window(ticket, integration)
    )


def reopen(ticket: Ticket, alerts: Iterable[Alert], *, at: datetime) -> tuple[Ticket, str]:
    """Continue the incident; returns it, locked, and why, as a text to put after "Joined INC-7: "."""
    came_back = _came_back_text(ticket, alerts, at=at)
    reason = f"The alert {came_back}: the incident goes on."
    ticket = response.reopen(ticket_id=ticket.pk, reason=reason, actor=None, at=at)
    ticket.returned_at = at
    save(ticket, "returned_at", at=at)
    return ticket, f"it {came_back}, so the incident goes on."


def note_return(ticket: Ticket, alerts: Iterable[Alert], *, at: datetime) -> None:
    """Note that trouble came back while the open incident waited for quiet; its escalation was never stopped."""
    if ticket.restore_due_at is None:
        return
    text = f"The alert {_came_back_text(ticket, alerts, at=at)}: the incident goes on."
    ticket.returned_at, ticket.restore_due_at = at, None
    save(ticket, "returned_at", "restore_due_at", at=at)
    timeline.record(ticket_id=ticket.pk, kind=EntryKind.ALERT, text=text, at=at)


def wait_for_quiet(ticket: Ticket, integration: Integration, *, at: datetime) -> bool:
    """Put off restoring an incident whose last alert closed, if it has come back before; returns whether it waits."""
    quiet = window(ticket, integration)
    if ticket.returned_at is None or at - ticket.returned_at >= quiet:
        return False
    ticket.restore_due_at = at + quiet
    save(ticket, "restore_due_at", at=at)
    timeline.record(
        ticket_id=ticket.pk,
        kind=EntryKind.ALERT,
        text="All alerts have closed. It has come back before, so it is restored at"
        f" {_clock_text(ticket.restore_due_at, ticket.team)} if it stays quiet.",
        at=at,
    )
    return True


def restore_quiet(*, at: datetime) -> int:
    """Restore the incidents that have been quiet for long enough; returns how many (lane `intake`).

    Raises OperationalError or InterfaceError if the database is away; any other error puts off the incident that
    caused it.
    """
    due = Ticket.objects.filter(restore_due_at__lte=at).order_by("restore_due_at", "pk")
    return sum(_restore_alone(pk, at=at) for pk in list(due.values_list("pk", flat=True)[:MAX_PER_PASS]))


def _restore_alone(pk: int, *, at: datetime) -> bool:
    try:
        return _restore_if_quiet(pk, at=at)
    except (OperationalError, InterfaceError) as error:
        if is_database_away(error):
            raise
        logger.warning("incident.blocked", extra={"ticket": pk, "error": str(error)[:300]})
    except Exception:
        logger.exception("incident.restore_put_off", extra={"ticket": pk})
        Ticket.objects.filter(pk=pk, restore_due_at__lte=at).update(restore_due_at=at + _FAILURE_PAUSE)
    return False


@transaction.atomic
def _restore_if_quiet(pk: int, *, at: datetime) -> bool:
    is_free = Ticket.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk, restore_due_at__lte=at)
    if not is_free.values_list("pk").first():
        return False  # routing or a person has it; the lane must not wait for them
    ticket = lock_ticket(pk)
    if ticket.restore_due_at is None or ticket.restore_due_at > at:
        return False
    if not ticket.is_open or ticket.severity.confirms_restore or _has_open_alert(ticket):
        if ticket.is_open and ticket.severity.confirms_restore:
            timeline.record(ticket_id=pk, kind=EntryKind.ALERT, text=CONFIRM_TEXT, at=at)
        ticket.restore_due_at = None
        save(ticket, "restore_due_at", at=at)
        return False
    if _has_unrouted_alert(ticket):
        # Routing decides first: the alert that just came in may belong to this incident.
        ticket.restore_due_at = at + _UNROUTED_PAUSE
        save(ticket, "restore_due_at", at=at)
        return False
    try:
        with transaction.atomic():
            response.restore(
                ticket_id=pk,
                actor=None,
                at=at,
                restored_at=min(at, _last_closed_at(ticket) or at),
                note="Its alerts have stayed closed.",
            )
    except (IllegalMove, response.TicketRefused) as error:
        ticket.restore_due_at = None
        save(ticket, "restore_due_at", at=at)
        text = f"All alerts have closed, but the incident could not be restored: {error}"
        timeline.record(ticket_id=pk, kind=EntryKind.ALERT, text=text, at=at)
        return False
    return True


def _came_back_text(ticket: Ticket, alerts: Iterable[Alert], *, at: datetime) -> str:
    closed_at = _last_closed_at(ticket)
    if closed_at is None:
        return "came back"
    opened_at = max((alert.opened_at for alert in alerts), default=at)
    back_at = opened_at if opened_at >= closed_at else at
    return f"came back {display.duration_text((back_at - closed_at).total_seconds())} after it had closed"


def _last_closed_at(ticket: Ticket) -> datetime | None:
    closed_at: datetime | None = ticket.alerts.aggregate(last=Max("closed_at"))["last"]
    return closed_at


def _has_open_alert(ticket: Ticket) -> bool:
    return ticket.alerts.exclude(status=AlertStatus.CLOSED).exists()


def _has_unrouted_alert(ticket: Ticket) -> bool:
    """Whether an alert of the incident's groups is open and waits to be routed."""
    groups = ticket.alerts.order_by().values_list("integration_id", "group_key").distinct()[:20]
    same_group = Q(pk__in=[])
    for integration_id, group_key in groups:
        same_group |= Q(integration_id=integration_id, group_key=group_key)
    waiting = Alert.objects.filter(same_group, ticket=None, route_at__isnull=False)
    return waiting.exclude(status=AlertStatus.CLOSED).exists()


def _clock_text(value: datetime, team: Team) -> str:
    """The time on the team's clock, or in UTC if its zone is unknown: a wrong setting must not stop routing."""
    return f"{value.astimezone(find_zone(team.time_zone)):%H:%M %Z}"
