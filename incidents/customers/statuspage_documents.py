"""The JSON documents of Atlassian Statuspage for our pages, so that its clients can read them."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

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


def _page(view: PageView) -> dict[str, object]:
    page = view.page
    return {
        "id": page.public_id,
        "name": page.name,
        "url": links.absolute_url(page.get_absolute_url()),
        "time_zone": page.time_zone,
        "updated_at": _instant(view.updated_at),
    }


def _status(view: PageView) -> dict[str, str]:
    return {"indicator": view.indicator, "description": _DESCRIPTIONS[view.indicator]}


def _component(
    component: Component, *, page: StatusPage, groups: dict[int, str], status: str = ""
) -> dict[str, object]:
    return {
        "id": component.public_id,
        "name": component.name,
        "status": status or component.status,
        "created_at": _instant(component.created_at),
        "updated_at": _instant(component.updated_at),
        "position": component.position,
        "description": component.description or None,
        "showcase": True,
        "start_date": None,
        "group_id": groups.get(component.group_id or 0),
        "page_id": page.public_id,
        "group": False,
        "only_show_if_degraded": False,
    }


def _groups(view: PageView) -> dict[int, str]:
    return {component_view.component.pk: component_view.component.public_id for component_view in view.components}


def _components(view: PageView) -> list[dict[str, object]]:
    groups, entries = _groups(view), []
    for component_view in view.components:
        entry = _component(component_view.component, page=view.page, groups=groups, status=component_view.status)
        if component_view.members:
            entry |= {"group": True, "components": [member.public_id for member in component_view.members]}
        entries.append(entry)
        entries += [_component(member, page=view.page, groups=groups) for member in component_view.members]
    return entries


def _update(update: CustomerUpdate | MaintenanceUpdate, incident_id: str) -> dict[str, object]:
    at = _instant(update.published_at)
    return {
        "id": update.public_id,
        "status": update.status,
        "body": update.body,
        "incident_id": incident_id,
        "created_at": at,
        "updated_at": at,
        "display_at": at,
        "affected_components": update.affected or None,
        "deliver_notifications": update.is_mailed,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _common(item: PublicIncident | ScheduledMaintenance, view: PageView) -> dict[str, object]:
    """Fields that incidents and maintenance share in Statuspage's documents."""
    groups = _groups(view)
    return {
        "id": item.public_id,
        "name": item.name,
        "status": item.status,
        "created_at": _instant(item.created_at),
        "updated_at": _instant(item.updated_at),
        "page_id": view.page.public_id,
        "incident_updates": [_update(update, item.public_id) for update in item.updates.all()],
        "components": [_component(component, page=view.page, groups=groups) for component in item.components.all()],
    }


def _incident(incident: PublicIncident, view: PageView) -> dict[str, object]:
    return {
        **_common(incident, view),
        "monitoring_at": _instant(incident.monitoring_at),
        "resolved_at": _instant(incident.resolved_at),
        "impact": incident.impact,
        "shortlink": links.absolute_url(incident.get_absolute_url()),
        "started_at": _instant(incident.started_at),
    }


def _maintenance(maintenance: ScheduledMaintenance, view: PageView) -> dict[str, object]:
    return {
        **_common(maintenance, view),
        "monitoring_at": None,
        "resolved_at": _instant(maintenance.completed_at),
        "impact": "maintenance",
        "shortlink": links.absolute_url(maintenance.get_public_url()),
        "started_at": _instant(maintenance.starts_at),
        "scheduled_for": _instant(maintenance.starts_at),
        "scheduled_until": _instant(maintenance.ends_at),
    }


def _unresolved(view: PageView) -> dict[str, object]:
    return {"incidents": [_incident(incident, view) for incident in view.unresolved]}


def _newest(view: PageView) -> dict[str, object]:
    return {"incidents": [_incident(incident, view) for incident in status_page.incidents_of(view.page)[:NEWEST]]}


def _maintenances(maintenances: Iterable[ScheduledMaintenance], view: PageView) -> dict[str, object]:
    return {"scheduled_maintenances": [_maintenance(maintenance, view) for maintenance in maintenances]}


def _all_maintenances(view: PageView) -> dict[str, object]:
    return _maintenances(status_page.maintenances_of(view.page)[:NEWEST], view)


def _upcoming(view: PageView) -> dict[str, object]:
    return _maintenances(
        [maintenance for maintenance in view.maintenances if maintenance.status == MaintenanceStatus.SCHEDULED], view
    )


def _active(view: PageView) -> dict[str, object]:
    return _maintenances([maintenance for maintenance in view.maintenances if maintenance.status in UNDER_WAY], view)


def _summary(view: PageView) -> dict[str, object]:
    return {
        "components": _components(view), **_unresolved(view), **_maintenances(view.maintenances, view),
        "status": _status(view),
    }  # fmt: skip


_DOCUMENTS: dict[str, Callable[[PageView], dict[str, object]]] = {
    "summary": _summary,
    "status": lambda view: {"status": _status(view)},
    "components": lambda view: {"components": _components(view)},
    "incidents": _newest,
    "incidents/unresolved": _unresolved,
    "scheduled-maintenances": _all_maintenances,
    "scheduled-maintenances/upcoming": _upcoming,
    "scheduled-maintenances/active": _active,
}


NAMES = tuple(_DOCUMENTS)


def build_document(name: str, *, page: StatusPage) -> dict[str, object] | None:
    """The document at this path of Statuspage's API; None if there is no such document."""
    build = _DOCUMENTS.get(name)
    if build is None:
        return None
    view = status_page.page_view(page)
    return {"page": _page(view), **build(view)}
