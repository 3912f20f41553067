"""Targets and their dated versions, and which of them is in force (K-5, K-6, K-7).

Instants are whole minutes since 1970-01-01T00:00Z, as integers.
"""

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from oncall.calendars.opening_hours import AROUND_THE_CLOCK, FOREVER, OpeningHours

KINDS = ("sla", "ola", "underpinning")
METRICS = ("acknowledge", "first_response", "first_update", "next_update", "restore", "fulfil", "prevent")
Fields = Mapping[str, object]
_MAX_ANSWERS = 5_000


@dataclass(frozen=True)
class TargetVersion:
    """What a target promises from a minute on."""

    key: int
    target: Hashable
    position: int = 1
    conditions: Mapping[str, tuple[Hashable, ...]] = field(default_factory=dict)
    """Allowed values by field; all fields must hold."""
    goal: int = 0
    """Minutes that may pass."""
    hours: OpeningHours = AROUND_THE_CLOCK
    start: str = "opened"
    pause_reasons: frozenset[str] = frozenset()
    warn: tuple[int, ...] = (50, 75, 100)
    is_for_new: bool = False
    """Binds only tickets that are opened from then on."""
    is_retired: bool = False
    effective_from: int = -FOREVER
    created_at: int = -FOREVER
    withdrawn_at: int | None = None

    def is_known_at(self, minute: int) -> bool:
        """Whether it was written by that minute and not withdrawn."""
        return self.created_at <= minute and (self.withdrawn_at is None or self.withdrawn_at > minute)

    def known_at(self, minute: int) -> "TargetVersion":
        """The same version with its calendar as it was planned at a minute."""
        hours = self.hours.known_at(minute)
        return self if hours is self.hours else replace(self, hours=hours)

    def matches(self, fields: Fields) -> bool:
        """Whether a ticket with these fields gets this promise (K-6)."""
        return all(_has_any(fields.get(name), allowed) for name, allowed in self.conditions.items())


@dataclass(frozen=True)
class Target:
    """One promise and its versions; `order` breaks ties of position, by the order in which targets were made."""

    key: Hashable
    order: int
    kind: str
    metric: str
    versions: tuple[TargetVersion, ...]

    def known_at(self, minute: int) -> "Target":
        """The target as it was planned at a minute: without versions that were written, or withdrawn, by then."""
        versions = tuple(version.known_at(minute) for version in self.versions if version.is_known_at(minute))
        return self if _same(versions, self.versions) else replace(self, versions=versions)

    def version_at(self, minute: int, *, opened: int) -> TargetVersion | None:
        """The version that binds at a minute a ticket opened at `opened`; None before the first one (K-5)."""
        best: TargetVersion | None = None
        for version in self._ordered:
            if version.effective_from > minute:
                break
            if not version.is_for_new or opened >= version.effective_from:
                best = version
        return best

    def promise_at(self, minute: int, *, opened: int) -> TargetVersion | None:
        """As `version_at`; None for a retired target."""
        version = self.version_at(minute, opened=opened)
        return None if version is None or version.is_retired else version

    @cached_property
    def _ordered(self) -> list[TargetVersion]:
        return sorted(self.versions, key=lambda version: (version.effective_from, version.created_at, version.key))


@dataclass(frozen=True)
class Definitions:
    """Every target, as a set of promises to choose from."""

    targets: tuple[Target, ...]

    def known_at(self, minute: int) -> "Definitions":
        """The definitions as they were planned at a minute, calendars too (K-33)."""
        targets = tuple(target.known_at(minute) for target in self.targets)
        return self if _same(targets, self.targets) else Definitions(targets)

    @cached_property
    def by_promise(self) -> Mapping[tuple[str, str], "Promises"]:
        """The targets of each kind and metric, in the order of the clocks."""
        targets: dict[tuple[str, str], list[Target]] = {}
        for target in self.targets:
            targets.setdefault((target.kind, target.metric), []).append(target)
        order = sorted(targets, key=lambda key: (KINDS.index(key[0]), METRICS.index(key[1])))
        return {key: Promises(tuple(targets[key])) for key in order}


@dataclass(frozen=True)
class Promises:
    """The targets of one kind and metric: the first match by position is in force, the others are ignored."""

    targets: tuple[Target, ...]

    def match(self, fields: Fields, minute: int, *, opened: int) -> TargetVersion | None:
        """The promise in force at a minute for a ticket with these fields (K-6)."""
        # Tickets are alike in the few fields that conditions name, so answers are remembered; a list cannot be a key.
        place, opened_place = bisect_right(self.boundaries, minute), bisect_right(self.boundaries, opened)
        try:
            key = (place, opened_place, *map(fields.get, self._names))
            return self._answers[key]
        except TypeError:
            return self._match(fields, minute, opened=opened)
        except KeyError:
            if len(self._answers) >= _MAX_ANSWERS:
                self._answers.clear()
            answer = self._answers[key] = self._match(fields, minute, opened=opened)
            return answer

    def _match(self, fields: Fields, minute: int, *, opened: int) -> TargetVersion | None:
        best: tuple[int, int] | None = None
        chosen: TargetVersion | None = None
        for target in self.targets:
            version = target.promise_at(minute, opened=opened)
            if version is None or (best is not None and (version.position, target.order) > best):
                continue
            if version.matches(fields):
                best, chosen = (version.position, target.order), version
        return chosen

    def known_at(self, minute: int) -> "Promises":
        """The promises as they were planned at a minute."""
        targets = tuple(target.known_at(minute) for target in self.targets)
        return self if _same(targets, self.targets) else Promises(targets)

    def target(self, key: Hashable) -> Target:
        """The target with this key."""
        return next(target for target in self.targets if target.key == key)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """The fields that conditions name."""
        return tuple(
            sorted({name for target in self.targets for version in target.versions for name in version.conditions})
        )

    @cached_property
    def _answers(self) -> dict[tuple[Hashable, ...], TargetVersion | None]:
        return {}

    @cached_property
    def boundaries(self) -> tuple[int, ...]:
        """The minutes from which another version may be in force, in order."""
        return tuple(
            sorted(
                {
                    version.effective_from
                    for target in self.targets
                    for version in target.versions
                    if version.effective_from > -FOREVER
                }
            )
        )


def _has_any(value: object, allowed: Iterable[Hashable]) -> bool:
    """Whether a field's value, or one of its values, is allowed; an empty field satisfies nothing."""
    if value is None or value in ("", []):
        return False
    if isinstance(value, list | tuple):
        return any(item in allowed for item in value)
    return value in allowed


def _same(new: tuple[object, ...], old: tuple[object, ...]) -> bool:
    """Whether both hold the very same objects."""
    return len(new) == len(old) and all(a is b for a, b in zip(new, old, strict=True))
