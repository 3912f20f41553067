"""Endpoints of escalation policies, and of escalations."""

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.viewsets import ReadViewSet, requested_instant
from oncall.api.rota import AT
from oncall.api.subjects import OfSubjectViewSet
from oncall.escalation import policy_reach
from oncall.filters.escalation import EscalationFilter, EscalationPolicyFilter
from oncall.models import Escalation, EscalationEntry, EscalationPolicy, EscalationStep, EscalationTarget, User
from oncall.serializers.escalation import EscalationPolicySerializer, EscalationSerializer, PolicyReachSerializer


class EscalationPolicyViewSet(ReadViewSet):
    """Escalation policies with their steps; they are set in the administration."""

    queryset = EscalationPolicy.objects.select_related("team").prefetch_related(
        Prefetch("fallback", User.objects.people().order_by("name", "pk")),
        Prefetch("steps", EscalationStep.objects.order_by("position")),
        Prefetch(
            "steps__targets",
            EscalationTarget.objects.select_related("user", "schedule", "team").order_by("position", "pk"),
        ),
    )
    serializer_class = EscalationPolicySerializer
    filterset_class = EscalationPolicyFilter
    order = "id"

    @extend_schema(parameters=[AT], responses=PolicyReachSerializer)
    @action(detail=True, url_path="on-call", query_parameters=("at",))
    def on_call(self, request: Request, pk: str) -> Response:
        """Whom each step would page at an instant, by schedules, teams and people."""
        reach = policy_reach.list_reached(self.get_object(), at=requested_instant(request))
        return Response(PolicyReachSerializer(reach).data)


class EscalationViewSet(OfSubjectViewSet):
    """Running and past escalations, newest first."""

    queryset = Escalation.objects.select_related("team", "policy", "acknowledged_by").prefetch_related(
        Prefetch("entries", EscalationEntry.objects.select_related("actor").order_by("pk"))
    )
    serializer_class = EscalationSerializer
    filterset_class = EscalationFilter
