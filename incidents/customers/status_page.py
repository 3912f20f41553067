"""What the public sees, read from the publishing models alone."""

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
    "maintenance": "We are doing planned work.",
    "minor": "Some things are slow or fail at times.",
    "major": "A part is down.",
    "critical": "A major part is down.",
}


_PARTS = Prefetch("components", Component.objects.order_by("position", "name"))


@dataclass(frozen=True)
class ComponentView:
    """A component with its members, if it is a group."""

    component: Component
    status: str
    members: tuple[Component, ...] = ()

    @property
    def label(self) -> str:
        """The status in words."""
        return ComponentStatus(self.status).label


@dataclass(frozen=True)
class PageView:
    """The public page at one moment."""

    page: StatusPage
    parts: list[ComponentView]
    unresolved: list[PublicIncident]
    planned: list[ScheduledMaintenance]
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
    """The page that answers at /status/: the default one, else the oldest."""
    return StatusPage.objects.order_by("-is_default", "pk").first()


def page_named(slug: str) -> StatusPage | None:
    """The page of that slug, or without one the page that answers at /status/."""
    return StatusPage.objects.filter(slug=slug).first() if slug else first_page()


def page_for(service: Service | None, *, slug: str = "") -> StatusPage | None:
    """The page of that slug, else the one that has a part for the service, else the default one."""
    if not slug and service is not None:
        part = service.components.select_related("page").order_by("-page__is_default", "page", "pk").first()
        if part is not None:
            return part.page
    return page_named(slug)


def incidents() -> PublicIncidentQuerySet:
    """Public incidents with what was said of them and stands, newest first, and their parts."""
    said = CustomerUpdate.objects.filter(withdrawn_at=None).order_by("-published_at", "-pk")
    return (
        PublicIncident.objects.select_related("page")
        .prefetch_related(Prefetch("updates", said), _PARTS)
        .order_by("-created_at", "-pk")
    )


def incidents_of(page: StatusPage) -> PublicIncidentQuerySet:
    """Those of one page."""
    return incidents().filter(page=page)


def maintenances() -> QuerySet[ScheduledMaintenance]:
    """Planned work with what was said of it, newest first, and its parts; the latest to begin comes first."""
    said = MaintenanceUpdate.objects.order_by("-published_at", "-pk")
    return (
        ScheduledMaintenance.objects.select_related("page")
        .prefetch_related(Prefetch("updates", said), _PARTS)
        .order_by("-starts_at", "-pk")
    )


def maintenances_of(page: StatusPage) -> QuerySet[ScheduledMaintenance]:
    """That of one page."""
    return maintenances().filter(page=page)


def ahead(page: StatusPage) -> list[ScheduledMaintenance]:
    """Work that is scheduled or under way, the next first."""
    found = maintenances_of(page).exclude(status=MaintenanceStatus.COMPLETED).order_by("starts_at", "pk")
    return list(found[:NEWEST])


def read(page: StatusPage) -> PageView:
    """The page as it stands. A constant number of queries."""
    components = list(page.components.order_by("position", "name"))
    unresolved = list(incidents_of(page).unresolved()[:NEWEST])
    times = [page.created_at, *(one.updated_at for one in components)]
    newest = page.incidents.order_by("-updated_at").values_list("updated_at", flat=True)[:1]
    worked = page.maintenances.order_by("-updated_at").values_list("updated_at", flat=True)[:1]
    return PageView(
        page=page,
        parts=_parts(components),
        unresolved=unresolved,
        planned=ahead(page),
        indicator=_indicator(components, unresolved),
        updated_at=max([*times, *newest, *worked]),
    )


def _parts(components: Iterable[Component]) -> list[ComponentView]:
    members: defaultdict[int, list[Component]] = defaultdict(list)
    tops = []
    for one in components:
        if one.group_id:
            members[one.group_id].append(one)
        else:
            tops.append(one)
    return [
        ComponentView(one, _worst([m.status for m in members[one.pk]]) if members[one.pk] else one.status,
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
