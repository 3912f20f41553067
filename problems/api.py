"""Endpoints of problems and their actions, contributing factors and known errors."""

from collections.abc import Callable
from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.scopes import Scope, scoped
from config.base.rest.viewsets import Alias, ReadViewSet, post_action, status_is, write_handler
from incidents import response
from incidents.api.tickets import TicketViewSet, is_closed_so
from incidents.models import Ticket, TicketKind
from incidents.permissions import can_act
from incidents.serializers.response import AssignSerializer, NoteSerializer, OptionalNoteSerializer, ReasonSerializer
from oncall.models import User
from problems import filters, serializers
from problems.investigation import at_risk, factors, lifecycle
from problems.known_errors import matching
from problems.models import Factor, KnownError


class ProblemViewSet(TicketViewSet):
    """Problems, newest first."""

    queryset = (
        Ticket.objects.filter(kind=TicketKind.PROBLEM)
        .select_related(
            "problem", "service", "severity", "team", "assignee", "handover_from", "opened_by", "requester__user"
        )
        .prefetch_related("problem__services_at_risk")
    )
    serializer_class = serializers.ProblemSerializer
    filterset_class = filters.ProblemFilter

    def _do(self, verb_of: Callable[..., object], ticket: Ticket, **arguments: Any) -> Ticket:
        verb_of(problem_id=ticket.pk, actor=self.actor, at=self.at, **arguments)
        return ticket

    @write_handler(serializers.NewProblemSerializer, scope=Scope.PREVENT, may=can_act, status=201)
    def create(self, data: dict[str, Any]) -> Ticket:
        """Open the problem of an incident, or a problem without incidents."""
        context: dict[str, Any] = {"actor": self.actor, "at": self.at}
        if incident := data.pop("incident", None):
            return lifecycle.open_from_incident(incident_id=incident.pk, **data, **context)
        return lifecycle.open_problem(**data, **context)

    @write_handler(serializers.ProblemFactsSerializer, scope=Scope.PREVENT, may=can_act, partial=True)
    def partial_update(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Change only the fields that are sent."""
        return self._do(lifecycle.edit, ticket, changes=data)

    @post_action(serializers.IncidentChoiceSerializer, scope=Scope.PREVENT, may=can_act)
    def link_incident(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Link an incident that this problem caused."""
        return self._do(lifecycle.link_incident, ticket, incident_id=data["incident"].pk)

    @post_action(
        OptionalNoteSerializer, scope=Scope.PREVENT, may=can_act, is_done=status_is("assessed"), changes=("status",)
    )
    def assess(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Assess it: its cause should be investigated."""
        return self._do(lifecycle.assess, ticket, **data)

    @post_action(
        OptionalNoteSerializer, scope=Scope.PREVENT, may=can_act, is_done=status_is("analysis"), changes=("status",)
    )
    def analyze(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Analyze it: investigate the cause."""
        return self._do(lifecycle.analyze, ticket, **data)

    @post_action(serializers.PublishKnownErrorSerializer, scope=Scope.PREVENT, may=can_act, changes=("status",))
    def publish_known_error(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Publish its symptoms and workaround for responders of new incidents."""
        return self._do(lifecycle.publish_known_error, ticket, **data)

    @post_action(
        OptionalNoteSerializer,
        scope=Scope.PREVENT,
        may=can_act,
        is_done=status_is("fix_in_progress"),
        changes=("status",),
    )
    def start_fix(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Start to fix the cause."""
        return self._do(lifecycle.start_fix, ticket, **data)

    @post_action(
        OptionalNoteSerializer,
        scope=Scope.PREVENT,
        may=can_act,
        is_done=status_is("resolved"),
        changes=("status", "resolved_at"),
    )
    def resolve(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Resolve it: the cause is fixed. Incidents that waited only for this are resolved too."""
        return self._do(lifecycle.resolve, ticket, **data)

    @extend_schema(responses=serializers.AtRiskSerializer(many=True))
    @action(detail=True, serializer_class=serializers.AtRiskSerializer, filter_backends=(), pagination_class=None)
    def at_risk(self, request: Request, pk: str) -> Response:
        """Other services that the same cause may affect, by the dependency map, without those named already."""
        return Response(self.get_serializer(at_risk.propose(self.get_object()), many=True).data)

    @post_action(serializers.NameServicesSerializer, scope=Scope.PREVENT, may=can_act, changes=("services_at_risk",))
    def name_services(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Name other services at risk: each team that owns one of them gets one action item."""
        return self._do(at_risk.name_services, ticket, **data)

    @post_action(
        serializers.CloseProblemSerializer,
        scope=Scope.PREVENT,
        may=can_act,
        is_done=is_closed_so,
        changes=("status", "closure_code", "closure_note", "closed_at"),
    )
    def close(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Close it with a code."""
        return self._do(lifecycle.close, ticket, **data)

    @post_action(
        ReasonSerializer,
        scope=Scope.PREVENT,
        may=can_act,
        is_done=lambda ticket, data: ticket.is_open,
        changes=("status", "reopened_at"),
    )
    def reopen(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Reopen it: analyze the cause again."""
        return self._do(lifecycle.reopen, ticket, **data)

    @post_action(AssignSerializer, scope=Scope.PREVENT, may=can_act, changes=("assignee",))
    def assign(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Assign it to a person."""
        return response.assign(ticket_id=ticket.pk, actor=self.actor, at=self.at, **data)

    @post_action(
        NoteSerializer,
        scope=Scope.PREVENT,
        may=can_act,
        aliases=(Alias("note", deprecated_on=date(2026, 11, 29), removed_in="0.2.0"),),
    )
    def add_note(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Add a note to the timeline."""
        return response.add_note(ticket_id=ticket.pk, actor=self.actor, at=self.at, **data)


def _may_use(user: User, known_error: KnownError) -> bool:
    return can_act(user)


class FactorViewSet(ReadViewSet):
    """Contributing factors, newest first."""

    queryset = Factor.objects.select_related("problem", "created_by")
    serializer_class = serializers.FactorSerializer
    filterset_class = filters.FactorFilter

    @write_handler(serializers.NewFactorSerializer, scope=Scope.PREVENT, may=can_act, status=201)
    def create(self, data: dict[str, Any]) -> Factor:
        """Add a factor to a problem's tree."""
        problem = data.pop("problem")
        return factors.add(problem_id=problem.pk, actor=self.actor, at=self.at, **data)

    @extend_schema(request=None, responses={204: None})
    @scoped(Scope.PREVENT)
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a factor from the tree; the timeline keeps its text."""
        factor = self.get_object()
        if not can_act(request.user, factor.problem):
            raise exceptions.PermissionDenied("Your role does not allow this. Ask an administrator for it.")
        factors.remove(factor_id=factor.pk, actor=self.actor, at=self.at)
        return Response(status=204)


class KnownErrorViewSet(ReadViewSet):
    """Known errors, newest first; `?looks_like=INC-7` gives those that match an incident."""

    queryset = KnownError.objects.select_related("problem__service")
    serializer_class = serializers.KnownErrorSerializer
    filterset_class = filters.KnownErrorFilter

    def get_queryset(self) -> Any:
        """With the uses that the caller may see."""
        rows: Any = super().get_queryset()
        return rows.with_uses(self.request.user)

    @post_action(serializers.IncidentChoiceSerializer, scope=Scope.PREVENT, may=_may_use)
    def use(self, known_error: KnownError, data: dict[str, Any]) -> KnownError:
        """Record that it explains an incident: counted once, and its workaround is copied to the incident."""
        incident = data["incident"]
        return matching.use(known_error_id=known_error.pk, incident_id=incident.pk, actor=self.actor, at=self.at)
