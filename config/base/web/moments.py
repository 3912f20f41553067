"""Form fields for moments and days: those of forms and of filters read with one parser."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from config.base.data.clock_changes import Reading
from config.base.data.moments import USUAL_YEARS, Unreadable, read_day, read_moment
from config.base.data.wall_clock import MINUTE, wall_time
from config.base.web.display import local_text


def reader_zone() -> ZoneInfo:
    """The time zone in which the reader of this request lives."""
    return ZoneInfo(timezone.get_current_timezone_name())


def reading_notice(reading: Reading, *, at: datetime, zone: ZoneInfo) -> str:
    """What has to be said before the answer about a moment that does not exist or comes twice, with the rule used."""
    clock, place = f"{reading.local:%H:%M}", zone.key.rpartition("/")[2].replace("_", " ")
    text = local_text(at, zone=zone.key)
    if reading.is_skipped:
        before = wall_time(at - MINUTE, zone) + MINUTE
        return (
            f"{clock} does not exist that night in {place}: clocks jump from {before:%H:%M} to"
            f" {wall_time(at, zone):%H:%M}. Asked instead: the first minute after the gap, {text} ({at:%H:%M} UTC)."
        )
    if reading.second is not None:
        which = "first" if at == reading.at else "second"
        return f"{clock} comes twice that night in {place}. Asked: the {which} one, {text} ({at:%H:%M} UTC)."
    return ""


class MomentField(forms.Field):
    """A moment in UTC. A text without an offset is in `zone`, by default the reader's; a day means its beginning."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    zone: ZoneInfo | None = None

    def __init__(self, *, whole_minutes: bool = False, **options: Any) -> None:
        self.whole_minutes = whole_minutes
        super().__init__(**options)

    def prepare_value(self, value: object) -> object:
        """A moment as the browser's field writes it, in the reader's zone; typed text stays as it is."""
        if isinstance(value, datetime):
            return wall_time(value, self.zone or reader_zone()).isoformat(timespec="minutes")
        return value

    def to_python(self, value: object) -> datetime | None:
        """The moment, or an error message."""
        if value in self.empty_values:
            return None
        try:
            moment = read_moment(str(value), zone=self.zone or reader_zone())
        except Unreadable as error:
            raise forms.ValidationError(str(error), code="invalid") from None
        if self.whole_minutes and (moment.second or moment.microsecond):
            raise forms.ValidationError("Write the time to the minute, without seconds.", code="invalid")
        return moment

    def has_changed(self, initial: object, data: object) -> bool:
        """Whether the text names another minute than the one that was shown."""
        return bool(super().has_changed(self.prepare_value(initial), data))


class DayField(forms.Field):
    """A day of a year that a list or a page can show."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    years = USUAL_YEARS

    def to_python(self, value: Any) -> date | None:
        """The day, or an error message."""
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return read_day(str(value), years=self.years)
        except Unreadable as error:
            raise forms.ValidationError(str(error), code="invalid") from None
