"""The list of severities."""

from config.base.web.views import ListPage
from incidents.filters.severities import SeverityFilter
from incidents.models import Severity
from incidents.tables.severities import SeverityTable


class SeverityList(ListPage):
    """What each severity means."""

    title = "Severities"
    queryset = Severity.objects.order_by("position")
    table_class = SeverityTable
    filterset_class = SeverityFilter
    filters = ("search", "retired")
    empty = "No severities yet. An administrator adds them under Administration, Severities."
