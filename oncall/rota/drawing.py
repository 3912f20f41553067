"""A rota drawn on the server as SVG, with shares of the width as geometry, and told as a list for phones.

Built here: a template takes several times as long for the thousands of bars of a month.
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
_ONE_ROW = 31
_FOUR_WEEKS = 28
# What a narrow sheet leaves for the bars, and a letter on it, in pixels.
_ROOM, _LETTER, _MARGIN = 860, 7.5, 10
_ROOM_FOR_CLOCKS = 14
_BAR, _SHADOW = 28, 18
_USUAL_HOURS = 24
# Class, place, top, width, height, what a pointer reads, roundness, baseline and face of a bar.
_DRAWN = (
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
    # Whether each head says what the reader's clock shows as the day begins.
    has_clocks: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads, in which zone, at which instant."""

    user: int | None
    zone: ZoneInfo
    at: datetime


def draw(board: Board, *, reading: Reading) -> list[Band]:
    """The grid: whole weeks below one another for one schedule, else all days side by side, at most a month."""
    span = board.span
    if len(board.lanes) == 1:
        start, size = span.first - timedelta(days=span.first.weekday()), _WEEK
    else:
        start, size = span.first, _ONE_ROW if (span.end - span.first).days <= _ONE_ROW else _FOUR_WEEKS
    bands = []
    while start < span.end:
        end = start + timedelta(days=size)
        shown = replace(span, first=start, end=end if size == _WEEK else min(end, span.end))
        bands.append(_band(board, shown, reading))
        start = end
    return bands


def _band(board: Board, shown: Span, reading: Reading) -> Band:
    days, since, until = shown.days(), shown.since, shown.until
    length = (until - since).total_seconds()

    def place(moment: datetime) -> float:
        return round((min(max(moment, since), until) - since).total_seconds() * 100 / length, 3)

    marks = [(day, place(day.starts_at), place(day.ends_at)) for day in days]
    is_own = reading.zone.key == shown.zone.key or len(days) > _ROOM_FOR_CLOCKS
    rows = []
    for lane in board.lanes:
        met = (bar for bar in lane.all_bars if bar.starts_at < until and bar.ends_at > since)
        drawn = (_bar(bar, place(bar.starts_at), place(bar.ends_at), shown.zone, reading) for bar in met)
        rows.append((lane, _joined(drawn)))
    lines = list(_lines(marks, board.span))
    if since <= reading.at < until:
        lines.append(_line("rota-now", place(reading.at)))
    heads = (_head(*mark, zone=None if is_own else reading.zone) for mark in marks)
    return Band(_joined(heads), _joined(lines), rows, has_clocks=not is_own)


def _lines(marks: list[tuple[Day, float, float]], asked: Span) -> Iterator[SafeString]:
    """Weekends, days that were not asked for, and where days begin."""
    for day, start, end in marks:
        css = "rota-weekend" if day.date.weekday() >= _WEEK - 2 else ""
        css = css if asked.first <= day.date < asked.end else "rota-out"
        if css:
            yield format_html(
                '<rect class="{}" x="{}%" width="{}%" height="100%"></rect>', css, start, round(end - start, 3)
            )
        yield _line("rota-day", start)


def _line(css: str, place: float) -> SafeString:
    return format_html('<line class="{}" x1="{}%" x2="{}%" y1="0" y2="100%"></line>', css, place, place)


def _head(day: Day, start: float, end: float, *, zone: ZoneInfo | None) -> SafeString:
    is_wide = end - start > 5
    face = f"{day.date:%a} {day.date.day} {day.date:%b}" if is_wide else f"{day.date.day}"
    under = "" if is_wide else f"{day.date:%a}"[:2]
    if zone is not None:
        under = f"{day.starts_at.astimezone(zone):%a %H:%M}"
    if day.hours != _USUAL_HOURS:
        under = ", ".join(filter(None, (f"{day.hours:g} h", under if zone else "")))
    return format_html(
        '<svg x="{}%" width="{}%" height="100%"><title>{} {} {}, {} hours</title>'
        '<text class="rota-date" x="4" y="15">{}</text><text class="rota-under" x="4" y="31">{}</text></svg>',
        start, round(end - start, 3), f"{day.date:%A}", day.date.day, f"{day.date:%B %Y}", f"{day.hours:g}", face,
        under,
    )  # fmt: skip


