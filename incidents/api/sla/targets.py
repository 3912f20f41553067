"""Endpoints of SLA targets, and of what a ticket would be promised."""

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.configuration import ConfigurationViewSet, Values
from config.base.rest.scopes import Scope, scoped
from config.base.rest.viewsets import AnswerViewSet, post_action, write_handler
from incidents.filters.sla.targets import SlaTargetFilter
from incidents.models import SlaTarget, SlaTargetVersion
from incidents.permissions import can_set_targets
from incidents.serializers.sla import targets as serializers
from incidents.sla import targets, whole_targets
from incidents.sla.asking import preview_promises
from incidents.sla.conditions import FIELDS, read_fields

_TYPES = {int: "integer", str: "string", bool: "boolean"}


class SlaTargetViewSet(ConfigurationViewSet):
    """SLA targets with their versions; a change of what one promises is a new version."""

    queryset = SlaTarget.objects.select_related("team").prefetch_related(
        Prefetch(
            "versions",
            SlaTargetVersion.objects.select_related("created_by").order_by("-effective_from", "-created_at", "-pk"),
        )
    )
    serializer_class = serializers.SlaTargetSerializer
    filterset_class = SlaTargetFilter
    order = "id"

    def get_serializer_context(self) -> dict[str, object]:
        """With the target, because a verb takes only versions of its own."""
        context = dict(super().get_serializer_context())
        return context | {"target": self.get_object()} if self.detail else context

    takes = serializers.NewSlaTargetSerializer

    def write(self, record: SlaTarget | None, values: Values) -> SlaTarget:
        """The target; another promise is a new version, by default in force from the next minute on."""
        draft = serializers.draft_from(values)
        return whole_targets.save_target(target=record, draft=draft, **values, at=self.at, actor=self.actor)

    def remove(self, record: SlaTarget) -> None:
        """Only a target without versions; others are retired."""
        whole_targets.delete_target(target=record, actor=self.actor)

    @write_handler(serializers.TargetChangesSerializer, scope=Scope.CONFIGURE, may=can_set_targets, partial=True)
    def partial_update(self, target: SlaTarget, data: dict[str, Any]) -> SlaTarget:
        """Change the name, the description or the external id."""
        return targets.change_target(target=target, **data, actor=self.actor)

    @post_action(
        serializers.NewSlaVersionSerializer, scope=Scope.CONFIGURE, may=can_set_targets, changes=("versions",)
    )
    def add_version(self, target: SlaTarget, data: dict[str, Any]) -> SlaTarget:
        """Change what it promises, from a moment on; versions planned for later stay planned."""
        draft = serializers.draft_from(data)
        return targets.add_version(target=target, draft=draft, **data, at=self.at, actor=self.actor).target

    @post_action(serializers.RevertSerializer, scope=Scope.CONFIGURE, may=can_set_targets)
    def revert(self, target: SlaTarget, data: dict[str, Any]) -> SlaTarget:
        """Make a new version with the content of an old one, from a moment on."""
        return targets.revert(**data, at=self.at, actor=self.actor).target

    @post_action(
        serializers.OfTargetSerializer,
        scope=Scope.CONFIGURE,
        may=can_set_targets,
        is_done=lambda target, data: SlaTargetVersion.objects.get(pk=data["version"].pk).withdrawn_at is not None,
    )
    def withdraw(self, target: SlaTarget, data: dict[str, Any]) -> SlaTarget:
        """Withdraw a version that is not in force yet; 409 once it is."""
        return targets.withdraw_version(version=data["version"], at=self.at, actor=self.actor).target

    @post_action(serializers.MomentSerializer, scope=Scope.CONFIGURE, may=can_set_targets)
    def retire(self, target: SlaTarget, data: dict[str, Any]) -> SlaTarget:
        """End the target from a moment on: it promises nothing from then."""
        return targets.retire_target(target=target, **data, at=self.at, actor=self.actor).target


class SlaViewSet(AnswerViewSet[SlaTarget]):
    """The fields that conditions of targets may name, and what a ticket would be promised."""

    queryset = SlaTarget.objects.all()
    serializer_class = serializers.ConditionFieldsSerializer

    def list(self, request: Request) -> Response:
        """Each field with the type of its values, and the values where they are fixed."""
        rows = [
            {
                "name": field.name,
                "words": field.label,
                "type": _TYPES[field.kind],
                "values": [value for value, _ in field.choices],
            }
            for field in FIELDS.values()
        ]
        return Response(serializers.ConditionFieldsSerializer({"condition_fields": rows}).data)

    @extend_schema(request=serializers.TicketFieldsSerializer, responses=serializers.PromisesSerializer)
    @action(detail=False, methods=["post"])
    @scoped(Scope.READ)
    def preview(self, request: Request) -> Response:
        """What a ticket with these fields would be promised if it began at `start`; nothing is stored."""
        serializer = serializers.TicketFieldsSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        promises = preview_promises(fields=read_fields(data["fields"]), start=data["start"], at=self.at)
        rows = [promise for promise in promises if data["kind"] in {None, promise.kind}]
        return Response(serializers.PromisesSerializer({"promises": rows}).data)
