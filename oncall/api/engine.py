"""The endpoint of system health."""

from rest_framework.request import Request
from rest_framework.response import Response

from config.base.data import clock
from config.base.rest.permissions import ScopedAccess, require_right
from config.base.rest.viewsets import AnswerViewSet
from oncall.engine import health_checks
from oncall.models import EngineLane
from oncall.serializers.engine import EngineSerializer


class EngineViewSet(AnswerViewSet):
    """System health: the engine's lanes and the findings of the health checks."""

    queryset = EngineLane.objects.order_by("worker", "lane")
    serializer_class = EngineSerializer
    permission_classes = (ScopedAccess, require_right("oncall.view_enginelane"))

    def list(self, request: Request) -> Response:
        """When each lane last swept, and the findings of the health checks."""
        findings = health_checks.check_health(at=clock.database_now()).findings
        return Response(EngineSerializer({"lanes": self.get_queryset(), "findings": findings}).data)
