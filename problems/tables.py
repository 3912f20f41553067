"""Table of problems."""

from incidents.tables import TicketTable
from problems.models import Problem


class ProblemTable(TicketTable):
    """Problems."""

    class Meta(TicketTable.Meta):
        model = Problem
