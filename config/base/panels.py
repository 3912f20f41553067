"""Panels: how a page shows something that belongs to an app above its own."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
