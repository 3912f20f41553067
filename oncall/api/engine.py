"""The endpoint of the engine."""

from rest_framework.request import Request
from rest_framework.response import Response

from config.base.data import clock
from config.base.rest.permissions import StaffOrToken
from config.base.rest.viewsets import AnswerViewSet
from oncall.engine import audit
from oncall.models import (
    EngineLane,
)
from oncall.serializers.engine import EngineSerializer


class EngineViewSet(AnswerViewSet):
    """The engine's pulse."""

    queryset = EngineLane.objects.order_by("worker", "lane")
    serializer_class = EngineSerializer
    permission_classes = (StaffOrToken,)

    def list(self, request: Request) -> Response:
        """When each lane last swept, and what the auditor found."""
        findings = audit.audit(at=clock.database_now())
        return Response(EngineSerializer({"lanes": self.get_queryset(), "findings": findings}).data)
