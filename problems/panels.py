"""What problems add to the pages of an incident: its cause, and known errors that look like it."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from config.base.web import panels
from config.base.web.panels import Moment, timestamp_moments
from incidents import permissions
from incidents.models import LinkKind, Service, Ticket, TicketKind, TicketStatus, Visibility
from incidents.tickets.story import MOST, Circle
from problems.investigation import at_risk
from problems.known_errors import matching
from problems.models import KnownError, KnownErrorUse


def _cause(request: HttpRequest, ticket: Ticket) -> dict[str, Any] | None:
    can_act = permissions.can_act(request.user, ticket)
    causes = Ticket.objects.visible_to(request.user).filter(
        links_in__from_ticket=ticket, links_in__kind=LinkKind.CAUSED_BY
    )
    problems = list(causes.distinct().order_by("pk"))
    return {"ticket": ticket, "problems": problems, "can_act": can_act} if problems or can_act else None


def _known_errors(request: HttpRequest, ticket: Ticket) -> dict[str, Any] | None:
    """While the incident is open; behind a link in a message nothing of a private record."""
    is_stranger = not request.user.is_authenticated
    if ticket.kind != TicketKind.INCIDENT or not ticket.is_open:
        return None
    if is_stranger and ticket.visibility == Visibility.PRIVATE:
        return None
    found = matching.find_for(ticket, user=request.user)
    if not found:
        return None
    used = set(ticket.links_out.filter(kind=LinkKind.CAUSED_BY).values_list("to_ticket", flat=True))
    return {
        "ticket": ticket,
        "found": found,
        "used": used,
        "can_act": not is_stranger and permissions.can_act(request.user, ticket),
    }


def _before_declaring(request: HttpRequest, said: Any) -> dict[str, Any] | None:
    """While a person still types: what is known of it already, so that they need not wait for anybody."""
    found = matching.find(title=said.title, text=said.text, service=said.service, user=request.user)
    return {"found": found} if found else None


def _at_risk(request: HttpRequest, ticket: Ticket) -> dict[str, Any] | None:
    """What else the same cause may hit; nothing where nobody could say."""
    named = Service.objects.filter(problems_at_risk=ticket.pk).select_related("team").order_by("name")
    can_act = permissions.can_act(request.user, ticket) and ticket.status != TicketStatus.CLOSED
    proposed = at_risk.propose(ticket)[:8] if can_act else []
    return {"ticket": ticket, "named": named, "proposed": proposed, "can_act": can_act} if named or can_act else None


def _known(circle: Circle) -> Iterable[Moment]:
    """When a known error was published, and where in this story it helped."""
    for known in KnownError.objects.filter(problem__in=[one.pk for one in circle.problems]).order_by("pk")[:MOST]:
        yield from timestamp_moments(
            known, {"published_at": "Published"}, title=known.title, url=known.get_absolute_url()
        )
    uses = KnownErrorUse.objects.filter(incident__in=[one.pk for one in circle.incidents])
    uses = uses.filter(known_error__in=KnownError.objects.visible_to(circle.user))
    for use in uses.select_related("known_error", "incident").order_by("-used_at")[: MOST * 5]:
        text = f"Helped in {use.incident.reference}"
        yield Moment(use.used_at, text, use.known_error.title, use.known_error.get_absolute_url())


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register_chapter(panels.Chapter(70, "Known errors", "Nothing was written down for the next time.", _known))
    panels.register(
        panels.Panel("declare", 10, "problems/known_errors/panel_known_errors_declare.html", _before_declaring)
    )
    panels.register(panels.Panel("incident", 5, "problems/known_errors/panel_known_errors.html", _known_errors))
    panels.register(panels.Panel("incident", 20, "problems/investigation/panel_cause.html", _cause))
    panels.register(panels.Panel("problem", 20, "problems/investigation/panel_at_risk.html", _at_risk))
    panels.register(panels.Panel("respond", 10, "problems/known_errors/panel_known_errors_phone.html", _known_errors))
