"""Endpoints of services, who is on call for them, and their readiness."""

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.viewsets import SLUG, AnswerViewSet, ReadViewSet, requested_instant
from incidents.filters.services import ReadinessFilter, ServiceFilter
from incidents.models import Service, ServiceReadiness
from incidents.serializers.services import CoverageSerializer, ReadinessSerializer, ServiceSerializer
from incidents.services import coverage
from oncall.api.rota import AT


class ServiceViewSet(ReadViewSet):
    """The service catalogue."""

    natural_key = "slug"
    lookup_value_regex = SLUG
    queryset = Service.objects.select_related("team", "escalation_policy").prefetch_related(
        Prefetch("depends_on", Service.objects.order_by("name"))
    )
    serializer_class = ServiceSerializer
    filterset_class = ServiceFilter
    order = "id"


class ReadinessViewSet(ReadViewSet):
    """How ready each service is for its next incident, with every check."""

    queryset = ServiceReadiness.objects.select_related("service")
    serializer_class = ReadinessSerializer
    filterset_class = ReadinessFilter
    order = "id"


class CoverageViewSet(AnswerViewSet):
    """Who is on call for each service, at any moment."""

    queryset = Service.objects.select_related("team").order_by("tier", "name")
    serializer_class = CoverageSerializer
    query_parameters = ("at",)

    @extend_schema(parameters=[AT])
    def list(self, request: Request) -> Response:
        """All services at one moment, in one answer."""
        at = requested_instant(request)
        answer = {"at": at, "services": coverage.list_coverage(self.get_queryset(), at=at)}
        return Response(CoverageSerializer(answer).data)
