"""Who is on call at every minute, computed from breakpoint to breakpoint: the resolver (R-F).

The rota page, escalations, the API, feeds, fairness and pay all use `pieces` or `piece_at`, and the
second is the first over one minute, so they always agree (R-F6).
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
    """A stretch in which nothing changes: neither who is on call nor why."""

    starts_at: datetime
    ends_at: datetime
    on_call: frozenset[int]
    shadow: frozenset[int]
    version: int | None
    # The winning priority and its (layer, turn) pairs; None if adjustments alone decide.
    winner: tuple[int, frozenset[tuple[int, int]]] | None
    # The adjustments that changed something here, in the order in which they were applied.
    effects: tuple[int, ...]


class _LayerCursor:
    """The position in one layer's stretches as time advances."""

    def __init__(self, layer: Layer, *, since: datetime, until: datetime) -> None:
        self.layer = layer
        self._end = until
        self._rest = stretches(layer, since=since, until=until)
        self._current: Stretch | None = next(self._rest, None)

    def advance(self, at: datetime) -> tuple[Stretch | None, datetime]:
        """Return the stretch that covers `at`, if any, and the next instant at which that changes."""
        while self._current is not None and self._current.ends_at <= at:
            self._current = next(self._rest, None)
        if self._current is None:
            return None, self._end
        if self._current.starts_at > at:
            return None, self._current.starts_at
        return self._current, self._current.ends_at


class _AdjustmentCursor:
    """The adjustments in effect as time advances, and the instants at which people become inactive or active."""

    def __init__(self, plan: Plan, *, since: datetime, until: datetime) -> None:
        self._end = until
        overlapping = [
            adjustment
            for adjustment in plan.adjustments
            if adjustment.starts_at < until and adjustment.ends_at > since
        ]
        self._coming = sorted(enumerate(overlapping), key=lambda pair: pair[1].starts_at, reverse=True)
        self._active: dict[int, Adjustment] = {}
        edges = {edge for spans in plan.inactive.values() for span in spans for edge in span}
        edges.update(adjustment.ends_at for adjustment in overlapping)
        self._edges = sorted((edge for edge in edges if since < edge < until), reverse=True)

    def advance(self, at: datetime) -> tuple[list[Adjustment], datetime]:
        """Return the adjustments in effect at `at`, in order, and the next instant at which that may change."""
        while self._coming and self._coming[-1][1].starts_at <= at:
            position, adjustment = self._coming.pop()
            self._active[position] = adjustment
        while self._edges and self._edges[-1] <= at:
            self._edges.pop()
        self._active = {
            position: adjustment for position, adjustment in self._active.items() if adjustment.ends_at > at
        }
        changes_at = [self._end]
        if self._coming:
            changes_at.append(self._coming[-1][1].starts_at)
        if self._edges:
            changes_at.append(self._edges[-1])
        return [self._active[position] for position in sorted(self._active)], min(changes_at)


def pieces(plan: Plan, *, since: datetime, until: datetime) -> Iterator[Piece]:
    """All of `[since, until)` as adjacent pieces, lazily: memory does not grow with the horizon.

    The bounds are whole UTC minutes. A piece ends at every breakpoint, so two adjacent ones may be equal;
    `timeline` joins them into segments.
    """
    changes = _AdjustmentCursor(plan, since=since, until=until)
    for starts_at, ends_at, version in plan.versions_in_force(since=since, until=until):
        layers = version.layers if version else ()
        cursors = [_LayerCursor(layer, since=starts_at, until=ends_at) for layer in layers]
        moment = starts_at
        while moment < ends_at:
            adjustments, next_change = changes.advance(moment)
            covering: list[Stretch] = []
            for cursor in cursors:
                stretch, change = cursor.advance(moment)
                next_change = min(next_change, change)
                if stretch is not None:
                    covering.append(stretch)
            next_change = min(next_change, ends_at)
            yield _piece(plan, moment, next_change, version, covering, adjustments)
            moment = next_change


def piece_at(plan: Plan, at: datetime) -> Piece:
    """Who is on call in the minute `at`, and why; the piece ends with the minute."""
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

    on_call, winner = _base_on_call(covering, active)
    effects: list[int] = []
    for adjustment in adjustments:
        changed_on_call = adjustment.apply(on_call, active(adjustment.users))
        if changed_on_call != on_call:
            effects.append(adjustment.id)
        on_call = changed_on_call
    shadow = active(user for stretch in covering if stretch.layer.is_shadow for user in stretch.users)
    return Piece(
        starts_at, ends_at, on_call, shadow - on_call, version.id if version else None, winner, tuple(effects)
    )


def _base_on_call(
    covering: list[Stretch], active: Callable[[Iterable[int]], frozenset[int]]
) -> tuple[frozenset[int], tuple[int, frozenset[tuple[int, int]]] | None]:
    """The people on turn at the highest priority that has an active person, and what won (R-F1)."""
    primary = [stretch for stretch in covering if not stretch.layer.is_shadow]
    for priority in sorted({stretch.layer.priority for stretch in primary}, reverse=True):
        level = [stretch for stretch in primary if stretch.layer.priority == priority]
        on_call = active(user for stretch in level for user in stretch.users)
        if on_call:
            return on_call, (priority, frozenset((stretch.layer.id, stretch.turn) for stretch in level))
    return NOBODY, None
