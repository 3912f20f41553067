"""Pages of problems."""

from config.base.views import ListPage
from incidents.models import Ticket, TicketKind
from incidents.tables import TicketTable
from problems.filters import ProblemFilter
from problems.models import Problem


class ProblemList(ListPage):
    """All problems; the shared record is listed, so that one query serves."""

    title = "Problems"
    model = Problem
    queryset = Ticket.objects.filter(kind=TicketKind.PROBLEM).for_list().order_by("priority", "-created_at")
    table_class = TicketTable
    filterset_class = ProblemFilter
    filters = ("search", "group", "severity", "team", "service")
    empty = "No problems yet. They are opened from incidents whose cause is worth finding."
