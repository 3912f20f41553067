"""Endpoints of people, standby, escalations, pages, what is owed, and the engine."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.base import clock
from config.base.api import AnswerViewSet, ReadViewSet, asked_instant, verb, writes
from config.base.permissions import StaffOrToken
from oncall import (
    api_load,
    filters,
    handoffs,
    obligations,
    permissions,
    saved_views,
    schedules,
    serializers,
    subjects,
    watchdog,
)
from oncall.models import (
    EngineLane,
    Escalation,
    EscalationEntry,
    HandoffNote,
    Membership,
    Obligation,
    Page,
    SavedView,
    Schedule,
    Team,
    User,
    WorkInterval,
)
from oncall.serializers_load import LoadSerializer

AT = OpenApiParameter("at", OpenApiTypes.DATETIME, description="A moment with its offset; without it, now.")


class UserViewSet(ReadViewSet):
    """People with an account."""

    queryset = User.objects.prefetch_related(
        Prefetch("memberships", Membership.objects.select_related("team").order_by("team__name", "pk"))
    )
    serializer_class = serializers.UserSerializer
    filterset_class = filters.UserFilter
    order = "id"


class TeamViewSet(ReadViewSet):
    """Teams and their people."""

    queryset = Team.objects.select_related("escalation_policy").prefetch_related(
        Prefetch("memberships", Membership.objects.select_related("user").order_by("user__name", "pk"))
    )
    serializer_class = serializers.TeamSerializer
    filterset_class = filters.TeamFilter
    order = "id"

    @extend_schema(parameters=api_load.DAYS, responses=LoadSerializer)
    @action(detail=True, query_parameters=api_load.NAMES)
    def load(self, request: Request, pk: str) -> Response:
        """Minutes on call against a fair share, and pages; of single people only what the caller may read."""
        return api_load.answer(request, team=self.get_object())


def turn_of(roster: schedules.Roster, at: datetime) -> dict[str, Any]:
    """Who is on call at a moment, as `TurnSerializer` shows it."""
    turn = schedules.stint(roster, at=at)
    return {
        "schedule": roster.schedule,
        "at": at,
        "people": turn.users,
        "shadows": turn.shadows,
        "starts_at": turn.starts_at,
        "ends_at": turn.ends_at,
        "next": turn.following,
        "because": turn.because,
    }


class OnCallViewSet(AnswerViewSet):
    """Who is on call, on every schedule."""

    queryset = Schedule.objects.all()
    serializer_class = serializers.OnCallSerializer
    query_parameters = ("at",)

    @extend_schema(parameters=[AT])
    def list(self, request: Request) -> Response:
        """All schedules at one moment, in one answer."""
        at = asked_instant(request)
        turns = [turn_of(roster, at) for roster in schedules.load_range(at)]
        return Response(serializers.OnCallSerializer({"at": at, "schedules": turns}).data)


class HandoffNoteViewSet(ReadViewSet):
    """What people on call left for the next, newest first."""

    queryset = HandoffNote.objects.select_related("author")
    serializer_class = serializers.HandoffNoteSerializer
    filterset_class = filters.HandoffNoteFilter
    scope = "respond"

    @writes(serializers.NewHandoffNoteSerializer, status=201)
    def create(self, data: dict[str, Any]) -> HandoffNote:
        """Leave a note at the end of a shift."""
        return handoffs.write(actor=self.actor, at=timezone.now(), **data)


class OfSubjectViewSet(ReadViewSet):
    """Rows that know their subject; they are as visible as it is."""

    subject_at = ""

    def get_queryset(self) -> QuerySet[Any]:
        """Those whose subject the caller may know of."""
        return super().get_queryset().filter(subjects.visible(self.request.user, prefix=self.subject_at))


class EscalationViewSet(OfSubjectViewSet):
    """Policies at work, newest first."""

    queryset = Escalation.objects.select_related("team", "policy", "acknowledged_by").prefetch_related(
        Prefetch("entries", EscalationEntry.objects.select_related("actor").order_by("pk"))
    )
    serializer_class = serializers.EscalationSerializer
    filterset_class = filters.EscalationFilter


class PageViewSet(OfSubjectViewSet):
    """Messages to people, newest first, with what became of each."""

    queryset = Page.objects.select_related("escalation", "user")
    serializer_class = serializers.PageSerializer
    filterset_class = filters.PageFilter
    subject_at = "escalation__"


class WorkIntervalViewSet(OfSubjectViewSet):
    """Who worked on what, from when to when."""

    queryset = WorkInterval.objects.select_related("user")
    serializer_class = serializers.WorkIntervalSerializer
    filterset_class = filters.WorkIntervalFilter


class ObligationViewSet(OfSubjectViewSet):
    """What is owed by a date, newest first; the verbs of its record end most of it."""

    queryset = Obligation.objects.select_related("rule", "owner", "team", "ended_by")
    serializer_class = serializers.ObligationSerializer
    filterset_class = filters.ObligationFilter

    @verb(may=permissions.can_finish)
    def fulfil(self, obligation: Obligation, data: dict[str, Any]) -> Obligation:
        """Say that it is done, where nothing on its record says so."""
        return obligations.finish(obligation_id=obligation.pk, actor=self.actor, at=timezone.now())

    @verb(serializers.DismissSerializer, may=permissions.can_dismiss)
    def dismiss(self, obligation: Obligation, data: dict[str, Any]) -> Obligation:
        """Say that it need not be done, and why."""
        return obligations.dismiss(obligation_id=obligation.pk, actor=self.actor, at=timezone.now(), **data)

    @verb(serializers.PostponeSerializer, may=permissions.can_postpone)
    def postpone(self, obligation: Obligation, data: dict[str, Any]) -> Obligation:
        """Put it off to a later time, and say why."""
        return obligations.postpone(obligation_id=obligation.pk, actor=self.actor, at=timezone.now(), **data)


class EngineViewSet(AnswerViewSet):
    """The engine's pulse."""

    queryset = EngineLane.objects.order_by("worker", "lane")
    serializer_class = serializers.EngineSerializer
    permission_classes = (StaffOrToken,)

    def list(self, request: Request) -> Response:
        """When each lane last swept, and what the auditor found."""
        findings = watchdog.audit(at=clock.database_now())
        return Response(serializers.EngineSerializer({"lanes": self.get_queryset(), "findings": findings}).data)


class SavedViewViewSet(ReadViewSet):
    """Names for the states of lists: the caller's own and those of their teams."""

    queryset = SavedView.objects.select_related("owner", "team")
    serializer_class = serializers.SavedViewSerializer
    filterset_class = filters.SavedViewFilter

    @writes(serializers.NewViewSerializer, status=201)
    def create(self, data: dict[str, Any]) -> SavedView:
        """Keep the state of a list under a name."""
        return saved_views.keep(**data, actor=self.actor, at=timezone.now())

    @writes(serializers.ViewChangesSerializer, partial=True)
    def partial_update(self, view: SavedView, data: dict[str, Any]) -> SavedView:
        """Change the named fields and no others."""
        return saved_views.change(view_id=view.pk, **data, actor=self.actor, at=timezone.now())

    @verb(serializers.PlaceSerializer, scope="write")
    def move(self, view: SavedView, data: dict[str, Any]) -> SavedView:
        """Show it one place earlier or later."""
        return saved_views.move(view_id=view.pk, **data, actor=self.actor, at=timezone.now())

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Forget the name; the list stays what it is."""
        saved_views.remove(view_id=self.get_object().pk, actor=self.actor)
        return Response(status=204)
