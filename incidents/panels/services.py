"""Who is on call for services, a team's services and open tickets, and a service's readiness."""

from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest

from config.base.web import panels
from incidents import permissions
from incidents.models import Service, ServiceReadiness, Ticket
from incidents.services import coverage
from incidents.services.subject import SERVICE
from oncall.models import Team
from oncall.panels import obligations

_SERVICES_PER_PAGE = 100


def _services_on_call(request: HttpRequest, at: datetime) -> dict[str, object]:
    rows = Service.objects.select_related("team").order_by("tier", "name")
    page = Paginator(rows, _SERVICES_PER_PAGE).get_page(request.GET.get("services"))
    return {"covered": coverage.list_coverage(page.object_list, at=at), "page": page}


def _team_panel(request: HttpRequest, team: Team) -> dict[str, object]:
    tickets = Ticket.objects.for_list().visible_to(request.user).filter(team=team)
    return {
        "services": team.services.order_by("tier", "name"),
        "tickets": tickets.filter(pk__in=Ticket.objects.open().filter(team=team)).order_by(
            "priority", "-created_at", "-pk"
        )[:20],
    }


def _readiness_panel(request: HttpRequest, service: Service) -> dict[str, object]:
    """The result of the last check; a new service has none yet."""
    result = ServiceReadiness.objects.filter(service=service).first()
    return {"service": service, "readiness": result, "may_check": permissions.can_act(request.user)}


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register(panels.Panel("on-call", 10, "incidents/services/panel_on_call.html", _services_on_call))
    panels.register(panels.Panel("team", 10, "incidents/services/panel_team.html", _team_panel))
    panels.register(panels.Panel("service", 5, "incidents/services/panel_readiness.html", _readiness_panel))
    obligations.register("service", 10, subject_type=SERVICE)
