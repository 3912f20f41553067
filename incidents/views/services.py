"""The service catalog and its readiness."""

from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.web.guards import Repeatable
from config.base.web.views import Destination, DetailPage, ListPage, PostPage
from incidents import permissions
from incidents.desk.last_words import with_last_words
from incidents.filters.services import ReadinessFilter, ServiceFilter
from incidents.models import Service, ServiceReadiness, Ticket
from incidents.services import readiness
from incidents.sla.next_due import with_open_clocks
from incidents.tables.desk.rows import DeskTable
from incidents.tables.services import ReadinessTable, ServiceTable
from incidents.views import tabs
from incidents.views.tickets.queue import with_unowned
from oncall.escalation import policy_text
from oncall.models import EscalationPolicy


class ServiceList(ListPage):
    """Services and the teams that own them."""

    title = "Services"
    icon = "stack-2"
    tabs = tabs.SERVICES
    queryset = Service.objects.select_related("team", "escalation_policy").order_by("tier", "name")
    table_class = ServiceTable
    filterset_class = ServiceFilter
    filters = ("search", "kind", "team", "retired")
    empty = "No services yet. An administrator adds them under Administration, Services."


class ServicePage(DetailPage):
    """One service: owner, escalation policy, dependencies, open tickets."""

    template_name = "incidents/services/service.html"
    queryset = Service.objects.select_related("team__escalation_policy", "escalation_policy")
    context_object_name = "service"
    place = "service"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """All of the page."""
        service = self.object
        policy = service.escalation_policy or service.team.escalation_policy
        rows = with_unowned(with_last_words(with_open_clocks(Ticket.objects.for_list().visible_to(self.person))))
        rows = rows.filter(service=service)
        worst_first = rows.open().order_by("priority", "-created_at", "-pk")[:50]
        table = DeskTable(worst_first, orderable=False)
        table.at = self.at
        return super().get_context_data(**kwargs) | {
            "policy": policy_text.describe(policy, at=self.at) if policy else None,
            "simulate_url": self._simulate_url(policy),
            "needs": service.depends_on.select_related("team").order_by("name"),
            "needed_by": service.needed_by.select_related("team").order_by("name"),
            "table": table,
            "newest": rows.exclude(pk__in=rows.open()).order_by("-created_at", "-pk")[:5],
            "integrations": service.integrations.order_by("name"),
        }

    def _simulate_url(self, policy: EscalationPolicy | None) -> str:
        """Where those who may see the policy in the administration ask whom it pages when; empty for others."""
        if policy is None or not self.person.is_staff:
            return ""
        if not self.person.has_perm("oncall.view_escalationpolicy", policy):
            return ""
        return f"{reverse('admin:incidents_service_simulate')}?service={self.object.pk}"


class CheckService(PostPage):
    """The button that checks a service again."""

    guard = Repeatable("it only checks")
    confirm = ""
    done = "Checked."

    def may(self) -> bool:
        """People who act on tickets."""
        return permissions.can_act(self.person)

    def perform(self) -> Destination:
        """Check it."""
        service = get_object_or_404(Service, slug=self.kwargs["slug"])
        readiness.check_now(service=service, at=self.at)
        return service

    def back(self) -> str:
        """The service's page."""
        return reverse("incidents:service", args=[self.kwargs["slug"]])


class ReadinessList(ListPage):
    """Readiness of all services, the least ready first."""

    title = "Readiness of services"
    icon = "checklist"
    tabs = tabs.SERVICES
    lead = "Checked every night, and after a change of a rota, a policy or a contact method."
    queryset = (
        ServiceReadiness.objects.filter(checked_at__isnull=False)
        .select_related("service__team")
        .order_by("score", "service__tier", "service__name")
    )
    table_class = ReadinessTable
    filterset_class = ReadinessFilter
    filters = ("search", "team", "tier", "failing")
    empty = "No service was checked yet. A new service is checked within a minute."
