"""A ticket's timeline as people read it: messages and notes as blocks, events as lines, pages of one wave folded."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from django.db.models import Count, TextChoices
from django.utils import timezone

from incidents.models import EntryKind, Ticket, TimelineEntry
from incidents.tickets.mentions import names_of

PAGE = 100
_SPOKEN = (EntryKind.NOTE, EntryKind.COMMENT)
_PAGING = {EntryKind.PAGE, EntryKind.ESCALATION}
_ICONS = {
    EntryKind.OPENED: "alert-triangle",
    EntryKind.STATUS: "progress-check",
    EntryKind.CHANGE: "pencil",
    EntryKind.HANDOVER: "arrow-right",
    EntryKind.PAGE: "bell-ringing",
    EntryKind.ESCALATION: "bell-ringing",
    EntryKind.ALERT: "bell",
    EntryKind.ACTION: "list-check",
    EntryKind.LINK: "link",
}


class Show(TextChoices):
    """What of it is read."""

    ALL = "", "All"
    COMMENTS = "comments", "Comments"
    NOTES = "notes", "Notes"
    EVENTS = "events", "Events"


_KINDS = {
    Show.COMMENTS: (EntryKind.COMMENT,),
    Show.NOTES: (EntryKind.NOTE,),
    Show.EVENTS: tuple(kind for kind in EntryKind if kind not in _SPOKEN),
}


@dataclass(frozen=True)
class Item:
    """A message, an event, or several events of paging folded into the newest of them."""

    entry: TimelineEntry
    css: str
    icon: str = ""
    folded: Sequence[TimelineEntry] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """Of a note, what stands in place of each name that it calls with an @."""

    @property
    def is_message(self) -> bool:
        """Whether somebody spoke."""
        return bool(self.css)


@dataclass(frozen=True)
class Day:
    """The items of one local day, newest first."""

    date: date
    items: list[Item]


@dataclass(frozen=True)
class Conversation:
    """What is read, how many entries there are of each sort, and whether older ones are left out."""

    show: str
    days: list[Day]
    counts: dict[str, int]
    is_cut: bool

    @property
    def choices(self) -> list[tuple[str, str, int]]:
        """The sorts with their words and numbers; those without entries are left out."""
        rows = [(str(value), str(label), self.counts[str(value)]) for value, label in Show.choices]
        return [row for row in rows if row[2] or row[0] == self.show or not row[0]]


def read_conversation(ticket: Ticket, *, show: str = "", is_whole: bool = False) -> Conversation:
    """The conversation of a ticket, newest first, in local days; as many queries whatever its length.

    `show` is one of `Show`. Without `is_whole` the newest hundred entries.
    """
    rows = ticket.timeline.select_related("actor", "token").order_by("-at", "-pk")
    kinds = _KINDS.get(Show(show))
    if kinds:
        rows = rows.filter(kind__in=kinds)
    entries = list(rows if is_whole else rows[: PAGE + 1])
    is_cut = not is_whole and len(entries) > PAGE
    requester = ticket.requester.user_id if ticket.requester is not None else None
    entries = entries[:PAGE] if is_cut else entries
    items = _fold(entries, requester, names_of(entries))
    days = [Day(day, list(of_day)) for day, of_day in groupby(items, key=lambda item: _local_day(item.entry.at))]
    return Conversation(show, days, _counts(ticket), is_cut)


def _counts(ticket: Ticket) -> dict[str, int]:
    by_kind = dict(ticket.timeline.order_by().values_list("kind").annotate(n=Count("pk")))
    counts = {str(show): sum(by_kind.get(kind, 0) for kind in kinds) for show, kinds in _KINDS.items()}
    return counts | {str(Show.ALL): sum(by_kind.values())}


def _local_day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _fold(
    entries: Iterable[TimelineEntry], requester: int | None, names: Mapping[int, Mapping[str, str]]
) -> Iterator[Item]:
    """Neighbours about paging on one day become one item: ten attempts to reach people are one event."""

    def wave(entry: TimelineEntry) -> tuple[bool, date | int]:
        is_paging = entry.kind in _PAGING
        return is_paging, _local_day(entry.at) if is_paging else entry.pk

    for (is_paging, _), group in groupby(entries, key=wave):
        first, *others = group
        if is_paging:
            yield Item(first, "", _ICONS[EntryKind(first.kind)], tuple(others))
        else:
            yield _item(first, requester, names.get(first.pk, {}))


def _item(entry: TimelineEntry, requester: int | None, names: Mapping[str, str]) -> Item:
    if entry.kind == EntryKind.NOTE:
        return Item(entry, "is-note", "lock", names=names)
    if entry.kind == EntryKind.COMMENT:
        came_in = entry.actor_id is not None and entry.actor_id == requester
        return Item(entry, "is-received" if came_in else "is-reply", "message-2")
    return Item(entry, "", _ICONS[EntryKind(entry.kind)])
