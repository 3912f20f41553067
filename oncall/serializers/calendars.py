"""Calendars and their dates as the API takes and shows them."""

from typing import Any

from rest_framework import serializers

from config.base.rest.serializers import InputSerializer, Line, Lines, ReadId, RecordSerializer
from oncall.calendars.dates import MOST_DATES
from oncall.models import Calendar, CalendarDate


class CalendarSerializer(RecordSerializer):
    """A calendar; its dates are at `/calendar-dates/?calendar=`."""

    class Meta:
        model = Calendar
        fields = ("id", "name", "country", "subdivision", "description", "external_id", "filled_through")


class NewCalendarSerializer(InputSerializer):
    """A calendar to be made; with a country its public holidays come by themselves."""

    name = Line(max_length=80)
    country = Line(max_length=2, required=False, allow_blank=True, help_text="ISO 3166 code, such as DE.")
    subdivision = Line(max_length=12, required=False, allow_blank=True, help_text="Such as BE for Berlin.")
    description = Lines(max_length=10_000, required=False, allow_blank=True)
    external_id = Line(max_length=120, required=False, allow_blank=True)


class KeptCalendarSerializer(NewCalendarSerializer):
    """A calendar as it shall be; its country cannot change."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The country and its part may be sent again, as they are."""
        calendar: Calendar = self.context["calendar"]
        for name in ("country", "subdivision"):
            if attrs.pop(name, getattr(calendar, name)) != getattr(calendar, name):
                raise serializers.ValidationError(
                    {name: ["The dates came from there, so it stays. Make another calendar for another place."]}
                )
        return attrs


class CalendarDateSerializer(RecordSerializer):
    """A day off; taken back when `withdrawn_at` is set."""

    calendar = ReadId()

    class Meta:
        model = CalendarDate
        fields = ("id", "calendar", "date", "name", "origin", "created_at", "withdrawn_at")


class DaySerializer(InputSerializer):
    """A day off as it is sent."""

    date = serializers.DateField()
    name = Line(max_length=120, required=False, allow_blank=True, default="")


class NewDaySerializer(DaySerializer):
    """A day off for a calendar."""

    calendar = serializers.PrimaryKeyRelatedField(queryset=Calendar.objects.all())


class DaysSerializer(InputSerializer):
    """The days to come, all of them."""

    dates = DaySerializer(many=True)

    def validate_dates(self, dates: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each date once."""
        if len(dates) > MOST_DATES:
            raise serializers.ValidationError(f"Send at most {MOST_DATES} dates.")
        if len({one["date"] for one in dates}) < len(dates):
            raise serializers.ValidationError("A date stands here twice. Send each of them once.")
        return dates


class StandingDaysSerializer(serializers.Serializer[Any]):
    """A calendar's dates that were not taken back, in order."""

    dates = DaySerializer(many=True)
