"""Endpoints of escalation policies, and of escalations."""

from collections.abc import Iterable

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.configuration import ConfigurationViewSet, Values
from config.base.rest.viewsets import requested_instant
from oncall.api.rota import AT
from oncall.api.subjects import OfSubjectViewSet
from oncall.escalation import policies, policy_reach
from oncall.escalation.draft_types import StepDraft
from oncall.escalation.machine import Target
from oncall.filters.escalation import EscalationFilter, EscalationPolicyFilter
from oncall.models import Escalation, EscalationEntry, EscalationPolicy, EscalationStep, EscalationTarget, User
from oncall.serializers.escalation import (
    EscalationPolicySerializer,
    EscalationPolicyWriteSerializer,
    EscalationSerializer,
    PolicyReachSerializer,
)


def _steps(rows: Iterable[Values]) -> tuple[StepDraft, ...]:
    return tuple(
        StepDraft(
            position=row.get("position", place),
            targets=tuple(Target(kind, record.pk) for target in row["targets"] for kind, record in target.items()),
            delay_minutes=row["delay_minutes"],
            mode=row["mode"],
        )
        for place, row in enumerate(rows)
    )


class EscalationPolicyViewSet(ConfigurationViewSet):
    """Escalation policies with their steps."""

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
    takes = EscalationPolicyWriteSerializer

    def write(self, record: EscalationPolicy | None, values: Values) -> EscalationPolicy:
        """The policy with its steps; one that can reach nobody is refused with the step named."""
        reason = values.pop("reason")
        if "team" in values:
            values["team_id"] = values.pop("team").pk
        if "fallback" in values:
            values["fallback"] = tuple(person.pk for person in values["fallback"])
        if "steps" in values:
            values["steps"] = _steps(values["steps"])
        return policies.save_policy(policy=record, values=values, reason=reason, at=self.at, actor=self.actor)

    def remove(self, record: EscalationPolicy) -> None:
        """Only a policy that nothing names."""
        policies.delete_policy(policy=record, actor=self.actor)

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
