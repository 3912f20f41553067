"""Filters of problems."""

from incidents.filters import TicketFilter
from problems.models import Problem


class ProblemFilter(TicketFilter):
    """Problems."""

    class Meta(TicketFilter.Meta):
        model = Problem
