"""A local day as a span that may be excluded from clocks: what a calendar calls a day."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from config.base.data.clock import floor_minute
from config.base.data.wall_clock import DAY, day_start
from incidents.tickets.locking import TicketRefused
from oncall import calendars
from oncall.models import Calendar

_NOON = time(12, tzinfo=UTC)


def calendar_zone(calendar: Calendar, day: date) -> ZoneInfo | None:
    """The zone in which a calendar counted that day, or first counted later (K-13); None for one without hours."""
    version = calendars.version_in_force(calendar, datetime.combine(day, _NOON))
    version = version or calendar.versions.active().order_by("effective_from", "pk").first()
    return ZoneInfo(version.time_zone) if version is not None else None


def day_span(day: date, *, zone: ZoneInfo, at: datetime) -> tuple[datetime, datetime]:
    """The whole local day in a zone, until this minute if it is not over.

    Raises TicketRefused, on the field `day`, for a day that has not begun.
    """
    starts_at, ends_at = day_start(day, zone), day_start(day + DAY, zone)
    if starts_at >= floor_minute(at):
        raise TicketRefused(
            "This day has not begun yet. Correct the calendar, and nothing needs to be excluded.", field="day"
        )
    return starts_at, min(ends_at, floor_minute(at))
