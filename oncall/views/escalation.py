"""The list of escalations."""

from django.db.models import QuerySet

from config.base.web.views import ListPage
from oncall import subjects
from oncall.filters.escalation import EscalationFilter
from oncall.models import Escalation
from oncall.tables.escalation import EscalationTable
from oncall.views import tabs


class EscalationList(ListPage):
    """Running and past escalations."""

    title = "Escalations"
    icon = "bell-ringing"
    tabs = tabs.PAGING
    queryset = Escalation.objects.select_related("team", "policy", "acknowledged_by").order_by("-triggered_at")
    table_class = EscalationTable
    filterset_class = EscalationFilter
    filters = ("state", "team")
    empty = "Nothing has been escalated yet."
    refresh = 8

    def get_queryset(self) -> QuerySet[Escalation]:
        """Those whose subject the reader may see."""
        return super().get_queryset().filter(subjects.visible(self.person))
