"""The list of alerts, and the page of one."""

from django.db.models import Q, QuerySet

from config.base.web.views import DetailPage, ListPage
from incidents.filters.alerts import AlertFilter
from incidents.models import Alert, Ticket
from incidents.tables.alerts import AlertTable
from oncall.models import User


def visible_alerts(alerts: QuerySet[Alert], user: User) -> QuerySet[Alert]:
    """Alerts without a ticket, and those whose ticket this person may see."""
    return alerts.filter(Q(ticket__isnull=True) | Q(ticket__in=Ticket.objects.visible_to(user)))


class AlertList(ListPage):
    """All alerts, newest first."""

    title = "Alerts"
    icon = "bell-ringing"
    queryset = Alert.objects.select_related("integration__service", "ticket").order_by("-opened_at")
    table_class = AlertTable
    filterset_class = AlertFilter
    filters = ("search", "status", "service", "integration")
    empty = "No alerts yet. Configure a monitoring tool with an integration's address, and its alerts appear here."
    refresh = 10

    def get_queryset(self) -> QuerySet[Alert]:
        """Alerts that the reader may see."""
        return visible_alerts(super().get_queryset(), self.person)


class AlertPage(DetailPage):
    """One alert: what it did and why, its events, its latest payload."""

    template_name = "incidents/alerts/alert.html"
    queryset = Alert.objects.select_related("integration__service", "ticket")
    context_object_name = "alert"

    def get_queryset(self) -> QuerySet[Alert]:
        """Alerts that the reader may see."""
        return visible_alerts(super().get_queryset(), self.person)

    def get_title(self) -> str:
        """The alert's title."""
        return str(self.object.title)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With its newest events."""
        return super().get_context_data(**kwargs) | {"events": self.object.events.order_by("-received_at", "-pk")[:50]}
