"""Calendars and their dates as the API takes and shows them."""

from rest_framework import serializers

from config.base.rest.serializers import Day, InputSerializer, Line, Lines, OutputSerializer, ReadId, RecordSerializer
from oncall.calendars.dates import MAX_DATES
from oncall.models import Calendar, CalendarDate


class CalendarSerializer(RecordSerializer):
    """A calendar; its dates are at `/calendar-dates/?calendar=`."""

    class Meta:
        model = Calendar
        fields = (
            "id", "name", "country", "subdivision", "description", "external_id", "filled_through", "created_at",
            "updated_at",
        )  # fmt: skip


class NewCalendarSerializer(InputSerializer):
    """A new calendar; with a country, its public holidays are added automatically."""

    name = Line(max_length=80)
    country = Line(max_length=2, required=False, allow_blank=True, help_text="ISO 3166 code, such as DE.")
    subdivision = Line(max_length=12, required=False, allow_blank=True, help_text="Such as BE for Berlin.")
    description = Lines(max_length=10_000, required=False, allow_blank=True)
    external_id = Line(max_length=120, required=False, allow_blank=True)


class CalendarUpdateSerializer(NewCalendarSerializer):
    """The new values of a calendar; its country cannot change."""

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """Accept country and subdivision only if they are unchanged."""
        calendar: Calendar = self.context["calendar"]
        for name in ("country", "subdivision"):
            if attrs.pop(name, getattr(calendar, name)) != getattr(calendar, name):
                raise serializers.ValidationError(
                    {name: ["This cannot change: the dates came from it. Create another calendar for another place."]}
                )
        return attrs


class CalendarDateSerializer(RecordSerializer):
    """A day off; withdrawn if `withdrawn_at` is set."""

    calendar = ReadId()

    class Meta:
        model = CalendarDate
        fields = ("id", "calendar", "date", "name", "origin", "created_at", "withdrawn_at")


class DaySerializer(InputSerializer):
    """A day off as it is sent."""

    date = Day()
    name = Line(max_length=120, required=False, allow_blank=True, default="")


class NewDaySerializer(DaySerializer):
    """A day off for a calendar."""

    calendar = serializers.PrimaryKeyRelatedField(queryset=Calendar.objects.all())


class DaysSerializer(InputSerializer):
    """All coming days."""

    dates = DaySerializer(many=True)

    def validate_dates(self, dates: list[dict[str, object]]) -> list[dict[str, object]]:
        """Each date once."""
        if len(dates) > MAX_DATES:
            raise serializers.ValidationError(f"Send at most {MAX_DATES} dates.")
        if len({day["date"] for day in dates}) < len(dates):
            raise serializers.ValidationError("A date occurs twice. Send each date once.")
        return dates


class ActiveDaysSerializer(OutputSerializer):
    """A calendar's dates that were not withdrawn, in order."""

    dates = DaySerializer(many=True)
