"""Who is on call, minute by minute without visiting minutes: the one resolver (R-F).

The rota page, the pager, the API, the feeds, fairness and pay all ask `pieces` or `piece_at`, and the
second is the first over one minute, so no two of them can disagree (R-F6).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from oncall.schedules.coverage import Stretch, stretches
from oncall.schedules.plan import Adjustment, Layer, Plan, Version
from oncall.schedules.wall_clock import MINUTE

NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch over which nothing changes: neither who stands by nor why."""

    starts_at: datetime
    ends_at: datetime
    on_call: frozenset[int]
    shadow: frozenset[int]
    version: int | None
    # What won: the priority and the (layer, turn) pairs at it; nothing where adjustments alone decide.
    winner: tuple[int, frozenset[tuple[int, int]]] | None
    # The adjustments that changed something here, in the order in which they were applied.
    effects: tuple[int, ...]


class _Course:
    """Where one layer stands as time goes on."""

    def __init__(self, layer: Layer, *, since: datetime, until: datetime) -> None:
        self.layer = layer
        self._end = until
        self._rest = stretches(layer, since=since, until=until)
        self._current: Stretch | None = next(self._rest, None)

    def move(self, at: datetime) -> tuple[Stretch | None, datetime]:
        """The stretch that covers `at`, if any, and the next instant at which that changes."""
        while self._current is not None and self._current.ends_at <= at:
            self._current = next(self._rest, None)
        if self._current is None:
            return None, self._end
        if self._current.starts_at > at:
            return None, self._current.starts_at
        return self._current, self._current.ends_at


class _Changes:
    """The adjustments in effect as time goes on, and the instants at which people become inactive or active."""

    def __init__(self, plan: Plan, *, since: datetime, until: datetime) -> None:
        self._end = until
        met = [one for one in plan.adjustments if one.starts_at < until and one.ends_at > since]
        self._coming = sorted(enumerate(met), key=lambda pair: pair[1].starts_at, reverse=True)
        self._active: dict[int, Adjustment] = {}
        edges = {edge for spans in plan.inactive.values() for span in spans for edge in span}
        edges.update(one.ends_at for one in met)
        self._edges = sorted((edge for edge in edges if since < edge < until), reverse=True)

    def move(self, at: datetime) -> tuple[list[Adjustment], datetime]:
        """Those that hold at `at`, in their order, and the next instant at which that may change."""
        while self._coming and self._coming[-1][1].starts_at <= at:
            place, one = self._coming.pop()
            self._active[place] = one
        while self._edges and self._edges[-1] <= at:
            self._edges.pop()
        self._active = {place: one for place, one in self._active.items() if one.ends_at > at}
        following = [self._end]
        if self._coming:
            following.append(self._coming[-1][1].starts_at)
        if self._edges:
            following.append(self._edges[-1])
        return [self._active[place] for place in sorted(self._active)], min(following)


def pieces(plan: Plan, *, since: datetime, until: datetime) -> Iterator[Piece]:
    """The whole of `[since, until)` as pieces that touch, lazily: memory does not grow with the horizon.

    The bounds are whole UTC minutes. A piece ends at every breakpoint, so two that touch may be alike;
    `facts` joins them into segments.
    """
    changes = _Changes(plan, since=since, until=until)
    for starts_at, ends_at, version in plan.reigns(since=since, until=until):
        layers = version.layers if version else ()
        courses = [_Course(layer, since=starts_at, until=ends_at) for layer in layers]
        moment = starts_at
        while moment < ends_at:
            adjustments, following = changes.move(moment)
            covering: list[Stretch] = []
            for course in courses:
                stretch, change = course.move(moment)
                following = min(following, change)
                if stretch is not None:
                    covering.append(stretch)
            following = min(following, ends_at)
            yield _piece(plan, moment, following, version, covering, adjustments)
            moment = following


def piece_at(plan: Plan, at: datetime) -> Piece:
    """Who stands by in the minute `at`, and why; its end is that of the minute."""
    return next(pieces(plan, since=at, until=at + MINUTE))


def _piece(
    plan: Plan,
    starts_at: datetime,
    ends_at: datetime,
    version: Version | None,
    covering: list[Stretch],
    adjustments: list[Adjustment],
) -> Piece:
    def active(users: Iterable[int]) -> frozenset[int]:
        if not plan.inactive:
            return frozenset(users)
        return frozenset(user for user in users if not plan.is_inactive(user, starts_at))

    standing, winner = _base(covering, active)
    effects: list[int] = []
    for one in adjustments:
        changed = one.apply(standing, active(one.users))
        if changed != standing:
            effects.append(one.id)
        standing = changed
    shadow = active(user for stretch in covering if stretch.layer.is_shadow for user in stretch.users)
    return Piece(
        starts_at, ends_at, standing, shadow - standing, version.id if version else None, winner, tuple(effects)
    )


def _base(
    covering: list[Stretch], active: Callable[[Iterable[int]], frozenset[int]]
) -> tuple[frozenset[int], tuple[int, frozenset[tuple[int, int]]] | None]:
    """The first priority, from the highest, at which somebody active is on turn (R-F1)."""
    primary = [stretch for stretch in covering if not stretch.layer.is_shadow]
    for priority in sorted({stretch.layer.priority for stretch in primary}, reverse=True):
        level = [stretch for stretch in primary if stretch.layer.priority == priority]
        standing = active(user for stretch in level for user in stretch.users)
        if standing:
            return standing, (priority, frozenset((stretch.layer.id, stretch.turn) for stretch in level))
    return NOBODY, None
