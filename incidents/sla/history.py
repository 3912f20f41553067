"""What happened to a ticket, as clocks read it: events in order, and the ticket's state at any minute (K-3).

Instants are whole minutes since 1970-01-01T00:00Z, as integers.
"""

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from oncall.calendars.opening_hours import Span


@dataclass(frozen=True)
class Event:
    """Something that happened. `recorded_at` is when the system learned it, `withdrawn_at` when it was struck out."""

    at: int
    type: str
    recorded_at: int
    withdrawn_at: int | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    hold: str = ""
    reason: str = ""
    team: Hashable = None
    value: int | None = None
    """The start of the impact, of an `impact` event."""
    span: Span | None = None
    """The minutes that do not count, of a `credit` event."""

    def is_known_at(self, minute: int) -> bool:
        """Whether the system held it for true at that minute."""
        return self.recorded_at <= minute and (self.withdrawn_at is None or self.withdrawn_at > minute)

    @property
    def looks_back(self) -> bool:
        """Whether it says something about minutes before it was recorded, so that facts may be found late (K-40)."""
        if self.withdrawn_at is not None or self.recorded_at > self.at or self.type == "impact":
            return True
        return self.span is not None and self.span[0] < self.recorded_at


Mark = tuple[int, int]
"""When something happened: the minute, and its place among all events."""


class State(NamedTuple):
    """The ticket after all events of a minute."""

    fields: Mapping[str, object]
    holds: frozenset[str]
    """The reasons of the holds that are active."""
    restored: "Mark | None" = None
    resolved: "Mark | None" = None
    cancelled: "Mark | None" = None
    """Cancelled, or merged into another ticket; what happens to it after that changes nothing (K-31)."""

    @property
    def pauses(self) -> frozenset[str]:
        """The reasons that may pause a clock; a major incident never pauses (K-25)."""
        return frozenset() if self.fields.get("major") else self.holds

    def is_like(self, other: "State") -> bool:
        """Whether no clock can tell them apart; fields are replaced when they change, never altered."""
        return (
            self.fields is other.fields
            and self.holds == other.holds
            and self.restored == other.restored
            and self.resolved == other.resolved
            and self.cancelled == other.cancelled
        )

    @property
    def is_ended(self) -> bool:
        """Whether customers need not be told again."""
        return self.restored is not None or self.cancelled is not None


_NOTHING = State({}, frozenset())


class History:
    """The events of one ticket that were known at one moment, and the states between them."""

    def __init__(self, events: Iterable[Event]) -> None:
        # Stable: events of one minute apply in order of receipt.
        self._events = sorted(events, key=lambda event: event.at)
        self.opened = next((event.at for event in self._events if event.type == "opened"), 0)
        self.firsts: dict[str, Mark] = {}
        """The first event of each type; `restored` also stands for a resolution in one step."""
        self.acknowledged_by: dict[Hashable, Mark] = {}
        """When each team first acknowledged."""
        self.updates: set[int] = set()
        self.reopenings: set[int] = set()
        self.endings: set[int] = set()
        """The minutes in which it was restored, resolved, cancelled or merged, also if it was reopened at once."""
        self.impact: int | None = None
        self.credits: list[Span] = []
        self.minutes: list[int] = []
        self._states: list[State] = []
        self._read()

    def state_at(self, minute: int) -> State:
        """The state after all events up to and in a minute."""
        index = bisect_right(self.minutes, minute) - 1
        return self._states[index] if index >= 0 else _NOTHING

    @cached_property
    def turns(self) -> list[int]:
        """The minutes in which the state changes, or the ticket was reopened: many events are neither."""
        turns, before = [], _NOTHING
        for minute, state in zip(self.minutes, self._states, strict=True):
            if minute in self.reopenings or not state.is_like(before):
                turns.append(minute)
            before = state
        return turns

    @cached_property
    def teams(self) -> list[tuple[Hashable, int]]:
        """Each team that had the ticket, with its first minute (K-23)."""
        first: dict[Hashable, int] = {}
        for minute, state in zip(self.minutes, self._states, strict=True):
            team = state.fields.get("team")
            if isinstance(team, Hashable) and team not in (None, ""):
                first.setdefault(team, minute)
        return sorted(first.items(), key=lambda item: str(item[0]))

    def is_credited(self, minute: int) -> bool:
        """Whether an approved correction takes this minute out (K-43)."""
        return bool(self.credits) and any(start <= minute < end for start, end in self.credits)

    def _read(self) -> None:
        fields: dict[str, object] = {}
        holds: dict[str, str] = {}
        ends: dict[str, Mark] = {}
        for place, event in enumerate(self._events):
            if event.type in ("opened", "change"):
                fields = {**fields, **event.fields}
            self._note(event, (event.at, place), fields)
            _apply(event, (event.at, place), holds, ends)
            state = State(fields, frozenset(holds.values()), **ends)
            if self.minutes and self.minutes[-1] == event.at:
                self._states[-1] = state
            else:
                self.minutes.append(event.at)
                self._states.append(state)

    def _note(self, event: Event, mark: Mark, fields: Mapping[str, object]) -> None:
        """Keep what stays true whatever happens later."""
        kind = "restored" if event.type == "resolved" else event.type
        self.firsts.setdefault(kind, mark)
        if event.type == "acknowledged":
            team = event.team if event.team is not None else fields.get("team")
            if isinstance(team, Hashable):
                self.acknowledged_by.setdefault(team, mark)
        elif event.type == "update":
            self.updates.add(event.at)
        elif event.type == "reopened":
            self.reopenings.add(event.at)
        elif event.type in _ENDS_HOLDS:
            self.endings.add(event.at)
        elif event.type == "impact":
            self.impact = event.value
        elif event.span is not None:
            self.credits.append(event.span)


_ENDS_HOLDS = frozenset({"restored", "resolved", "cancelled", "merged", "reopened"})


def _apply(event: Event, mark: Mark, holds: dict[str, str], ends: dict[str, Mark]) -> None:
    """Change the holds and what has ended the ticket as an event does (K-27, K-30, K-31)."""
    if event.type in _ENDS_HOLDS:
        holds.clear()
    if event.type == "hold":
        holds[event.hold] = event.reason
    elif event.type == "unhold":
        holds.pop(event.hold, None)
    elif event.type == "reopened":
        ends.clear()
    elif "cancelled" in ends:
        return
    elif event.type in ("restored", "resolved"):
        ends.setdefault("restored", mark)
        if event.type == "resolved":
            ends.setdefault("resolved", mark)
    elif event.type in ("cancelled", "merged"):
        ends["cancelled"] = mark
