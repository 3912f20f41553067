"""Draw a rota on the server as SVG, with widths in percent, and as a list for phones.

It is built in Python because a template takes several times as long for the thousands of bars of a month.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.base.web import display
from oncall.models import User
from oncall.rota.board import Bar, Board, Lane
from oncall.rota.spans import Day, Span

_WEEK = 7
_MAX_ROW_DAYS = 31
_ROW_DAYS = 28
# The width for bars on a narrow sheet, and the width of a letter, in pixels.
_ROOM, _LETTER, _MARGIN = 860, 7.5, 10
_ROOM_FOR_CLOCKS = 14
_BAR, _SHADOW = 28, 18
_DAY_HOURS = 24
# Class, place, top, width, height, tooltip, corner radius, baseline and text of a bar.
_BAR_SVG = (
    '<svg class="rota-bar {}" x="{}%" y="{}" width="{}%" height="{}"><title>{}</title>'
    '<rect width="100%" height="100%" rx="{}"></rect><text x="6" y="{}">{}</text></svg>'
)
_NOW = format_html('<span class="tag {}">now</span> ', "good-yes")


@dataclass(frozen=True, slots=True)
class Band:
    """Some days side by side: their heads and lines, and a drawing of each schedule that has a bar."""

    head: SafeString
    lines: SafeString
    rows: list[tuple[Lane, SafeString]]
    # Whether each head shows the reader's local time at which the day begins.
    has_clocks: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader, their time zone, and the instant of reading."""

    user: int | None
    zone: ZoneInfo
    at: datetime


def draw(board: Board, *, reader: Reader) -> list[Band]:
    """The grid: a row for each week for one schedule; for several, one row of days, at most a month long."""
    span = board.span
    if len(board.lanes) == 1:
        start, size = span.first - timedelta(days=span.first.weekday()), _WEEK
    else:
        start, size = span.first, _MAX_ROW_DAYS if (span.end - span.first).days <= _MAX_ROW_DAYS else _ROW_DAYS
    bands = []
    while start < span.end:
        end = start + timedelta(days=size)
        band_span = replace(span, first=start, end=end if size == _WEEK else min(end, span.end))
        bands.append(_band(board, band_span, reader))
        start = end
    return bands


def _band(board: Board, band_span: Span, reader: Reader) -> Band:
    days, since, until = band_span.days(), band_span.since, band_span.until
    length = (until - since).total_seconds()

    def place(moment: datetime) -> float:
        return round((min(max(moment, since), until) - since).total_seconds() * 100 / length, 3)

    marks = [(day, place(day.starts_at), place(day.ends_at)) for day in days]
    is_own_zone = reader.zone.key == band_span.zone.key or len(days) > _ROOM_FOR_CLOCKS
    rows = []
    for lane in board.lanes:
        met = (bar for bar in lane.all_bars if bar.starts_at < until and bar.ends_at > since)
        bars = (_bar(bar, place(bar.starts_at), place(bar.ends_at), band_span.zone, reader) for bar in met)
        rows.append((lane, _concatenate(bars)))
    lines = list(_lines(marks, board.span))
    if since <= reader.at < until:
        lines.append(_line("rota-now", place(reader.at)))
    heads = (_day_head(*mark, zone=None if is_own_zone else reader.zone) for mark in marks)
    return Band(_concatenate(heads), _concatenate(lines), rows, has_clocks=not is_own_zone)


def _lines(marks: list[tuple[Day, float, float]], span: Span) -> Iterator[SafeString]:
    """Weekends, days outside the span, and lines where days begin."""
    for day, start, end in marks:
        css = "rota-weekend" if day.date.weekday() >= _WEEK - 2 else ""
        css = css if span.first <= day.date < span.end else "rota-out"
        if css:
            yield format_html(
                '<rect class="{}" x="{}%" width="{}%" height="100%"></rect>', css, start, round(end - start, 3)
            )
        yield _line("rota-day", start)


def _line(css: str, place: float) -> SafeString:
    return format_html('<line class="{}" x1="{}%" x2="{}%" y1="0" y2="100%"></line>', css, place, place)


def _day_head(day: Day, start: float, end: float, *, zone: ZoneInfo | None) -> SafeString:
    is_wide = end - start > 5
    label = f"{day.date:%a} {day.date.day} {day.date:%b}" if is_wide else f"{day.date.day}"
    sublabel = "" if is_wide else f"{day.date:%a}"[:2]
    if zone is not None:
        sublabel = f"{day.starts_at.astimezone(zone):%a %H:%M}"
    if day.hours != _DAY_HOURS:
        sublabel = ", ".join(filter(None, (f"{day.hours:g} h", sublabel if zone else "")))
    return format_html(
        '<svg x="{}%" width="{}%" height="100%"><title>{} {} {}, {} hours</title>'
        '<text class="rota-date" x="4" y="15">{}</text><text class="rota-under" x="4" y="31">{}</text></svg>',
        start, round(end - start, 3), f"{day.date:%A}", day.date.day, f"{day.date:%B %Y}", f"{day.hours:g}", label,
        sublabel,
    )  # fmt: skip


