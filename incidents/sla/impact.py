"""What a changed definition does to the clocks that are open: how many change, how many would be broken (K-42).

Instants are whole minutes since 1970-01-01T00:00Z, as integers.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from incidents.sla.clocks import ClockKey, courses, key_of
from incidents.sla.definitions import Definitions
from incidents.sla.history import Event, History
from incidents.sla.stretches import Course, Status


@dataclass(frozen=True)
class Impact:
    """How many clocks a change reaches, at the minute in which it takes effect."""

    open_clocks: int = 0
    """Open at that minute about the promises that change, before or after."""
    changed: int = 0
    """Of these, the ones that get another promise, or lose or gain one."""
    in_breach: int = 0
    """Of the changed ones, those that would be broken at that minute."""

    def __add__(self, other: "Impact") -> "Impact":
        """Both together, for tickets that are looked at in portions."""
        return Impact(
            self.open_clocks + other.open_clocks, self.changed + other.changed, self.in_breach + other.in_breach
        )


def impact(
    definitions_before: Definitions,
    definitions_after: Definitions,
    events_by_ticket: Mapping[Hashable, Sequence[Event]],
    *,
    at: int,
) -> Impact:
    """What a change of definitions does to tickets at a minute, if nothing more happens until then (K-42)."""
    before, after = _differing(definitions_before, definitions_after)
    total = Impact()
    for events in events_by_ticket.values():
        history = History(event for event in events if event.withdrawn_at is None)
        was, becomes = _open_clocks(history, before, at), _open_clocks(history, after, at)
        keys = was.keys() | becomes.keys()
        changed = [key for key in keys if _reading(was.get(key)) != _reading(becomes.get(key))]
        broken = [key for key in changed if key in becomes and becomes[key].breach() is not None]
        total += Impact(len(keys), len(changed), len(broken))
    return total


def _differing(before: Definitions, after: Definitions) -> tuple[Definitions, Definitions]:
    """Only the targets of the kinds and metrics that differ: the other clocks cannot change."""
    keys = {
        key
        for key in before.by_promise.keys() | after.by_promise.keys()
        if before.by_promise.get(key) != after.by_promise.get(key)
    }
    return _only(before, keys), _only(after, keys)


def _only(definitions: Definitions, keys: set[tuple[str, str]]) -> Definitions:
    return Definitions(tuple(target for target in definitions.targets if (target.kind, target.metric) in keys))


def _open_clocks(history: History, definitions: Definitions, at: int) -> dict[ClockKey, Course]:
    rows = courses(history, definitions, planned=definitions.known_at(at), until=at)
    return {key_of(course.clock): course for course in rows if course.status == Status.OPEN}


def _reading(course: Course | None) -> object:
    """What a promise is to those who work by it; the same in another version is no change."""
    if course is None:
        return None
    version = course.version
    return version.target, version.goal, version.hours, version.pause_reasons
