"""Calendars, their dates and their opening hours as the API takes and shows them."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.rest.configuration import ConfigurationSerializer, PartSerializer
from config.base.rest.serializers import (
    Day,
    IdKey,
    InputSerializer,
    Instant,
    Line,
    OutputSerializer,
    ReadId,
    RecordSerializer,
)
from oncall.calendars.dates import MAX_DATES
from oncall.calendars.whole_calendars import hours_of, last_hours
from oncall.models import Calendar, CalendarDate, CalendarVersion
from oncall.serializers.people import PersonSerializer


class DaySpanSerializer(InputSerializer):
    """A stretch of a day, in the version's time zone."""

    start = Line(max_length=5, help_text="HH:MM.")
    end = Line(max_length=5, help_text="HH:MM, up to 24:00.")


class WeeklyWindowSerializer(DaySpanSerializer):
    """A stretch that begins on some days of the week; an end not after the start is on the next day."""

    days = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6), min_length=1, max_length=7)


class ExceptionDaySerializer(InputSerializer):
    """A day with windows of its own, in order; without one it is closed."""

    date = Day()
    windows = DaySpanSerializer(many=True)
    name = Line(max_length=120, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """The exception in the stored form."""
        return attrs | {"date": str(attrs["date"])}


class HoursSerializer(PartSerializer):
    """Opening hours, without the moment from which they count."""

    time_zone = Line(max_length=64, help_text="Such as Europe/Berlin.")
    windows = WeeklyWindowSerializer(many=True, help_text="None means never open.")
    exceptions = ExceptionDaySerializer(many=True, required=False, default=list)
    holidays = IdKey(
        queryset=Calendar.objects.all(), required=False, allow_null=True, default=None,
        help_text="The calendar whose days close it, by id; it may be the calendar itself.",
    )  # fmt: skip


class CalendarSerializer(RecordSerializer):
    """A calendar; its dates are at `/calendar-dates/?calendar=`."""

    opening_hours = serializers.SerializerMethodField(help_text="Those that count in the end, with what is planned.")

    class Meta:
        model = Calendar
        fields = (
            "id", "name", "country", "subdivision", "description", "opening_hours", "external_id", "filled_through",
            "created_at", "updated_at",
        )  # fmt: skip

    @extend_schema_field(HoursSerializer(allow_null=True))
    def get_opening_hours(self, calendar: Calendar) -> dict[str, object] | None:
        """As they can be sent back; null for a calendar of dates only."""
        version = last_hours(calendar)
        return None if version is None else {**hours_of(version), "holidays": version.holidays_id}


class CalendarWriteSerializer(ConfigurationSerializer):
    """A calendar; with a country, its public holidays are added automatically, and the country cannot change."""

    country = Line(max_length=2, required=False, allow_blank=True, help_text="ISO 3166 code, such as DE.")
    subdivision = Line(max_length=12, required=False, allow_blank=True, help_text="Such as BE for Berlin.")
    opening_hours = HoursSerializer(
        required=False,
        allow_null=True,
        help_text="Others count from the next minute on; none leaves them as they are.",
    )

    class Meta:
        model = Calendar
        fields = ("name", "country", "subdivision", "description", "opening_hours", "external_id", "reason")


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

    calendar = IdKey(queryset=Calendar.objects.all())


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


class OpeningHoursSerializer(HoursSerializer):
    """Opening hours from an instant on; without `effective_from` from the next minute."""

    effective_from = Instant(required=False, help_text="A whole minute, now or later.")
    note = Line(max_length=200, required=False, allow_blank=True, default="", help_text="Why it was changed.")


@extend_schema_field(WeeklyWindowSerializer(many=True))
class WindowsField(serializers.JSONField):
    """Weekly windows as they are stored."""


@extend_schema_field(ExceptionDaySerializer(many=True))
class ExceptionsField(serializers.JSONField):
    """Days with hours of their own, as they are stored."""


class CalendarVersionSerializer(RecordSerializer):
    """Opening hours from an instant on; they can be withdrawn before then, but not changed."""

    calendar = ReadId()
    holidays = ReadId(allow_null=True)
    windows = WindowsField(read_only=True)
    exceptions = ExceptionsField(read_only=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)
    withdrawn_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = CalendarVersion
        fields = (
            "id", "calendar", "effective_from", "time_zone", "windows", "exceptions", "holidays", "note", "created_at",
            "created_by", "withdrawn_at", "withdrawn_by",
        )  # fmt: skip
