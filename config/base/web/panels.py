"""Panels and chapters: how a page shows something that belongs to an app above its own."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Panel:
    """A part of another app's page: `context` gives the template its data, or None for no part.

    Panels of one `group` are drawn as lines under one head. A context with `is_empty` is not drawn; what can be added
    to it stands under `folds`, and the page draws the folds of all panels in one row.
    """

    place: str
    order: int
    template: str
    context: Callable[[HttpRequest, Any], Mapping[str, object] | None]
    group: str = ""


@dataclass(frozen=True)
class Fold:
    """What an empty panel offers: the page that adds to it, or with `is_post` the button that does."""

    label: str
    view: str
    argument: object
    is_post: bool = False


_panels: defaultdict[str, list[Panel]] = defaultdict(list)


def register(panel: Panel) -> None:
    """Add a panel to a place such as "incident"; called from an app's `ready()`."""
    _panels[panel.place].append(panel)
    _panels[panel.place].sort(key=lambda item: item.order)


def registered() -> list[Panel]:
    """All panels, place by place, in their order."""
    return [panel for place in sorted(_panels) for panel in _panels[place]]


def collect(place: str, request: HttpRequest, record: object) -> list[dict[str, object]]:
    """The panels to draw on `record`'s page, in order, each with its template and context."""
    entries: list[dict[str, object]] = []
    for panel in _panels[place]:
        context = panel.context(request, record)
        if context is not None:
            entries.append({"template": panel.template, "context": context, "group": panel.group})
    return entries


def rail_context(entries: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """What a record's page takes from its panels: what is related, what can be added, and the clock of its head."""
    contexts = [entry["context"] for entry in entries]
    return {
        "related": [entry for entry in entries if entry["group"] and not entry["context"].get("is_empty")],
        "folds": [fold for context in contexts for fold in context.get("folds", ())],
        "head_clock": next((context["head"] for context in contexts if "head" in context), None),
    }


@dataclass(frozen=True)
class Moment:
    """Something that happened, when, and the record where it did."""

    at: datetime
    text: str
    title: str
    url: str


@dataclass(frozen=True)
class Chapter:
    """A part of a record's story: `moments` lists what its app recorded; `empty_text` is shown if there is nothing."""

    order: int
    title: str
    empty_text: str
    moments: Callable[[Any], Iterable[Moment]]


@dataclass(frozen=True)
class ChapterMoments:
    """A chapter with its moments, the oldest first."""

    title: str
    empty_text: str
    moments: list[Moment]


_chapters: list[Chapter] = []


def register_chapter(chapter: Chapter) -> None:
    """Add a chapter to the story; called from an app's `ready()`."""
    _chapters.append(chapter)
    _chapters.sort(key=lambda item: item.order)


def chapters() -> list[Chapter]:
    """All chapters, in their order."""
    return list(_chapters)


def collect_chapters(subject: object) -> list[ChapterMoments]:
    """The story of a subject, chapter by chapter (S36)."""
    return [
        ChapterMoments(chapter.title, chapter.empty_text, sorted(chapter.moments(subject), key=attrgetter("at")))
        for chapter in _chapters
    ]


def timestamp_moments(record: object, words: Mapping[str, str], *, title: str, url: str) -> list[Moment]:
    """The moments of a record's `*_at` columns that are set; `words` says what each means."""
    stamps = ((getattr(record, name), text) for name, text in words.items())
    return [Moment(at, text, title, url) for at, text in stamps if at is not None]
