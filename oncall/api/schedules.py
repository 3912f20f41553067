"""Endpoints of schedules: names, versions, the final schedule, warnings, and previews of drafts."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError as DraftError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.data.clock import ceil_minute, floor_minute
from config.base.rest.pagination import Pagination
from config.base.rest.scopes import Scope, scoped
from config.base.rest.viewsets import ReadViewSet, post_action, requested_instant, write_handler
from oncall import schedules
from oncall.api import load as load_api
from oncall.api.rota import AT, turn_of
from oncall.filters.schedules import ScheduleFilter, ScheduleVersionFilter
from oncall.models import Schedule, ScheduleVersion, Team, User
from oncall.permissions import can_manage_team
from oncall.schedules import editing, lifecycle, neutral, previewing, warnings
from oncall.schedules.drafts import LayerDraft
from oncall.schedules.timeline import ScheduleTimeline, build_timeline
from oncall.serializers.load import LoadSerializer
from oncall.serializers.rota import TurnSerializer
from oncall.serializers.schedules import (
    FinalSerializer,
    LayersSerializer,
    NewScheduleSerializer,
    NewVersionSerializer,
    PreviewedSerializer,
    PreviewSerializer,
    ScheduleSerializer,
    VersionSerializer,
    WarningsSerializer,
)

MAX_RANGE = timedelta(days=400)
DEFAULT_RANGE = timedelta(weeks=8)
SINCE = OpenApiParameter("since", OpenApiTypes.DATETIME, description="A whole minute; default: now.")
UNTIL = OpenApiParameter("until", OpenApiTypes.DATETIME, description="At most 400 days later; default: 8 weeks later.")
AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATETIME, description="Show what was known at this instant.")
_REFUSED = "Only managers of the schedule's team may do this. Ask one of them, or an administrator."


def _may(user: User, schedule: Schedule) -> bool:
    return can_manage_team(user, schedule.team)


def _check_team(user: User, team: Team) -> None:
    if not can_manage_team(user, team):
        raise exceptions.PermissionDenied(_REFUSED)


def _range(since: datetime | None, until: datetime | None, *, at: datetime) -> tuple[datetime, datetime]:
    """Check the range: whole minutes in order, at most 400 days. Raises ValidationError by field."""
    since = floor_minute(at) if since is None else since
    until = since + DEFAULT_RANGE if until is None else until
    for name, moment in (("since", since), ("until", until)):
        if moment != floor_minute(moment):
            raise exceptions.ValidationError({name: ["Write the time to the minute, without seconds."]})
    if until <= since:
        raise exceptions.ValidationError({"until": ["The end must come after the start."]})
    if until - since > MAX_RANGE:
        raise exceptions.ValidationError({"until": ["Ask for at most 400 days at once."]})
    return since, until


def _requested_range(request: Request) -> tuple[datetime, datetime]:
    instants = {name: requested_instant(request, name) for name in ("since", "until") if name in request.query_params}
    return _range(instants.get("since"), instants.get("until"), at=timezone.now())


def _final(roster: schedules.Roster, timeline: ScheduleTimeline) -> dict[str, object]:
    return {
        "segments": [
            {
                "starts_at": segment.starts_at,
                "ends_at": segment.ends_at,
                "on_call": roster.people_named(segment.on_call),
                "shadow": roster.people_named(segment.shadow),
            }
            for segment in timeline.segments
        ],
        "shifts": [
            {"person": roster.people[shift.user], "starts_at": shift.starts_at, "ends_at": shift.ends_at}
            for shift in timeline.shifts
        ],
        "gaps": [{"starts_at": starts_at, "ends_at": ends_at} for starts_at, ends_at in timeline.gaps],
    }


def _warning_rows(roster: schedules.Roster, rota_warnings: Iterable[warnings.RotaWarning]) -> list[dict[str, object]]:
    return [
        {
            "code": warning.code,
            "message": warning.sentence,
            "starts_at": warning.starts_at,
            "ends_at": warning.ends_at,
            "people": roster.people_named(user for user in warning.users if user in roster.people),
        }
        for warning in rota_warnings
    ]


@contextmanager
def _neutral_field_names() -> Iterator[None]:
    """Raise errors of a draft under the field names of the request."""
    try:
        yield
    except DraftError as refusal:
        raise neutral.with_neutral_names(refusal) from None


def _effective_from(data: dict[str, Any], roster: schedules.Roster, *, at: datetime) -> datetime:
    requested: datetime | None = data.get("effective_from")
    if requested is not None:
        return requested
    return editing.next_handoff(roster.plan, at=at) if data["effective"] == "next_handoff" else ceil_minute(at)


def _with_turns_kept(
    data: dict[str, Any], layers: Sequence[LayerDraft], roster: schedules.Roster, effective_from: datetime
) -> list[LayerDraft]:
    if not data.get("keep_turns"):
        return list(layers)
    sources = [layer.get("id") for layer in data["layers"]]
    return editing.keep_all_turns(
        layers, sources=sources, time_zone=data["time_zone"], plan=roster.plan, effective_from=effective_from
    )


class ScheduleViewSet(ReadViewSet):
    """Schedules, and who is on call on them."""

    queryset = Schedule.objects.select_related("team")
    serializer_class = ScheduleSerializer
    filterset_class = ScheduleFilter
    order = "id"

    @write_handler(NewScheduleSerializer, scope=Scope.ROTA, status=201)
    def create(self, data: dict[str, Any]) -> Schedule:
        """Create a schedule; nobody is on call until it has a version."""
        _check_team(self.actor, data["team"])
        return lifecycle.create_schedule(**data)

    @write_handler(NewScheduleSerializer, scope=Scope.ROTA, may=_may)
    def update(self, schedule: Schedule, data: dict[str, Any]) -> Schedule:
        """Set name, team, description and external id; the same values twice change nothing."""
        _check_team(self.actor, data["team"])
        return lifecycle.change_schedule(schedule=schedule, **data)

    @write_handler(NewScheduleSerializer, scope=Scope.ROTA, may=_may, partial=True)
    def partial_update(self, schedule: Schedule, data: dict[str, Any]) -> Schedule:
        """Change the fields that are sent."""
        _check_team(self.actor, data.get("team", schedule.team))
        return lifecycle.change_schedule(schedule=schedule, **data)

    @extend_schema(responses={204: None})
    @scoped(Scope.ROTA)
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a schedule; 409 if it has history or a policy pages it."""
        schedule = self.get_object()
        _check_team(self.actor, schedule.team)
        lifecycle.delete_schedule(schedule=schedule)
        return Response(status=204)

    @extend_schema(parameters=[AT], responses=TurnSerializer)
    @action(detail=True, url_path="on-call", query_parameters=("at",))
    def on_call(self, request: Request, pk: str) -> Response:
        """Who is on call on this schedule at an instant."""
        at = requested_instant(request)
        [roster] = schedules.load_range(at, ids=[self.get_object().pk])
        return Response(TurnSerializer(turn_of(roster, at)).data)

    @extend_schema(parameters=[SINCE, UNTIL, AS_OF], responses=FinalSerializer)
    @action(detail=True, query_parameters=("since", "until", "as_of"))
    def final(self, request: Request, pk: str) -> Response:
        """The final schedule over a range: segments, shifts and gaps; also as known at an earlier instant (R-V5)."""
        since, until = _requested_range(request)
        as_of = requested_instant(request, "as_of") if "as_of" in request.query_params else None
        [roster] = schedules.load(ids=[self.get_object().pk], since=since, until=until, as_of=as_of)
        answer = _final(roster, build_timeline(roster.plan, since=since, until=until))
        serializer = FinalSerializer({"since": since, "until": until, "as_of": as_of} | answer)
        return Response(serializer.data)

    @extend_schema(parameters=load_api.DAYS, responses=LoadSerializer)
    @action(detail=True, query_parameters=load_api.NAMES)
    def load(self, request: Request, pk: str) -> Response:
        """Minutes on call against a fair share, and pages; about single people only what the caller may read."""
        schedule = self.get_object()
        return load_api.answer(request, team=schedule.team, schedule=schedule)

    @extend_schema(parameters=[SINCE, UNTIL], responses=WarningsSerializer)
    @action(detail=True, query_parameters=("since", "until"))
    def warnings(self, request: Request, pk: str) -> Response:
        """Warnings about the rota over a range (R-O5)."""
        since, until = _requested_range(request)
        [roster] = schedules.load(ids=[self.get_object().pk], since=since, until=until)
        rota_warnings = warnings.schedule_warnings(roster, since=since, until=until, at=self.at)
        answer = {"since": since, "until": until, "warnings": _warning_rows(roster, rota_warnings)}
        return Response(WarningsSerializer(answer).data)

    @extend_schema(request=PreviewSerializer, responses=PreviewedSerializer)
    @action(detail=True, methods=["post"])
    @scoped(Scope.READ)
    def preview(self, request: Request, pk: str) -> Response:
        """Preview a draft: segments, warnings and the changes in words; nothing is stored."""
        at, data = self.at, self._validated(PreviewSerializer)
        since, until = _range(data.get("since"), data.get("until"), at=at)
        with _neutral_field_names():
            layers = neutral.from_neutral(data["layers"])
            before = self._roster(data, since=since, until=until, at=at)
            effective_from = _effective_from(data, before, at=at)
            layers = _with_turns_kept(data, layers, before, effective_from)
            changed = previewing.preview(
                before, layers=layers, time_zone=data["time_zone"], effective_from=effective_from, at=at
            )
        rota_warnings = warnings.schedule_warnings(changed, since=since, until=until, at=at)
        answer = _final(changed, build_timeline(changed.plan, since=since, until=until)) | {
            "since": since,
            "until": until,
            "as_of": None,
            "effective_from": effective_from,
            "changes": previewing.change_sentences(before, changed, effective_from=effective_from),
            "warnings": _warning_rows(changed, rota_warnings),
        }
        return Response(PreviewedSerializer(answer).data)

    @extend_schema(responses=VersionSerializer(many=True))
    @action(
        detail=True,
        serializer_class=VersionSerializer,
        filter_backends=(),
        order="-id",
        query_parameters=Pagination.parameters,
    )
    def versions(self, request: Request, pk: str) -> Response:
        """The versions of a schedule, newest first, withdrawn ones too."""
        rows = VersionViewSet.queryset.filter(schedule=self.get_object())
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(request=NewVersionSerializer, responses={201: VersionSerializer})
    @versions.mapping.post
    @scoped(Scope.ROTA)
    def add_version(self, request: Request, pk: str) -> Response:
        """Create a version with these layers, by default at the next handoff (R-V4)."""
        return self._write_version(self._validated(NewVersionSerializer), is_put=False)

    @extend_schema(request=LayersSerializer, responses=VersionSerializer)
    @versions.mapping.put
    @scoped(Scope.ROTA)
    def set_version(self, request: Request, pk: str) -> Response:
        """As POST, unless the newest version is the same: then that is returned, and none is created."""
        return self._write_version(self._validated(LayersSerializer), is_put=True)

    def _validated(self, serializer_class: type[LayersSerializer]) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _roster(self, data: dict[str, Any], *, since: datetime, until: datetime, at: datetime) -> schedules.Roster:
        """The roster for the range, for now, and for the instant at which the draft takes over."""
        moment = data.get("effective_from") or at
        if moment != at:
            editing.check_start(moment, at=at)
        since, until = min(since, floor_minute(at)), max(until, moment + DEFAULT_RANGE)
        [roster] = schedules.load(ids=[self.get_object().pk], since=since, until=until)
        return roster

    def _write_version(self, data: dict[str, Any], *, is_put: bool) -> Response:
        at, schedule = self.at, self.get_object()
        _check_team(self.actor, schedule.team)
        with _neutral_field_names(), transaction.atomic():
            layers = neutral.from_neutral(data["layers"])
            roster = self._roster(data, since=at, until=at, at=at)
            effective_from = _effective_from(data, roster, at=at)
            save = editing.set_layers if is_put else editing.save_version
            version = save(
                schedule=schedule,
                layers=_with_turns_kept(data, layers, roster, effective_from),
                time_zone=data["time_zone"],
                effective_from=effective_from,
                actor=self.actor,
                at=at,
                note=data["note"],
            )
        row = VersionViewSet.queryset.all().get(pk=version.pk)
        answer = Response(VersionSerializer(row).data, status=200 if is_put else 201)
        if not is_put:
            answer.headers["Location"] = self.request.build_absolute_uri(
                reverse("schedule-version-detail", args=[row.pk])
            )
        return answer


def _may_withdraw(user: User, version: ScheduleVersion) -> bool:
    return can_manage_team(user, version.schedule.team)


class VersionViewSet(ReadViewSet):
    """Versions of schedules, newest first."""

    queryset = ScheduleVersion.objects.select_related("schedule__team", "created_by", "withdrawn_by").prefetch_related(
        "layers__members", "layers__calendar"
    )
    serializer_class = VersionSerializer
    filterset_class = ScheduleVersionFilter

    @post_action(
        scope=Scope.ROTA,
        may=_may_withdraw,
        is_done=lambda version, data: version.withdrawn_at is not None,
        changes=("withdrawn_at",),
    )
    def withdraw(self, version: ScheduleVersion, data: dict[str, object]) -> ScheduleVersion:
        """Withdraw a version that is not in force yet (R-V3); 409 once it is in force."""
        return editing.withdraw_version(version_id=version.pk, actor=self.actor, at=self.at)
