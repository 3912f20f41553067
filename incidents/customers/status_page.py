"""The public status page, read from published data only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from incidents.models import (
    Component,
    ComponentStatus,
    CustomerUpdate,
    Impact,
    MaintenanceStatus,
    MaintenanceUpdate,
    PublicIncident,
    ScheduledMaintenance,
    Service,
    StatusPage,
)
from incidents.models.customers.updates import PublicIncidentQuerySet

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
_HEADLINES = {
    "none": "All systems work.",
    "maintenance": "Maintenance is in progress.",
    "minor": "Some components are slow or fail at times.",
    "major": "A component is down.",
    "critical": "A major component is down.",
}


_COMPONENTS = Prefetch("components", Component.objects.order_by("position", "name"))


@dataclass(frozen=True)
class ComponentView:
    """A component with its members, if it is a group."""

    component: Component
    status: str
    members: tuple[Component, ...] = ()

    @property
    def label(self) -> str:
        """The status as text."""
        return ComponentStatus(self.status).label


@dataclass(frozen=True)
class PageView:
    """The public page at one moment."""

    page: StatusPage
    components: list[ComponentView]
    unresolved: list[PublicIncident]
    maintenances: list[ScheduledMaintenance]
    indicator: str
    updated_at: datetime

    @property
    def headline(self) -> str:
        """One sentence: whether something is wrong."""
        if self.indicator == "none" and self.unresolved:
            return "We are looking into a report."
        return _HEADLINES[self.indicator]

    @property
    def next_update_at(self) -> datetime | None:
        """When the next update is due, if one was promised."""
        return min((incident.next_update_at for incident in self.unresolved if incident.next_update_at), default=None)


def first_page() -> StatusPage | None:
    """The page at /status/: the default one, else the oldest."""
    return StatusPage.objects.order_by("-is_default", "pk").first()


def page_named(slug: str) -> StatusPage | None:
    """The page of that slug; without a slug the page at /status/."""
    return StatusPage.objects.filter(slug=slug).first() if slug else first_page()


def page_for(service: Service | None, *, slug: str = "") -> StatusPage | None:
    """The page of that slug, else one with a component of the service, else the default one."""
    if not slug and service is not None:
        component = service.components.select_related("page").order_by("-page__is_default", "page", "pk").first()
        if component is not None:
            return component.page
    return page_named(slug)


def incidents() -> PublicIncidentQuerySet:
    """Public incidents, newest first, with their components and the updates that were not withdrawn."""
    published = CustomerUpdate.objects.filter(withdrawn_at=None).order_by("-published_at", "-pk")
    return (
        PublicIncident.objects.select_related("page")
        .prefetch_related(Prefetch("updates", published), _COMPONENTS)
        .order_by("-created_at", "-pk")
    )


def incidents_of(page: StatusPage) -> PublicIncidentQuerySet:
    """The public incidents of one page."""
    return incidents().filter(page=page)


def maintenances() -> QuerySet[ScheduledMaintenance]:
    """Maintenance with its components and updates, by its beginning, newest first."""
    published = MaintenanceUpdate.objects.order_by("-published_at", "-pk")
    return (
        ScheduledMaintenance.objects.select_related("page")
        .prefetch_related(Prefetch("updates", published), _COMPONENTS)
        .order_by("-starts_at", "-pk")
    )


def maintenances_of(page: StatusPage) -> QuerySet[ScheduledMaintenance]:
    """The maintenance of one page."""
    return maintenances().filter(page=page)


def upcoming_maintenances(page: StatusPage) -> list[ScheduledMaintenance]:
    """Maintenance that is scheduled or in progress, the next first."""
    rows = maintenances_of(page).exclude(status=MaintenanceStatus.COMPLETED).order_by("starts_at", "pk")
    return list(rows[:NEWEST])


def page_view(page: StatusPage) -> PageView:
    """The page as it is now, in a constant number of queries."""
    components = list(page.components.order_by("position", "name"))
    unresolved = list(incidents_of(page).unresolved()[:NEWEST])
    times = [page.created_at, *(component.updated_at for component in components)]
    newest_incident = page.incidents.order_by("-updated_at", "-pk").values_list("updated_at", flat=True)[:1]
    newest_maintenance = page.maintenances.order_by("-updated_at", "-pk").values_list("updated_at", flat=True)[:1]
    return PageView(
        page=page,
        components=_component_views(components),
        unresolved=unresolved,
        maintenances=upcoming_maintenances(page),
        indicator=_indicator(components, unresolved),
        updated_at=max([*times, *newest_incident, *newest_maintenance]),
    )


def _component_views(components: Iterable[Component]) -> list[ComponentView]:
    members: defaultdict[int, list[Component]] = defaultdict(list)
    tops = []
    for component in components:
        if component.group_id:
            members[component.group_id].append(component)
        else:
            tops.append(component)
    views = []
    for top in tops:
        below = members[top.pk]
        status = _worst([member.status for member in below]) if below else top.status
        views.append(ComponentView(top, status, tuple(below)))
    return views


def _worst(statuses: Iterable[str]) -> str:
    return max(statuses, key=lambda status: _RANK[ComponentStatus(status)])


def _indicator(components: Iterable[Component], unresolved: Iterable[PublicIncident]) -> str:
    """The worst of the components' status and the incidents' impact, so that no outage looks green."""
    indicators = ["none", *(_INDICATORS[ComponentStatus(component.status)] for component in components)]
    indicators += [Impact(incident.impact).value for incident in unresolved]
    return max(indicators, key=_ORDER.index)


def incidents_by_day(page: StatusPage, *, at: datetime) -> list[tuple[date, list[PublicIncident]]]:
    """The incidents of the last 90 days by the day they began (page's time zone), newest first; no empty days."""
    zone = ZoneInfo(page.time_zone)
    grouped: dict[date, list[PublicIncident]] = {}
    for incident in incidents_of(page).filter(created_at__gte=at - HISTORY):
        grouped.setdefault(incident.started_at.astimezone(zone).date(), []).append(incident)
    return sorted(grouped.items(), reverse=True)
