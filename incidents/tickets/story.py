"""The story of a ticket (S36): whatever led to it and came of it, from the alert to the known error."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from config.base.web.panels import Chapter, Moment, register_chapter, timestamp_moments
from incidents.models import (
    ActionItem,
    ActionStatus,
    Alert,
    CustomerUpdate,
    LinkKind,
    Ticket,
    TicketKind,
    TicketLink,
)

MOST = 20
_OF_INCIDENT = {
    "impact_started_at": "Impact began",
    "created_at": "Opened",
    "alerted_at": "First person paged",
    "acknowledged_at": "Acknowledged",
    "work_started_at": "Work began",
    "mitigated_at": "Impact reduced",
    "restored_at": "Service restored",
    "reopened_at": "Opened again",
    "resolved_at": "Resolved: prevention is done",
    "closed_at": "Closed",
}
_OF_PROBLEM = {
    "created_at": "Opened",
    "work_started_at": "The cause was looked for",
    "reopened_at": "Opened again",
    "resolved_at": "The cause is removed",
    "closed_at": "Closed",
}


@dataclass(frozen=True)
class Circle:
    """Incidents and the problems behind them, as far as `user` may know of them; chapters are asked about it."""

    user: Any
    incidents: list[Ticket]
    problems: list[Ticket]
    is_cut: bool

    @property
    def tickets(self) -> list[Ticket]:
        """All of them."""
        return [*self.incidents, *self.problems]


def around(ticket: Ticket, *, user: Any) -> Circle:
    """An incident with its problems, or a problem with the newest incidents it caused."""
    links = TicketLink.objects.visible_to(user).filter(kind=LinkKind.CAUSED_BY)
    if ticket.kind == TicketKind.PROBLEM:
        rows = links.filter(to_ticket=ticket).select_related("from_ticket").order_by("-from_ticket__created_at", "-pk")
        found = [row.from_ticket for row in rows[: MOST + 1]]
        return Circle(user, found[:MOST], [ticket], len(found) > MOST)
    rows = links.filter(from_ticket=ticket).select_related("to_ticket").order_by("pk")
    found = [row.to_ticket for row in rows[: MOST + 1]]
    return Circle(user, [ticket], found[:MOST], len(found) > MOST)


def address(ticket: Ticket) -> str:
    """Where the story is told."""
    return reverse("incidents:story", args=[ticket.reference])


def _alerts(circle: Circle) -> Iterable[Moment]:
    for one in Alert.objects.filter(ticket__in=circle.incidents).order_by("-opened_at")[: MOST * 5]:
        words = {"opened_at": "Alert opened", "closed_at": "Alert closed"}
        yield from timestamp_moments(one, words, title=one.title, url=one.get_absolute_url())


def _incidents(circle: Circle) -> Iterable[Moment]:
    for one in circle.incidents:
        yield from timestamp_moments(one, _OF_INCIDENT, title=str(one), url=one.get_absolute_url())


def _updates(circle: Circle) -> Iterable[Moment]:
    rows = CustomerUpdate.objects.visible_to(circle.user).filter(incident__ticket__in=circle.incidents)
    for one in rows.select_related("incident").order_by("-published_at")[: MOST * 5]:
        text = f"{one.get_status_display()}: {one.body}"
        yield Moment(one.published_at, text, one.incident.name, one.incident.get_absolute_url())


def _problems(circle: Circle) -> Iterable[Moment]:
    for one in circle.problems:
        yield from timestamp_moments(one, _OF_PROBLEM, title=str(one), url=one.get_absolute_url())


def _actions(circle: Circle) -> Iterable[Moment]:
    rows = ActionItem.objects.filter(ticket__in=circle.tickets).select_related("ticket", "owner", "team")
    for one in rows.order_by("-created_at")[: MOST * 5]:
        whose = one.owner.name if one.owner else str(one.team)
        ended = "Done" if one.status == ActionStatus.DONE else f"Declined: {one.reason}"
        words = {"created_at": f"Action for {whose}, due on {one.due_on:%Y-%m-%d}", "done_at": ended}
        yield from timestamp_moments(one, words, title=one.title, url=one.get_absolute_url())


def register() -> None:
    """Add the chapters of incidents; called from `ready()`."""
    register_chapter(Chapter(10, "Alerts", "No alert came; somebody said so.", _alerts))
    register_chapter(Chapter(20, "Incidents", "No incident has come of it.", _incidents))
    register_chapter(Chapter(30, "What customers were told", "Nothing.", _updates))
    register_chapter(Chapter(40, "Problems", "Nobody has asked why it happened.", _problems))
    register_chapter(Chapter(60, "Actions", "Nothing was promised.", _actions))
