"""Panels of problems on incidents (the cause, matching known errors) and on problems (services at risk)."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from config.base.web import panels
from config.base.web.panels import Fold, Moment, timestamp_moments
from incidents import permissions
from incidents.models import LinkKind, Service, Ticket, TicketKind, TicketStatus, Visibility
from incidents.tickets.story import MAX_LINKED, RelatedTickets
from problems.investigation import at_risk
from problems.known_errors import matching
from problems.models import KnownError, KnownErrorUse


def _cause_panel(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    can_act = permissions.can_act(request.user, ticket)
    causes = Ticket.objects.visible_to(request.user).filter(
        links_in__from_ticket=ticket, links_in__kind=LinkKind.CAUSED_BY
    )
    problems = list(causes.distinct().order_by("pk"))
    folds = [
        Fold("Open a problem", "problems:open-from-incident", ticket.reference, is_post=True),
        Fold("Link a problem", "problems:link-problem", ticket.reference),
    ]
    return {"problems": problems, "is_empty": not problems, "folds": folds if can_act and not problems else []}


def _known_errors_panel(request: HttpRequest, ticket: Ticket) -> dict[str, object] | None:
    """Matching known errors of an open incident; without sign-in none for a private one."""
    is_anonymous = not request.user.is_authenticated
    if ticket.kind != TicketKind.INCIDENT or not ticket.is_open:
        return None
    if is_anonymous and ticket.visibility == Visibility.PRIVATE:
        return None
    matches = matching.find_matches_for(ticket, user=request.user)
    if not matches:
        return None
    used_problems = set(ticket.links_out.filter(kind=LinkKind.CAUSED_BY).values_list("to_ticket", flat=True))
    return {
        "ticket": ticket,
        "known_errors": matches,
        "used": used_problems,
        "can_act": not is_anonymous and permissions.can_act(request.user, ticket),
    }


def _declare_panel(request: HttpRequest, draft: Any) -> dict[str, Any] | None:
    """Known errors that match what a person types before they declare an incident or log a call."""
    matches = matching.find_matches(title=draft.title, text=draft.text, service=draft.service, user=request.user)
    return {"known_errors": matches, "count": len(matches)} if matches else None


def _at_risk_panel(request: HttpRequest, ticket: Ticket) -> dict[str, object] | None:
    """Other services at risk, named and proposed; nothing if none is named and the reader may not name one."""
    named = Service.objects.filter(problems_at_risk=ticket.pk).select_related("team").order_by("name")
    can_act = permissions.can_act(request.user, ticket) and ticket.status != TicketStatus.CLOSED
    proposed = at_risk.propose(ticket)[:8] if can_act else []
    return {"ticket": ticket, "named": named, "proposed": proposed, "can_act": can_act} if named or can_act else None


def _known_error_moments(circle: RelatedTickets) -> Iterable[Moment]:
    """When known errors were published, and in which incidents they were used."""
    known_errors = KnownError.objects.filter(problem__in=[problem.pk for problem in circle.problems])
    for known_error in known_errors.order_by("pk")[:MAX_LINKED]:
        yield from timestamp_moments(
            known_error, {"published_at": "Published"}, title=known_error.title, url=known_error.get_absolute_url()
        )
    uses = KnownErrorUse.objects.filter(incident__in=[incident.pk for incident in circle.incidents])
    uses = uses.filter(known_error__in=KnownError.objects.visible_to(circle.user))
    for use in uses.select_related("known_error", "incident").order_by("-used_at", "-pk")[: MAX_LINKED * 5]:
        text = f"Used in {use.incident.reference}"
        yield Moment(use.used_at, text, use.known_error.title, use.known_error.get_absolute_url())


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register_chapter(panels.Chapter(70, "Known errors", "No known error yet.", _known_error_moments))
    panels.register(
        panels.Panel("declare", 10, "problems/known_errors/panel_known_errors_declare.html", _declare_panel)
    )
    panels.register(panels.Panel("desk", 10, "problems/known_errors/panel_known_errors_desk.html", _declare_panel))
    panels.register(
        panels.Panel(
            "incident", 5, "problems/known_errors/panel_known_errors.html", _known_errors_panel, group="related"
        )
    )
    panels.register(
        panels.Panel("incident", 20, "problems/investigation/panel_cause.html", _cause_panel, group="related")
    )
    panels.register(panels.Panel("problem", 20, "problems/investigation/panel_at_risk.html", _at_risk_panel))
    panels.register(
        panels.Panel("respond", 10, "problems/known_errors/panel_known_errors_phone.html", _known_errors_panel)
    )
