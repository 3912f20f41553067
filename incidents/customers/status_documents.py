"""Statuspage's documents over our public pages, in its names, so that programs made for it read ours."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from config.base.net import links
from incidents.customers import status_page
from incidents.customers.status_page import NEWEST, PageView
from incidents.models import (
    UNDER_WAY,
    Component,
    CustomerUpdate,
    MaintenanceStatus,
    MaintenanceUpdate,
    PublicIncident,
    ScheduledMaintenance,
    StatusPage,
)

_DESCRIPTIONS = {
    "none": "All Systems Operational",
    "maintenance": "Service Under Maintenance",
    "minor": "Partially Degraded Service",
    "major": "Partial System Outage",
    "critical": "Major Service Outage",
}


def _instant(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if value else None


def _page(shown: PageView) -> dict[str, Any]:
    page = shown.page
    return {
        "id": page.public_id,
        "name": page.name,
        "url": links.absolute_url(page.get_absolute_url()),
        "time_zone": page.time_zone,
        "updated_at": _instant(shown.updated_at),
    }


def _status(shown: PageView) -> dict[str, str]:
    return {"indicator": shown.indicator, "description": _DESCRIPTIONS[shown.indicator]}


def _component(one: Component, *, page: StatusPage, groups: dict[int, str], status: str = "") -> dict[str, Any]:
    return {
        "id": one.public_id,
        "name": one.name,
        "status": status or one.status,
        "created_at": _instant(one.created_at),
        "updated_at": _instant(one.updated_at),
        "position": one.position,
        "description": one.description or None,
        "showcase": True,
        "start_date": None,
        "group_id": groups.get(one.group_id or 0),
        "page_id": page.public_id,
        "group": False,
        "only_show_if_degraded": False,
    }


def _groups(shown: PageView) -> dict[int, str]:
    return {part.component.pk: part.component.public_id for part in shown.parts}


def _components(shown: PageView) -> list[dict[str, Any]]:
    groups, found = _groups(shown), []
    for part in shown.parts:
        entry = _component(part.component, page=shown.page, groups=groups, status=part.status)
        if part.members:
            entry |= {"group": True, "components": [member.public_id for member in part.members]}
        found.append(entry)
        found += [_component(member, page=shown.page, groups=groups) for member in part.members]
    return found


def _update(one: CustomerUpdate | MaintenanceUpdate, of: str) -> dict[str, Any]:
    at = _instant(one.published_at)
    return {
        "id": one.public_id,
        "status": one.status,
        "body": one.body,
        "incident_id": of,
        "created_at": at,
        "updated_at": at,
        "display_at": at,
        "affected_components": one.affected or None,
        "deliver_notifications": one.is_mailed,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _common(one: PublicIncident | ScheduledMaintenance, shown: PageView) -> dict[str, Any]:
    """What incidents and planned work share: Statuspage makes one thing of both."""
    groups = _groups(shown)
    return {
        "id": one.public_id,
        "name": one.name,
        "status": one.status,
        "created_at": _instant(one.created_at),
        "updated_at": _instant(one.updated_at),
        "page_id": shown.page.public_id,
        "incident_updates": [_update(update, one.public_id) for update in one.updates.all()],
        "components": [_component(part, page=shown.page, groups=groups) for part in one.components.all()],
    }


def _incident(one: PublicIncident, shown: PageView) -> dict[str, Any]:
    return {
        **_common(one, shown),
        "monitoring_at": _instant(one.monitoring_at),
        "resolved_at": _instant(one.resolved_at),
        "impact": one.impact,
        "shortlink": links.absolute_url(one.get_absolute_url()),
        "started_at": _instant(one.started_at),
    }


def _maintenance(one: ScheduledMaintenance, shown: PageView) -> dict[str, Any]:
    return {
        **_common(one, shown),
        "monitoring_at": None,
        "resolved_at": _instant(one.completed_at),
        "impact": "maintenance",
        "shortlink": links.absolute_url(one.get_public_url()),
        "started_at": _instant(one.starts_at),
        "scheduled_for": _instant(one.starts_at),
        "scheduled_until": _instant(one.ends_at),
    }


def _unresolved(shown: PageView) -> dict[str, Any]:
    return {"incidents": [_incident(one, shown) for one in shown.unresolved]}


def _newest(shown: PageView) -> dict[str, Any]:
    return {"incidents": [_incident(one, shown) for one in status_page.incidents_of(shown.page)[:NEWEST]]}


def _work(found: Iterable[ScheduledMaintenance], shown: PageView) -> dict[str, Any]:
    return {"scheduled_maintenances": [_maintenance(one, shown) for one in found]}


def _all_work(shown: PageView) -> dict[str, Any]:
    return _work(status_page.maintenances_of(shown.page)[:NEWEST], shown)


def _upcoming(shown: PageView) -> dict[str, Any]:
    return _work([one for one in shown.planned if one.status == MaintenanceStatus.SCHEDULED], shown)


def _active(shown: PageView) -> dict[str, Any]:
    return _work([one for one in shown.planned if one.status in UNDER_WAY], shown)


def _summary(shown: PageView) -> dict[str, Any]:
    return {
        "components": _components(shown), **_unresolved(shown), **_work(shown.planned, shown),
        "status": _status(shown),
    }  # fmt: skip


_DOCUMENTS: dict[str, Callable[[PageView], dict[str, Any]]] = {
    "summary": _summary,
    "status": lambda shown: {"status": _status(shown)},
    "components": lambda shown: {"components": _components(shown)},
    "incidents": _newest,
    "incidents/unresolved": _unresolved,
    "scheduled-maintenances": _all_work,
    "scheduled-maintenances/upcoming": _upcoming,
    "scheduled-maintenances/active": _active,
}


NAMES = tuple(_DOCUMENTS)


def document(name: str, *, page: StatusPage) -> dict[str, Any] | None:
    """One of Statuspage's documents by its path; None if there is none of that name."""
    build = _DOCUMENTS.get(name)
    if build is None:
        return None
    shown = status_page.read(page)
    return {"page": _page(shown), **build(shown)}
