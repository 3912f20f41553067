"""The chart of a simulation: one line per person, a mark per page, drawn on the server as SVG."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from oncall.escalation.simulation import Simulation
from oncall.models import ContactKind, Page

MAX_LANES = 12
_WIDTH, _LEFT, _RIGHT, _TOP, _LANE = 1000, 190, 980, 40, 34
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440, 2880, 10080)
"""Minutes between two lines of the grid."""


def chart(run: Simulation, *, zone: ZoneInfo) -> SafeString:
    """The first people of the answer and their pages; empty when nobody is paged. The table has the same in words."""
    pages: dict[int, list[Page]] = {}
    for page in run.pages:
        pages.setdefault(page.user_id, []).append(page)
    if not pages:
        return SafeString()
    lanes = list(pages.items())[:MAX_LANES]
    span = max((page.due_at for _, marks in lanes for page in marks), default=run.at) - run.at
    span = max(span, timedelta(minutes=5)) * 1.04
    height = _TOP + _LANE * len(lanes) + 6

    def place(at: datetime) -> str:
        return f"{_LEFT + (at - run.at) / span * (_RIGHT - _LEFT):.1f}"

    grid = format_html_join("", "{}", ((_tick(at, place(at), height, run, zone),) for at in _ticks(run.at, span)))
    rows = format_html_join(
        "",
        "{}",
        ((_lane(run.people[key].name, marks, _TOP + _LANE * row, place),) for row, (key, marks) in enumerate(lanes)),
    )
    return format_html(
        '<svg class="sim-svg" viewBox="0 0 {} {}" role="img" aria-label="Minutes after it fired, for {} people; the'
        ' table below has the same in words">{}{}</svg>',
        _WIDTH, height, len(lanes), grid, rows,
    )  # fmt: skip


def _ticks(at: datetime, span: timedelta) -> Iterator[datetime]:
    minutes = next((step for step in _STEPS if span / timedelta(minutes=step) <= 8), _STEPS[-1])
    for number in range(9):
        if (after := timedelta(minutes=minutes * number)) <= span:
            yield at + after


def _tick(at: datetime, x: str, height: int, run: Simulation, zone: ZoneInfo) -> SafeString:
    wall = at.astimezone(zone)
    after = (at - run.at) // timedelta(minutes=1)
    return format_html(
        '<line class="grid" x1="{}" x2="{}" y1="34" y2="{}"></line><text class="val" x="{}" y="14"'
        ' text-anchor="middle">{}</text><text x="{}" y="28" text-anchor="middle">{} min</text>',
        x, x, height, x, f"{wall:%H:%M}", x, after,
    )  # fmt: skip


def _lane(name: str, pages: list[Page], y: int, place: Callable[[datetime], str]) -> SafeString:
    middle = y + _LANE // 2
    xs = [place(page.due_at) for page in pages]
    marks = format_html_join("", "{}", ((_mark(page, x, middle),) for page, x in zip(pages, xs, strict=True)))
    return format_html(
        '<line class="lane" x1="0" x2="{}" y1="{}" y2="{}"></line><text class="who" x="0" y="{}">{}</text>'
        '<line class="ring" x1="{}" x2="{}" y1="{}" y2="{}"></line>{}',
        _WIDTH, y + _LANE, y + _LANE, middle + 4, name[:26], xs[0], _RIGHT, middle, middle, marks,
    )  # fmt: skip


def _mark(page: Page, x: str, y: int) -> SafeString:
    if page.channel == ContactKind.VOICE:
        return format_html(
            '<rect class="mk-c" x="{}" y="{}" width="12" height="12" rx="2"></rect>', f"{float(x) - 6:.1f}", y - 6
        )
    kind = "mk-m" if page.channel == ContactKind.EMAIL else "mk-t"
    return format_html('<circle class="{}" cx="{}" cy="{}" r="{}"></circle>', kind, x, y, 5 if kind == "mk-m" else 6)
