"""Tabs beside the title of a list: lists of the same subject, or the same list narrowed."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True)
class Tab:
    """A list beside this one, or this one narrowed: with how many rows it has, if that is known."""

    label: str
    url: str
    count: int | None = None
    is_current: bool = False
    is_loud: bool = False


def tabs_of(names: Iterable[tuple[str, str]], *, path: str) -> list[Tab]:
    """The tabs of (URL name, label) pairs, as a page at `path` draws them."""
    return [Tab(label, reverse(view), is_current=reverse(view) == path) for view, label in names]
