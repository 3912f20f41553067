"""The input of the resolver: plain data about one schedule, independent of the database."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from oncall.schedules.restrictions import Hours
from oncall.schedules.rotation import Rotation

Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Layer:
    """One rotation and the time it covers (R-L1); `hours` None means around the clock."""

    id: int
    priority: int
    zone: ZoneInfo
    rotation: Rotation
    is_shadow: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hours: Hours | None = None
    holidays: tuple[date, ...] = ()
    only_holidays: bool | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """The layers in force from an instant on (R-V1)."""

    id: int
    effective_from: datetime
    created_at: datetime
    zone: ZoneInfo
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An override or one half of an accepted swap, with the interval in which it is in effect (R-O1, R-O2)."""

    id: int
    starts_at: datetime
    ends_at: datetime
    op: str
    users: tuple[int, ...] = ()
    out: int | None = None

    def apply(self, on_call: frozenset[int], active: Collection[int]) -> frozenset[int]:
        """Who is on call after it; `active` are those of its people who are not deactivated (R-O3)."""
        if self.op == "set":
            return frozenset(active) or on_call
        if self.op == "add":
            return on_call.union(active)
        if self.op == "remove":
            return on_call.difference(self.users)
        if self.out in on_call and active:
            return (on_call - {self.out}).union(active)
        return on_call


@dataclass(frozen=True, slots=True)
class Plan:
    """One schedule as of an instant: versions and adjustments in order, and when people are inactive."""

    versions: tuple[Version, ...]
    adjustments: tuple[Adjustment, ...] = ()
    inactive: Mapping[int, tuple[Interval, ...]] = field(default_factory=dict)

    def version_at(self, at: datetime) -> Version | None:
        """Among versions that began by `at`, the greatest (effective_from, created_at, id) (R-V2)."""
        position = bisect_right(self.versions, at, key=lambda version: version.effective_from)
        return self.versions[position - 1] if position else None

    def versions_in_force(
        self, *, since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, datetime, Version | None]]:
        """The version in force for each part of `[since, until)`; None before the first."""
        starts = sorted({since, *(v.effective_from for v in self.versions if since < v.effective_from < until)})
        for starts_at, ends_at in zip(starts, [*starts[1:], until], strict=True):
            yield starts_at, ends_at, self.version_at(starts_at)

    def is_inactive(self, user: int, at: datetime) -> bool:
        """Whether a person is deactivated in the minute `at` (R-V6)."""
        return any(starts_at <= at < ends_at for starts_at, ends_at in self.inactive.get(user, ()))
