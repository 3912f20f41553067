"""Endpoints of services, who is on call for them, and their readiness."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.data import rights
from config.base.rest.configuration import ConfigurationViewSet, Values, with_values
from config.base.rest.viewsets import SLUG, AnswerViewSet, ReadViewSet, requested_instant
from incidents.filters.services import ReadinessFilter, ServiceFilter
from incidents.models import Service, ServiceDependency, ServiceReadiness
from incidents.serializers.services import (
    CoverageSerializer,
    ReadinessSerializer,
    ServiceSerializer,
    ServiceWriteSerializer,
)
from incidents.services import coverage, definitions
from oncall.api.rota import AT


class ServiceViewSet(ConfigurationViewSet):
    """The service catalogue."""

    natural_key = "slug"
    lookup_value_regex = SLUG
    queryset = Service.objects.select_related("team", "escalation_policy").prefetch_related(
        Prefetch("depends_on", Service.objects.order_by("name"))
    )
    serializer_class = ServiceSerializer
    filterset_class = ServiceFilter
    order = "id"
    takes = ServiceWriteSerializer

    def check_may_write(self, record: Service | None, values: Mapping[str, object]) -> None:
        """As the table says of the service; what it needs has a line of its own."""
        super().check_may_write(record, values)
        changed = with_values(Service() if record is None else record, values)
        code = "incidents.change_servicedependency"
        if values.get("depends_on") and not self.actor.has_perm(code, ServiceDependency(service=changed)):
            raise PermissionDenied(rights.who_can(code))

    def write(self, record: Service | None, values: Values) -> Service:
        """The service with what it needs."""
        reason, needs = values.pop("reason"), values.pop("depends_on", None)
        return definitions.save_service(
            service=record, values=values, depends_on=needs, reason=reason, at=self.at, actor=self.actor
        )

    def remove(self, record: Service) -> None:
        """Only a service that nothing names."""
        definitions.delete_service(service=record, actor=self.actor)


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
