"""Small charts drawn on the server as SVG: no script, no inline style, a title and a description for all readers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_TOP, _LOW, _LEFT = 8.0, 22.0, 4.0


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its height and a mark, both None without a figure, and its description in `words`."""

    label: str
    value: float | None
    mark: float | None
    words: str
    url: str = ""


def bar_chart(
    items: Sequence[Bar], *, name: str, title: str, about: str, width: int = 720, height: int = 180
) -> SafeString:
    """A bar chart with a mark per bar; show the data in a table beside it as well."""
    highest = max([value for bar in items for value in (bar.value, bar.mark) if value is not None], default=0) or 1
    room = height - _TOP - _LOW
    step = (width - 2 * _LEFT) / max(1, len(items))
    lines = format_html_join(
        "",
        "{}",
        ((_bar(bar, _LEFT + place * step, step, height - _LOW, room / highest),) for place, bar in enumerate(items)),
    )
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-about">'
        '<title id="{}-title">{}</title><desc id="{}-about">{}</desc>'
        '<line class="chart-floor" x1="0" x2="{}" y1="{}" y2="{}"></line>{}</svg>',
        width, height, name, name, name, title, name, about, width, height - _LOW, height - _LOW, lines,
    )  # fmt: skip


def _bar(bar: Bar, x: float, step: float, floor: float, scale: float) -> SafeString:
    parts = [
        format_html('<text class="chart-label" x="{}" y="{}">{}</text>', _n(x + step / 2), _n(floor + 15), bar.label)
    ]
    if bar.value is not None:
        tall = max(1.0, bar.value * scale)
        parts.append(
            format_html(
                '<rect class="chart-bar" x="{}" y="{}" width="{}" height="{}" rx="2"><title>{}</title></rect>',
                _n(x + step * 0.2), _n(floor - tall), _n(step * 0.6), _n(tall), bar.words,
            )
        )  # fmt: skip
    if bar.mark is not None:
        y = _n(floor - bar.mark * scale)
        parts.append(
            format_html(
                '<line class="chart-mark" x1="{}" x2="{}" y1="{}" y2="{}"></line>',
                _n(x + step * 0.1), _n(x + step * 0.9), y, y,
            )
        )  # fmt: skip
    return format_html_join("", "{}", ((part,) for part in parts))


def sparkline(values: Iterable[float | None], *, words: str, width: int = 140, height: int = 32) -> SafeString:
    """A small line chart; gaps stay gaps, the last value is a dot."""
    series = list(values)
    highest = max((value for value in series if value is not None), default=0) or 1
    step = (width - 6) / max(1, len(series) - 1)
    points = [
        (_n(3 + place * step), _n(height - 3 - value / highest * (height - 6)))
        for place, value in enumerate(series)
        if value is not None
    ]
    line = format_html_join(" ", "{},{}", points)
    dot = format_html('<circle class="spark-dot" cx="{}" cy="{}" r="2.5"></circle>', *points[-1]) if points else ""
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" role="img"><title>{}</title>'
        '<polyline class="spark-line" points="{}"></polyline>{}</svg>',
        width, height, words, line, dot,
    )  # fmt: skip


def _n(value: float) -> str:
    """A coordinate, with a decimal point in every language."""
    return f"{value:.1f}"
