"""Endpoints of calendars and their dates, kept as Terraform keeps things."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.viewsets import ReadViewSet, write_handler
from oncall import calendars
from oncall.filters.calendars import CalendarDateFilter, CalendarFilter
from oncall.models import Calendar, CalendarDate, User
from oncall.permissions import can_keep_calendars
from oncall.serializers import calendars as serializers


def _may(user: User, record: Any = None) -> bool:
    return can_keep_calendars(user)


class CalendarViewSet(ReadViewSet):
    """Calendars of public holidays and of own days off."""

    queryset = Calendar.objects.all()
    serializer_class = serializers.CalendarSerializer
    filterset_class = CalendarFilter
    order = "id"

    def get_serializer_context(self) -> dict[str, Any]:
        """With the calendar, whose country stays."""
        context = dict(super().get_serializer_context())
        return context | {"calendar": self.get_object()} if self.detail else context

    @write_handler(serializers.NewCalendarSerializer, may=_may, status=201)
    def create(self, data: dict[str, Any]) -> Calendar:
        """Make a calendar; of a country, with its public holidays of this year and the next ones."""
        return calendars.create_calendar(**data, at=timezone.now(), actor=self.actor)

    @write_handler(serializers.KeptCalendarSerializer, may=_may)
    def update(self, calendar: Calendar, data: dict[str, Any]) -> Calendar:
        """Set name, description and external id; the same twice changes nothing."""
        whole = {"description": "", "external_id": ""} | data
        return calendars.change_calendar(calendar=calendar, **whole)

    @write_handler(serializers.KeptCalendarSerializer, may=_may, partial=True)
    def partial_update(self, calendar: Calendar, data: dict[str, Any]) -> Calendar:
        """Change what is named."""
        return calendars.change_calendar(calendar=calendar, **data)

    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a calendar that no layer has ever named."""
        _check(request.user)
        calendars.delete_calendar(calendar=self.get_object(), at=timezone.now(), actor=self.actor)
        return Response(status=204)

    @extend_schema(request=serializers.DaysSerializer, responses=serializers.StandingDaysSerializer)
    @action(detail=True, methods=["put"])
    def dates(self, request: Request, pk: str) -> Response:
        """Make the days to come these and no others; days that have begun stay as they are."""
        _check(request.user)
        asked = serializers.DaysSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        calendar = calendars.set_dates(
            calendar=self.get_object(),
            dates={one["date"]: one["name"] for one in asked.validated_data["dates"]},
            at=timezone.now(),
            actor=self.actor,
        )
        return Response(serializers.StandingDaysSerializer({"dates": calendar.dates.standing().order_by("date")}).data)


class CalendarDateViewSet(ReadViewSet):
    """Days off, by date."""

    queryset = CalendarDate.objects.all()
    serializer_class = serializers.CalendarDateSerializer
    filterset_class = CalendarDateFilter
    order = ("date", "id")

    @write_handler(serializers.NewDaySerializer, may=_may, status=201)
    def create(self, data: dict[str, Any]) -> CalendarDate:
        """Add a day off."""
        return calendars.add_date(**data, at=timezone.now(), actor=self.actor)

    def destroy(self, request: Request, pk: str) -> Response:
        """Take a day off back; its row stays, so the second time there is nothing to take back."""
        _check(request.user)
        day = self.get_object()
        if day.withdrawn_at is not None:
            raise exceptions.NotFound("This day was taken back already.")
        calendars.withdraw_date(day=day, at=timezone.now(), actor=self.actor)
        return Response(status=204)


def _check(user: Any) -> None:
    if not can_keep_calendars(user):
        raise exceptions.PermissionDenied(
            "Managers, practice owners and administrators keep calendars. Ask one of them."
        )
