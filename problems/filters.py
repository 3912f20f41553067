"""Filters of problems; page and endpoint share them."""

from incidents.filters import TicketFilter
from problems.models import Problem


class ProblemFilter(TicketFilter):
    """Problems."""

    class Meta(TicketFilter.Meta):
        model = Problem
        fields: tuple[str, ...] = ()