def _bar(bar: Bar, start: float, end: float, zone: ZoneInfo, reader: Reader) -> SafeString:
    width = round(end - start, 3)
    tooltip = f"{_people_text(bar)}: {_times_text(bar, zone, reader)}"
    text = fitting_text(bar.users, width) if bar.users else "nobody" if width > 6 else ""
    if bar.is_shadow:
        return format_html(_BAR_SVG, "rota-shadow", start, _BAR + 6, width, _SHADOW, tooltip, 4, 13, text)
    return format_html(_BAR_SVG, bar_class(bar, reader.user), start, 4, width, _BAR, tooltip, 5, 19, text)


def bar_class(bar: Bar, user: int | None) -> str:
    """The CSS class of a bar."""
    if bar.is_shadow:
        return "rota-shadow"
    if not bar.users:
        return "rota-gap"
    own_class = " rota-mine" if any(person.pk == user for person in bar.users) else ""
    return ("rota-override" if bar.is_override else "rota-usual") + own_class


def fitting_text(people: Iterable[User], share: float) -> str:
    """The names in the longest form that fits a bar of this width, in percent; empty if none fits."""
    names = [person.name for person in people]
    room = share * _ROOM / 100 - _MARGIN
    firsts = [name.split(" ")[0] for name in names]
    initials = ["".join(word[:1] for word in name.split(" ")[:2]) for name in names]
    for words in (names, firsts, initials):
        text = ", ".join(words)
        if len(text) * _LETTER <= room:
            return text
    return ""


def _people_text(bar: Bar) -> str:
    names = ", ".join(person.name for person in bar.users) or "Nobody"
    if bar.is_shadow:
        return f"{names} (shadowing)"
    return f"{names} (override)" if bar.is_override else names


def _times_text(bar: Bar, zone: ZoneInfo, reader: Reader) -> str:
    times = _time_text(bar.starts_at, bar.ends_at, zone.key)
    if reader.zone.key != zone.key:
        times += f"; yours: {_time_text(bar.starts_at, bar.ends_at, reader.zone.key)}"
    return times


# Schedules hand over at the same times, so most times of a page repeat.
@lru_cache(maxsize=4096)
def _time_text(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    return display.period_text(starts_at, ends_at, zone=zone)


def list_lanes(board: Board, *, reader: Reader) -> list[tuple[Lane, SafeString]]:
    """Each schedule's bars as list items."""
    return [(lane, _concatenate(_list_items(lane, board, reader))) for lane in board.lanes]


def _list_items(lane: Lane, board: Board, reader: Reader) -> Iterator[SafeString]:
    zones = [ZoneInfo(key) for key in dict.fromkeys((board.span.zone.key, reader.zone.key))]
    for bar in lane.all_bars:
        is_now = bar.starts_at <= reader.at < bar.ends_at
        times = format_html_join(
            "", '<span class="rota-time">{}</span>', ((_list_time(bar, board, zone),) for zone in zones)
        )
        now = _NOW if is_now else ""
        yield format_html(
            '<li class="{}">{}<strong>{}</strong>{}</li>', bar_class(bar, reader.user), now, _people_text(bar), times
        )


def _list_time(bar: Bar, board: Board, zone: ZoneInfo) -> str:
    """From when to when; a bound that is only the page's own is left out."""
    start, end = _minute(bar.starts_at, zone), _minute(bar.ends_at, zone)
    if bar.starts_at == board.span.since:
        return "all the time" if bar.ends_at == board.span.until else f"until {end}"
    if bar.ends_at == board.span.until:
        return f"from {start}"
    return f"{start} to {end}"


@lru_cache(maxsize=4096)
def _minute(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    # The wall clock shows this time twice: add the zone's abbreviation.
    neighbors = moment + timedelta(hours=1), moment - timedelta(hours=1)
    is_ambiguous = any(f"{neighbor.astimezone(zone):%d%H%M}" == f"{local:%d%H%M}" for neighbor in neighbors)
    return f"{local:%a} {local.day} {local:%b %H:%M}" + (f" {local.tzname()}" if is_ambiguous else "")


def _concatenate(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
