"""What the public sees, read from the publishing models alone: the page, and Statuspage's documents.

The documents keep Statuspage's names, so that programs made for it read ours.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch

from config.base import links
from incidents.models import Component, ComponentStatus, CustomerUpdate, Impact, PublicIncident, StatusPage
from incidents.models.communication import PublicIncidentQuerySet

HISTORY = timedelta(days=90)
NEWEST = 50
_RANK = {
    ComponentStatus.OPERATIONAL: 0,
    ComponentStatus.MAINTENANCE: 1,
    ComponentStatus.DEGRADED: 2,
    ComponentStatus.PARTIAL: 3,
    ComponentStatus.MAJOR: 4,
}
_INDICATORS = {
    ComponentStatus.OPERATIONAL: "none",
    ComponentStatus.MAINTENANCE: "maintenance",
    ComponentStatus.DEGRADED: "minor",
    ComponentStatus.PARTIAL: "major",
    ComponentStatus.MAJOR: "critical",
}
_ORDER = ("none", "maintenance", "minor", "major", "critical")
_DESCRIPTIONS = {
    "none": "All Systems Operational",
    "maintenance": "Service Under Maintenance",
    "minor": "Partially Degraded Service",
    "major": "Partial System Outage",
    "critical": "Major Service Outage",
}
_HEADLINES = {
    "none": "All systems work.",
    "maintenance": "We are doing planned work.",
    "minor": "Some things are slow or fail at times.",
    "major": "A part is down.",
    "critical": "A major part is down.",
}


@dataclass(frozen=True)
class Part:
    """A component with its members, if it is a group."""

    component: Component
    status: str
    members: tuple[Component, ...] = ()

    @property
    def label(self) -> str:
        """The status in words."""
        return ComponentStatus(self.status).label


@dataclass(frozen=True)
class Shown:
    """The public page at one moment."""

    page: StatusPage
    parts: list[Part]
    unresolved: list[PublicIncident]
    indicator: str
    updated_at: datetime

    @property
    def headline(self) -> str:
        """In a sentence, whether something is wrong."""
        if self.indicator == "none" and self.unresolved:
            return "We are looking into a report."
        return _HEADLINES[self.indicator]

    @property
    def look_again_at(self) -> datetime | None:
        """When the next update comes, if one was promised."""
        return min((one.next_update_at for one in self.unresolved if one.next_update_at), default=None)


def first_page() -> StatusPage | None:
    """The page that answers at /status/."""
    return StatusPage.objects.order_by("pk").first()


def incidents_of(page: StatusPage) -> PublicIncidentQuerySet:
    """Its incidents with their updates, newest first, and their parts."""
    return (
        PublicIncident.objects.filter(page=page)
        .select_related("page")
        .prefetch_related(
            Prefetch("updates", CustomerUpdate.objects.order_by("-published_at", "-pk")),
            Prefetch("components", Component.objects.order_by("position", "name")),
        )
        .order_by("-created_at", "-pk")
    )


def read(page: StatusPage) -> Shown:
    """The page as it stands. A constant number of queries."""
    components = list(page.components.order_by("position", "name"))
    unresolved = list(incidents_of(page).unresolved()[:NEWEST])
    times = [page.created_at, *(one.updated_at for one in components)]
    newest = PublicIncident.objects.filter(page=page).order_by("-updated_at").values_list("updated_at", flat=True)
    return Shown(
        page=page,
        parts=_parts(components),
        unresolved=unresolved,
        indicator=_indicator(components, unresolved),
        updated_at=max([*times, *newest[:1]]),
    )


def _parts(components: Iterable[Component]) -> list[Part]:
    members: defaultdict[int, list[Component]] = defaultdict(list)
    tops = []
    for one in components:
        if one.group_id:
            members[one.group_id].append(one)
        else:
            tops.append(one)
    return [
        Part(one, _worst([m.status for m in members[one.pk]]) if members[one.pk] else one.status,
             tuple(members[one.pk]))
        for one in tops
    ]  # fmt: skip


def _worst(statuses: Iterable[str]) -> str:
    return max(statuses, key=lambda status: _RANK[ComponentStatus(status)])


def _indicator(components: Iterable[Component], unresolved: Iterable[PublicIncident]) -> str:
    """The worse of what the parts and the incidents say: a green page in an outage helps nobody."""
    found = ["none", *(_INDICATORS[ComponentStatus(one.status)] for one in components)]
    found += [Impact(one.impact).value for one in unresolved]
    return max(found, key=_ORDER.index)


def days(page: StatusPage, *, at: datetime) -> list[tuple[date, list[PublicIncident]]]:
    """The incidents of the last 90 days by the day they began, newest first; only days that had some."""
    zone = ZoneInfo(page.time_zone)
    found: dict[date, list[PublicIncident]] = {}
    for one in incidents_of(page).filter(created_at__gte=at - HISTORY):
        found.setdefault(one.started_at.astimezone(zone).date(), []).append(one)
    return sorted(found.items(), reverse=True)


# --- Statuspage's documents ------------------------------------------------------------------------


def _instant(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if value else None


def _page(shown: Shown) -> dict[str, Any]:
    page = shown.page
    return {
        "id": page.public_id,
        "name": page.name,
        "url": links.to("incidents:status"),
        "time_zone": page.time_zone,
        "updated_at": _instant(shown.updated_at),
    }


def _status(shown: Shown) -> dict[str, str]:
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


def _groups(shown: Shown) -> dict[int, str]:
    return {part.component.pk: part.component.public_id for part in shown.parts}


def _components(shown: Shown) -> list[dict[str, Any]]:
    groups, found = _groups(shown), []
    for part in shown.parts:
        entry = _component(part.component, page=shown.page, groups=groups, status=part.status)
        if part.members:
            entry |= {"group": True, "components": [member.public_id for member in part.members]}
        found.append(entry)
        found += [_component(member, page=shown.page, groups=groups) for member in part.members]
    return found


def _update(one: CustomerUpdate, incident: PublicIncident) -> dict[str, Any]:
    at = _instant(one.published_at)
    return {
        "id": one.public_id,
        "status": one.status,
        "body": one.body,
        "incident_id": incident.public_id,
        "created_at": at,
        "updated_at": at,
        "display_at": at,
        "affected_components": one.affected or None,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _incident(one: PublicIncident, shown: Shown) -> dict[str, Any]:
    groups = _groups(shown)
    return {
        "id": one.public_id,
        "name": one.name,
        "status": one.status,
        "created_at": _instant(one.created_at),
        "updated_at": _instant(one.updated_at),
        "monitoring_at": _instant(one.monitoring_at),
        "resolved_at": _instant(one.resolved_at),
        "impact": one.impact,
        "shortlink": links.absolute(one.get_absolute_url()),
        "started_at": _instant(one.started_at),
        "page_id": shown.page.public_id,
        "incident_updates": [_update(update, one) for update in one.updates.all()],
        "components": [_component(part, page=shown.page, groups=groups) for part in one.components.all()],
    }


def _unresolved(shown: Shown) -> dict[str, Any]:
    return {"incidents": [_incident(one, shown) for one in shown.unresolved]}


def _newest(shown: Shown) -> dict[str, Any]:
    return {"incidents": [_incident(one, shown) for one in incidents_of(shown.page)[:NEWEST]]}


def _summary(shown: Shown) -> dict[str, Any]:
    return {
        "components": _components(shown), **_unresolved(shown), "scheduled_maintenances": [],
        "status": _status(shown),
    }  # fmt: skip


def _no_maintenance(shown: Shown) -> dict[str, Any]:
    return {"scheduled_maintenances": []}


_DOCUMENTS: dict[str, Callable[[Shown], dict[str, Any]]] = {
    "summary": _summary,
    "status": lambda shown: {"status": _status(shown)},
    "components": lambda shown: {"components": _components(shown)},
    "incidents": _newest,
    "incidents/unresolved": _unresolved,
    "scheduled-maintenances": _no_maintenance,
    "scheduled-maintenances/upcoming": _no_maintenance,
    "scheduled-maintenances/active": _no_maintenance,
}


def document(name: str, *, page: StatusPage) -> dict[str, Any] | None:
    """One of Statuspage's documents by its path; None if there is none of that name."""
    build = _DOCUMENTS.get(name)
    if build is None:
        return None
    shown = read(page)
    return {"page": _page(shown), **build(shown)}
