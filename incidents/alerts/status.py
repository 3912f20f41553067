"""Alerts follow their incident: acknowledged with it, and closed when people end it."""

from datetime import datetime
from typing import TypeAlias

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Collate, Concat

from incidents.models import Alert, AlertStatus

Alerts: TypeAlias = QuerySet[Alert]


def lock(alerts: Alerts, *, most: int | None = None) -> list[Alert]:
    """The alerts, locked FOR NO KEY UPDATE in the order of their keys, as intake locks them.

    The caller holds their ticket's lock, if they have a ticket: ticket, escalation, page, alert.
    """
    ordered = alerts.order_by("integration_id", Collate("dedup_key", "C"), "pk")
    return list(ordered.select_for_update(no_key=True, of=("self",))[:most])


def mark_acknowledged(*, ticket_id: int) -> int:
    """Show the incident's acknowledgement on its open alerts; how many there were."""
    found = lock(Alert.objects.filter(ticket_id=ticket_id, status=AlertStatus.OPEN).only("pk"))
    return _of(found).update(status=AlertStatus.ACKNOWLEDGED) if found else 0


def mark_closed(*, ticket_id: int, at: datetime) -> int:
    """Close what is still open of an incident that people restored or closed; how many there were.

    If the trouble goes on, the sender's next event opens a new alert: nothing is counted up in silence.
    """
    found = lock(Alert.objects.filter(ticket_id=ticket_id).exclude(status=AlertStatus.CLOSED).only("pk"))
    if not found:
        return 0
    return _of(found).update(
        status=AlertStatus.CLOSED,
        closed_at=at,
        route_at=None,
        explanation=Concat(
            F("explanation"), Value(" Closed because its incident was ended."), output_field=CharField()
        ),
    )


def _of(found: list[Alert]) -> Alerts:
    return Alert.objects.filter(pk__in=[alert.pk for alert in found])
