"""Panels and chapters: how a page shows something that belongs to an app above its own."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Panel:
    """A box on another app's page: `context` gives the template its data, or None to stay away."""

    place: str
    order: int
    template: str
    context: Callable[[HttpRequest, Any], Mapping[str, Any] | None]


_panels: defaultdict[str, list[Panel]] = defaultdict(list)


def register(panel: Panel) -> None:
    """Add a panel to a place such as "incident"; called from an app's `ready()`."""
    _panels[panel.place].append(panel)
    _panels[panel.place].sort(key=lambda one: one.order)


def collect(place: str, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
    """The panels to draw on `record`'s page, in order, each with its template and context."""
    found = []
    for panel in _panels[place]:
        context = panel.context(request, record)
        if context is not None:
            found.append({"template": panel.template, "context": context})
    return found


@dataclass(frozen=True)
class Moment:
    """Something that happened, when, and the record where it did."""

    at: datetime
    text: str
    title: str
    url: str


@dataclass(frozen=True)
class Chapter:
    """A part of a record's story: `moments` finds what its app knows of the subject; `none` stands for nothing."""

    order: int
    title: str
    none: str
    moments: Callable[[Any], Iterable[Moment]]


@dataclass(frozen=True)
class ChapterMoments:
    """A chapter with its moments, the oldest first."""

    title: str
    none: str
    moments: list[Moment]


_chapters: list[Chapter] = []


def register_chapter(chapter: Chapter) -> None:
    """Add a chapter to the story; called from an app's `ready()`."""
    _chapters.append(chapter)
    _chapters.sort(key=lambda one: one.order)


def collect_chapters(subject: Any) -> list[ChapterMoments]:
    """The story of a subject, chapter by chapter (S36)."""
    return [
        ChapterMoments(one.title, one.none, sorted(one.moments(subject), key=lambda moment: moment.at))
        for one in _chapters
    ]


def timestamp_moments(record: Any, words: Mapping[str, str], *, title: str, url: str) -> list[Moment]:
    """The moments of a record's `*_at` columns that are set; `words` says what each means."""
    found = ((getattr(record, name), text) for name, text in words.items())
    return [Moment(at, text, title, url) for at, text in found if at is not None]
