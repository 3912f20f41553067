"""Alerts follow their incident: acknowledged with it, and closed when people restore or close it."""

from datetime import datetime
from typing import TypeAlias

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Collate, Concat

from incidents.models import Alert, AlertStatus

Alerts: TypeAlias = QuerySet[Alert]


def lock(alerts: Alerts, *, limit: int | None = None) -> list[Alert]:
    """The alerts, locked FOR NO KEY UPDATE in the order of their keys, as intake locks them.

    The caller holds the lock of their ticket, if there is one: ticket, escalation, page, alert.
    """
    ordered = alerts.order_by("integration_id", Collate("dedup_key", "C"), "pk")
    return list(ordered.select_for_update(no_key=True, of=("self",))[:limit])


def mark_acknowledged(*, ticket_id: int) -> int:
    """Acknowledge the open alerts of an acknowledged incident; returns how many."""
    alerts = lock(Alert.objects.filter(ticket_id=ticket_id, status=AlertStatus.OPEN).only("pk"))
    return _rows(alerts).update(status=AlertStatus.ACKNOWLEDGED) if alerts else 0


def mark_closed(*, ticket_id: int, at: datetime) -> int:
    """Close the alerts of an incident that people restored or closed; returns how many were still open.

    If the trouble goes on, the sender's next event opens a new alert, so that it is never only counted.
    """
    alerts = lock(Alert.objects.filter(ticket_id=ticket_id).exclude(status=AlertStatus.CLOSED).only("pk"))
    if not alerts:
        return 0
    return _rows(alerts).update(
        status=AlertStatus.CLOSED,
        closed_at=at,
        route_at=None,
        explanation=Concat(
            F("explanation"), Value(" Closed because its incident was restored or closed."), output_field=CharField()
        ),
    )


def _rows(alerts: list[Alert]) -> Alerts:
    return Alert.objects.filter(pk__in=[alert.pk for alert in alerts])
