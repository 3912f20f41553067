"""Endpoints of calendars, their dates and their opening hours, suited to Terraform."""

from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.data.clock import ceil_minute
from config.base.rest.configuration import ConfigurationViewSet, Values
from config.base.rest.pagination import Pagination
from config.base.rest.scopes import Scope, scoped
from config.base.rest.viewsets import ReadViewSet, post_action, write_handler
from oncall import calendars
from oncall.filters.calendars import CalendarDateFilter, CalendarFilter, CalendarVersionFilter
from oncall.models import Calendar, CalendarDate, CalendarVersion, User
from oncall.permissions import can_edit_calendars
from oncall.serializers import calendars as serializers


def _may(user: User, record: object = None) -> bool:
    return can_edit_calendars(user)


class CalendarViewSet(ConfigurationViewSet):
    """Calendars of opening hours, public holidays and own days off."""

    queryset = Calendar.objects.prefetch_related(
        Prefetch("versions", CalendarVersion.objects.active().select_related("holidays"))
    )
    serializer_class = serializers.CalendarSerializer
    filterset_class = CalendarFilter
    order = "id"
    takes = serializers.CalendarWriteSerializer
    scope = Scope.ROTA

    def write(self, record: Calendar | None, values: Values) -> Calendar:
        """A new calendar with a country gets the public holidays; other opening hours are a new version (K-14)."""
        return calendars.save_calendar(calendar=record, **values, at=self.at, actor=self.actor)

    def remove(self, record: Calendar) -> None:
        """Only a calendar that nothing has ever used."""
        calendars.delete_calendar(calendar=record, at=self.at, actor=self.actor)

    @extend_schema(request=serializers.DaysSerializer, responses=serializers.ActiveDaysSerializer)
    @action(detail=True, methods=["put"])
    @scoped(Scope.ROTA)
    def dates(self, request: Request, pk: str) -> Response:
        """Replace the coming days with exactly these; days that have begun stay as they are."""
        _check(self.actor)
        serializer = serializers.DaysSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        calendar = calendars.set_dates(
            calendar=self.get_object(),
            dates={day["date"]: day["name"] for day in serializer.validated_data["dates"]},
            at=self.at,
            actor=self.actor,
        )
        return Response(serializers.ActiveDaysSerializer({"dates": calendar.dates.active().order_by("date")}).data)

    @extend_schema(responses=serializers.CalendarVersionSerializer(many=True))
    @action(
        detail=True,
        serializer_class=serializers.CalendarVersionSerializer,
        filter_backends=(),
        order="-id",
        query_parameters=Pagination.parameters,
    )
    def versions(self, request: Request, pk: str) -> Response:
        """The versions of a calendar's opening hours, newest first, withdrawn ones too."""
        rows = CalendarVersionViewSet.queryset.filter(calendar=self.get_object())
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(request=serializers.OpeningHoursSerializer, responses={201: serializers.CalendarVersionSerializer})
    @versions.mapping.post
    @scoped(Scope.ROTA)
    def add_version(self, request: Request, pk: str) -> Response:
        """Give the calendar opening hours from now or a later minute on (K-14)."""
        _check(self.actor)
        serializer = serializers.OpeningHoursSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        values = {"effective_from": ceil_minute(self.at)} | serializer.validated_data
        version = calendars.add_version(calendar=self.get_object(), **values, at=self.at, actor=self.actor)
        answer = Response(serializers.CalendarVersionSerializer(version).data, status=201)
        answer.headers["Location"] = request.build_absolute_uri(reverse("calendar-version-detail", args=[version.pk]))
        return answer


class CalendarVersionViewSet(ReadViewSet):
    """Versions of opening hours, newest first."""

    queryset = CalendarVersion.objects.select_related("created_by", "withdrawn_by")
    serializer_class = serializers.CalendarVersionSerializer
    filterset_class = CalendarVersionFilter

    @post_action(
        scope=Scope.ROTA,
        may=_may,
        is_done=lambda version, data: version.withdrawn_at is not None,
        changes=("withdrawn_at",),
    )
    def withdraw(self, version: CalendarVersion, data: dict[str, object]) -> CalendarVersion:
        """Withdraw opening hours that are not in force yet (K-14); 409 once they are."""
        return calendars.withdraw_version(version=version, at=self.at, actor=self.actor)


class CalendarDateViewSet(ReadViewSet):
    """Days off, by date."""

    queryset = CalendarDate.objects.all()
    serializer_class = serializers.CalendarDateSerializer
    filterset_class = CalendarDateFilter
    order = ("date", "id")

    @write_handler(serializers.NewDaySerializer, scope=Scope.ROTA, may=_may, status=201)
    def create(self, data: dict[str, Any]) -> CalendarDate:
        """Add a day off."""
        return calendars.add_date(**data, at=self.at, actor=self.actor)

    @scoped(Scope.ROTA)
    def destroy(self, request: Request, pk: str) -> Response:
        """Withdraw a day off; 404 if it was withdrawn before."""
        _check(self.actor)
        day = self.get_object()
        if day.withdrawn_at is not None:
            raise exceptions.NotFound("This day was already withdrawn.")
        calendars.withdraw_date(day=day, at=self.at, actor=self.actor)
        return Response(status=204)


def _check(user: User) -> None:
    if not can_edit_calendars(user):
        raise exceptions.PermissionDenied(
            "Only practice owners and administrators may change calendars. Ask one of them."
        )
