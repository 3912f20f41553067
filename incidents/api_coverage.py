"""Endpoint of who answers for each service."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.api import AnswerViewSet, asked_instant
from incidents import coverage, serializers
from incidents.models import Service
from oncall.api import AT


class CoverageViewSet(AnswerViewSet):
    """Who answers for every service, at any moment."""

    queryset = Service.objects.select_related("team").order_by("tier", "name")
    serializer_class = serializers.CoverageSerializer
    query_parameters = ("at",)

    @extend_schema(parameters=[AT])
    def list(self, request: Request) -> Response:
        """All services at one moment, in one answer."""
        at = asked_instant(request)
        answer = {"at": at, "services": coverage.who_answers(self.get_queryset(), at=at)}
        return Response(serializers.CoverageSerializer(answer).data)