def _bar(bar: Bar, start: float, end: float, zone: ZoneInfo, reading: Reading) -> SafeString:
    width = round(end - start, 3)
    words = f"{_who(bar)}: {_times(bar, zone, reading)}"
    text = fitting(bar.users, width) if bar.users else "nobody" if width > 6 else ""
    if bar.is_shadow:
        return format_html(_DRAWN, "rota-shadow", start, _BAR + 6, width, _SHADOW, words, 4, 13, text)
    return format_html(_DRAWN, kind_of(bar, reading.user), start, 4, width, _BAR, words, 5, 19, text)


def kind_of(bar: Bar, reader: int | None) -> str:
    """The class of a bar, by which the style sheet colors it."""
    if bar.is_shadow:
        return "rota-shadow"
    if not bar.users:
        return "rota-gap"
    mine = " rota-mine" if any(person.pk == reader for person in bar.users) else ""
    return ("rota-override" if bar.is_override else "rota-usual") + mine


def fitting(people: Iterable[User], share: float) -> str:
    """As much of some names as a bar of this share of the width has room for; nothing rather than a letter."""
    names = [person.name for person in people]
    room = share * _ROOM / 100 - _MARGIN
    firsts = [name.split(" ")[0] for name in names]
    initials = ["".join(word[:1] for word in name.split(" ")[:2]) for name in names]
    for words in (names, firsts, initials):
        text = ", ".join(words)
        if len(text) * _LETTER <= room:
            return text
    return ""


def _who(bar: Bar) -> str:
    who = ", ".join(person.name for person in bar.users) or "Nobody"
    if bar.is_shadow:
        return f"{who} (shadowing)"
    return f"{who} (override)" if bar.is_override else who


def _times(bar: Bar, zone: ZoneInfo, reading: Reading) -> str:
    times = _told(bar.starts_at, bar.ends_at, zone.key)
    if reading.zone.key != zone.key:
        times += f"; yours: {_told(bar.starts_at, bar.ends_at, reading.zone.key)}"
    return times


# Schedules hand over at the same times, so most of a page's times are told again and again.
@lru_cache(maxsize=4096)
def _told(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    return display.period_text(starts_at, ends_at, zone=zone)


def listing(board: Board, *, reading: Reading) -> list[tuple[Lane, SafeString]]:
    """Each schedule's bars as lines, one below another."""
    return [(lane, _joined(_items(lane, board, reading))) for lane in board.lanes]


def _items(lane: Lane, board: Board, reading: Reading) -> Iterator[SafeString]:
    zones = [ZoneInfo(key) for key in dict.fromkeys((board.span.zone.key, reading.zone.key))]
    for bar in lane.all_bars:
        is_now = bar.starts_at <= reading.at < bar.ends_at
        times = format_html_join(
            "", '<span class="rota-time">{}</span>', ((_stretch(bar, board, zone),) for zone in zones)
        )
        now = _NOW if is_now else ""
        yield format_html(
            '<li class="{}">{}<strong>{}</strong>{}</li>', kind_of(bar, reading.user), now, _who(bar), times
        )


def _stretch(bar: Bar, board: Board, zone: ZoneInfo) -> str:
    """From when to when; a bound that is only the page's own is not said."""
    start, end = _minute(bar.starts_at, zone), _minute(bar.ends_at, zone)
    if bar.starts_at == board.span.since:
        return "all the time" if bar.ends_at == board.span.until else f"until {end}"
    if bar.ends_at == board.span.until:
        return f"from {start}"
    return f"{start} to {end}"


@lru_cache(maxsize=4096)
def _minute(moment: datetime, zone: ZoneInfo) -> str:
    shown = moment.astimezone(zone)
    # Twice the same wall clock: say which is meant.
    again = moment + timedelta(hours=1), moment - timedelta(hours=1)
    twice = any(f"{one.astimezone(zone):%d%H%M}" == f"{shown:%d%H%M}" for one in again)
    return f"{shown:%a} {shown.day} {shown:%b %H:%M}" + (f" {shown.tzname()}" if twice else "")


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
