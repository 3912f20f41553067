"""The story of a ticket (S36): what led to it and what followed, from the alert to the known error."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from config.base.data.users import Visitor
from config.base.web.panels import Chapter, Moment, register_chapter, timestamp_moments
from incidents.models import ActionItem, ActionStatus, Alert, CustomerUpdate, LinkKind, Ticket, TicketKind, TicketLink

MAX_LINKED = 20
_INCIDENT_STAMPS = {
    "impact_started_at": "Impact began",
    "created_at": "Opened",
    "alerted_at": "First person paged",
    "acknowledged_at": "Acknowledged",
    "work_started_at": "Work began",
    "mitigated_at": "Impact reduced",
    "restored_at": "Service restored",
    "reopened_at": "Reopened",
    "resolved_at": "Resolved: prevention is done",
    "closed_at": "Closed",
}
_PROBLEM_STAMPS = {
    "created_at": "Opened",
    "work_started_at": "Analysis began",
    "reopened_at": "Reopened",
    "resolved_at": "Resolved: the cause is removed",
    "closed_at": "Closed",
}


@dataclass(frozen=True)
class RelatedTickets:
    """Incidents and their problems that `user` may see; each chapter is made from them."""

    user: Visitor
    incidents: list[Ticket]
    problems: list[Ticket]
    is_cut: bool

    @property
    def tickets(self) -> list[Ticket]:
        """Incidents and problems together."""
        return [*self.incidents, *self.problems]


def related_tickets(ticket: Ticket, *, user: Visitor) -> RelatedTickets:
    """An incident with its problems and parts, or a problem with the newest incidents it caused."""
    visible = TicketLink.objects.visible_to(user)
    links = visible.filter(kind=LinkKind.CAUSED_BY)
    if ticket.kind == TicketKind.PROBLEM:
        rows = links.filter(to_ticket=ticket).select_related("from_ticket").order_by("-from_ticket__created_at", "-pk")
        incidents = [row.from_ticket for row in rows[: MAX_LINKED + 1]]
        return RelatedTickets(user, incidents[:MAX_LINKED], [ticket], len(incidents) > MAX_LINKED)
    rows = links.filter(from_ticket=ticket).select_related("to_ticket").order_by("pk")
    problems = [row.to_ticket for row in rows[: MAX_LINKED + 1]]
    whole = visible.filter(kind=LinkKind.PARENT, to_ticket=ticket).select_related("from_ticket")
    parts = [row.from_ticket for row in whole.order_by("-from_ticket__created_at", "-pk")[: MAX_LINKED + 1]]
    is_cut = max(len(problems), len(parts)) > MAX_LINKED
    return RelatedTickets(user, [ticket, *parts[:MAX_LINKED]], problems[:MAX_LINKED], is_cut)


def story_url(ticket: Ticket) -> str:
    """The address of the story's page."""
    return reverse("incidents:story", args=[ticket.reference])


def _alerts(related: RelatedTickets) -> Iterable[Moment]:
    for alert in Alert.objects.filter(ticket__in=related.incidents).order_by("-opened_at", "-pk")[: MAX_LINKED * 5]:
        labels = {"opened_at": "Alert opened", "closed_at": "Alert closed"}
        yield from timestamp_moments(alert, labels, title=alert.title, url=alert.get_absolute_url())


def _incidents(related: RelatedTickets) -> Iterable[Moment]:
    for incident in related.incidents:
        yield from timestamp_moments(incident, _INCIDENT_STAMPS, title=str(incident), url=incident.get_absolute_url())


def _updates(related: RelatedTickets) -> Iterable[Moment]:
    rows = CustomerUpdate.objects.visible_to(related.user).filter(incident__ticket__in=related.incidents)
    for update in rows.select_related("incident").order_by("-published_at", "-pk")[: MAX_LINKED * 5]:
        text = f"{update.get_status_display()}: {update.body}"
        yield Moment(update.published_at, text, update.incident.name, update.incident.get_absolute_url())


def _problems(related: RelatedTickets) -> Iterable[Moment]:
    for problem in related.problems:
        yield from timestamp_moments(problem, _PROBLEM_STAMPS, title=str(problem), url=problem.get_absolute_url())


def _actions(related: RelatedTickets) -> Iterable[Moment]:
    rows = ActionItem.objects.filter(ticket__in=related.tickets).select_related("ticket", "owner", "team")
    for action in rows.order_by("-created_at", "-pk")[: MAX_LINKED * 5]:
        assigned_to = action.owner.name if action.owner else str(action.team)
        outcome = "Done" if action.status == ActionStatus.DONE else f"Declined: {action.reason}"
        labels = {"created_at": f"Assigned to {assigned_to}, due on {action.due_on:%Y-%m-%d}", "done_at": outcome}
        yield from timestamp_moments(action, labels, title=action.title, url=action.get_absolute_url())


def register() -> None:
    """Add the chapters of incidents; called from `ready()`."""
    register_chapter(Chapter(10, "Alerts", "No alert; a person reported it.", _alerts))
    register_chapter(Chapter(20, "Incidents", "No incident is linked to it.", _incidents))
    register_chapter(Chapter(30, "Customer updates", "Customers were told nothing.", _updates))
    register_chapter(Chapter(40, "Problems", "No problem is linked to it.", _problems))
    register_chapter(Chapter(60, "Action items", "No action items.", _actions))
