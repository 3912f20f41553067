"""Endpoints of who is on call, and of handoff notes."""

from datetime import datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.scopes import Scope
from config.base.rest.viewsets import AnswerViewSet, ReadViewSet, requested_instant, write_handler
from oncall import schedules
from oncall.filters.rota import HandoffNoteFilter
from oncall.models import HandoffNote, Schedule
from oncall.rota import handoff_notes
from oncall.serializers.rota import HandoffNoteSerializer, NewHandoffNoteSerializer, OnCallSerializer

AT = OpenApiParameter("at", OpenApiTypes.DATETIME, description="An instant with its offset; default: now.")


def turn_of(roster: schedules.Roster, at: datetime) -> dict[str, Any]:
    """Who is on call at an instant, as `TurnSerializer` shows it."""
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
    serializer_class = OnCallSerializer
    query_parameters = ("at",)

    @extend_schema(parameters=[AT])
    def list(self, request: Request) -> Response:
        """All schedules at one instant, in one response."""
        at = requested_instant(request)
        turns = [turn_of(roster, at) for roster in schedules.load_range(at)]
        return Response(OnCallSerializer({"at": at, "schedules": turns}).data)


class HandoffNoteViewSet(ReadViewSet):
    """Notes for the next person on call, newest first."""

    queryset = HandoffNote.objects.select_related("author")
    serializer_class = HandoffNoteSerializer
    filterset_class = HandoffNoteFilter

    @write_handler(NewHandoffNoteSerializer, scope=Scope.ROTA, status=201)
    def create(self, data: dict[str, Any]) -> HandoffNote:
        """Write a handoff note at the end of a shift."""
        return handoff_notes.write_note(actor=self.actor, at=self.at, **data)
