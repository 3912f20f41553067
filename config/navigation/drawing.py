"""The side bar as its template draws it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.urls import reverse

from config.base.data.users import User
from config.navigation import counts
from config.navigation.sections import GROUPS, PHONE_BAR, Section, section_of


@dataclass(frozen=True)
class View:
    """A saved view below its section."""

    name: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Entry:
    """A section: where it leads, whether the reader is in it, and its number."""

    section: Section
    url: str
    is_current: bool
    count: int
    views: tuple[View, ...]


@dataclass(frozen=True)
class Navigation:
    """The side bar: groups of entries, the entries at the foot of a phone, and the rest behind More."""

    groups: list[tuple[str, list[Entry]]]
    bar: list[Entry]
    rest: list[Entry]
    duty: counts.Duty | None
    is_counted: bool


def draw(user: User, *, address: str, numbers: counts.Numbers | None, at: datetime) -> Navigation:
    """The side bar of a page at `address`, with its query, for a person; without numbers if there are none."""
    current = section_of("/incidents/" if (path := urlsplit(address).path) == "/" else path)
    counted = numbers.counts if numbers else {}
    links = numbers.views if numbers else ()

    def entry(section: Section) -> Entry:
        url = reverse(section.view)
        views = tuple(View(link.name, link.url, link.url == address) for link in links if link.path == url)
        is_current = section is current and not any(view.is_current for view in views)
        return Entry(section, url, is_current, counted.get(section.count, 0), views)

    groups = [(group.label, [entry(section) for section in group.sections if section.may(user)]) for group in GROUPS]
    entries = {item.section.view: item for _, items in groups for item in items}
    return Navigation(
        groups=groups,
        bar=[entries[view] for view in PHONE_BAR],
        rest=[item for view, item in entries.items() if view not in PHONE_BAR],
        duty=numbers.duty if numbers else None,
        is_counted=numbers is not None and numbers.is_fresh(at),
    )
