"""The page "Who would be paged" for a service and a severity."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from config.base.data import rights
from incidents.forms.services import ServiceQuestion
from incidents.models import Service, Severity
from incidents.response.paging import policy_for
from oncall.admin.escalation import simulation
from oncall.models import EscalationPolicy

_SEEN_WITH = ("oncall.view_escalationpolicy", "oncall.change_escalationpolicy")


def simulate_url(*, service: Service | None = None, severity: Severity | None = None) -> str:
    """The address of the page for a service, a severity or both; the reader chooses what is not given."""
    chosen = {"service": service, "severity": severity}
    query = urlencode({name: row.pk for name, row in chosen.items() if row is not None})
    return reverse("admin:incidents_service_simulate") + (f"?{query}" if query else "")


def simulation_page(request: HttpRequest, services: QuerySet[Service]) -> HttpResponse:
    """The question and its answer: the service's policy or its team's, with the severity's urgency.

    Those who may see policies in the administration may ask. Raises PermissionDenied.
    """
    if not any(rights.holds_somewhere(request.user, code) for code in _SEEN_WITH):
        raise PermissionDenied
    at = timezone.now()
    offered = services.select_related("team__escalation_policy", "escalation_policy").order_by("tier", "name")
    service = _chosen(request, offered)
    team = service.team if service else None
    form = ServiceQuestion(_question(request, service, at), services=offered)
    policy = policy_for(service=service, team=team) if service and team else None
    _check_right(request, policy)
    context = simulation.context(request, form, policy=policy, team=team, at=at)
    context |= {
        "subject": service or "Services",
        "subject_url": reverse("admin:incidents_service_change", args=[service.pk])
        if service
        else reverse("admin:incidents_service_changelist"),
    }
    if form.is_valid():
        severity: Severity = form.cleaned_data["severity"]
        if severity.pages:
            context["answer"] = simulation.answer(request, form, policy=policy, team=team, urgency=severity.urgency)
        else:
            context["pages_nobody"] = f"Nobody is paged: {severity.name} ({severity.title}) pages nobody."
    return simulation.page(request, context)


def _question(request: HttpRequest, service: Service | None, at: datetime) -> dict[str, object]:
    severity = Severity.objects.order_by("position").values_list("pk", flat=True).first()
    chosen = {"severity": severity, "service": service.pk if service else None}
    return simulation.initial_question(request, team=service.team if service else None, at=at, **chosen)


def _chosen(request: HttpRequest, offered: QuerySet[Service]) -> Service | None:
    """The service that was asked for, or the first one; none for a text that names none."""
    key = request.GET.get("service", "")
    if not key:
        return offered.first()
    return offered.filter(pk=key).first() if key.isdecimal() and len(key) < 19 else None


def _check_right(request: HttpRequest, policy: EscalationPolicy | None) -> None:
    if policy is not None and not any(request.user.has_perm(code, policy) for code in _SEEN_WITH):
        raise PermissionDenied
