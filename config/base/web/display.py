"""How single values look on a page: tags, times and spans, as safe HTML that templates and tables share."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.safestring import SafeString

from config.base.web.markup import fill

DASH = fill('<span class="{}">&ndash;</span>', "text-secondary")
_UNITS = (("d", 86400), ("h", 3600), ("min", 60))


def duration_text(seconds: float) -> str:
    """A length of time in its two largest units, as "2 h 5 min"; "12 s" below a minute."""
    left = int(abs(seconds))
    if left < 60:
        return f"{left} s"
    parts = []
    for unit, size in _UNITS:
        if left >= size:
            parts.append(f"{left // size} {unit}")
            left %= size
        elif parts:
            break
    return " ".join(parts[:2])


def hours_text(minutes: float) -> str:
    """A length of time in hours, easy to compare in a column: "168 h", "7.5 h"; with a minus below zero."""
    amount = minutes / 60
    short = f"{amount:,.1f}".removesuffix(".0") if abs(amount) < 10 else f"{amount:,.0f}"
    return f"{'0' if short == '-0' else short} h"


def minutes_text(minutes: int) -> str:
    """Whole minutes as hours and minutes, as "26 h 5 min"; never days, whose length hangs on a calendar (K-4)."""
    hours, rest = divmod(abs(minutes), 60)
    parts = [f"{hours:,} h"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} min")
    return f"{'-' if minutes < 0 else ''}{' '.join(parts)}"


def relative_text(value: datetime, *, at: datetime) -> str:
    """How long ago, or how far ahead, `value` lies from `at`."""
    seconds = (value - at).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return f"in {duration_text(seconds)}" if seconds > 0 else f"{duration_text(seconds)} ago"


def local_text(value: datetime, *, zone: str | None = None) -> str:
    """The full local date and time, in `zone` or the reader's own zone."""
    wall = timezone.localtime(value, ZoneInfo(zone) if zone else None)
    return f"{wall:%a} {wall.day} {wall:%b %Y, %H:%M} {wall.tzname()}"


def date_text(value: date) -> str:
    """A day as people write it: 5 Jun 2026."""
    return f"{value.day} {value:%b %Y}"


def period_text(starts_at: datetime | None, ends_at: datetime | None, *, zone: str | None = None) -> str:
    """From when to when in local time, in `zone` or the reader's; a single day is written once.

    An unknown bound is left out.
    """
    if starts_at is None or ends_at is None:
        bound = starts_at or ends_at
        word = "from" if starts_at else "until"
        return f"{word} {local_text(bound, zone=zone)}" if bound else "all the time"
    start, end = (timezone.localtime(at, ZoneInfo(zone) if zone else None) for at in (starts_at, ends_at))
    begins = f"{start:%a} {start.day} {start:%b %Y}, {start:%H:%M}"
    if start.tzname() != end.tzname():
        begins += f" {start.tzname()}"
    if start.date() == end.date():
        return f"{begins} to {end:%H:%M} {end.tzname()}"
    year = f" {end:%Y}" if start.year != end.year else ""
    return f"{begins} to {end:%a} {end.day} {end:%b}{year}, {end:%H:%M} {end.tzname()}"


def time_element(value: datetime | None, *, at: datetime, text: str = "") -> SafeString:
    """A `<time>`: its text is relative to `at`, its title absolute; a dash for no time."""
    if value is None:
        return DASH
    return fill(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        local_text(value),
        text or relative_text(value, at=at),
    )


def ago_text(value: datetime, *, at: datetime) -> str:
    """How long ago, while that is near; then the local time, and after a week the day: "4 min ago", "Fri 17:10"."""
    past = at - value
    if past < timedelta(hours=1):
        return relative_text(value, at=at)
    wall, now = timezone.localtime(value), timezone.localtime(at)
    if wall.date() == now.date():
        return f"{wall:%H:%M}"
    if past < timedelta(days=6):
        return f"{wall:%a %H:%M}"
    return f"{wall.day} {wall:%b}" if wall.year == now.year else f"{wall.day} {wall:%b %Y}"


def ago_element(value: datetime, *, at: datetime) -> SafeString:
    """A `<time>` with the text of `ago_text`, and the full date with its zone in the title."""
    return time_element(value, at=at, text=ago_text(value, at=at))


def clock_text(value: datetime, *, at: datetime, zone: str | None = None) -> str:
    """The local time as "Tue 09:00", in `zone` or the reader's own; with the date where that is a week away."""
    wall = timezone.localtime(value, ZoneInfo(zone) if zone else None)
    near = abs(value - at) < timedelta(days=6)
    return f"{wall:%a %H:%M}" if near else f"{wall:%a} {wall.day} {wall:%b %H:%M}"


def clock_element(value: datetime | None, *, at: datetime, zone: str | None = None) -> SafeString:
    """A `<time>` with the local time as its text, as "Tue 09:00", and the full date in its title."""
    if value is None:
        return DASH
    return fill(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        local_text(value, zone=zone),
        clock_text(value, at=at, zone=zone),
    )
