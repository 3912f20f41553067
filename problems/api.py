"""Endpoints of problems."""

from incidents.api import TicketViewSet
from problems import filters, serializers
from problems.models import Problem


class ProblemViewSet(TicketViewSet):
    """Problems, newest first."""

    queryset = Problem.objects.select_related(
        "service", "severity", "team", "assignee", "opened_by", "requester__user"
    )
    serializer_class = serializers.ProblemSerializer
    filterset_class = filters.ProblemFilter
