"""The turns of one layer that cover a stretch of time, in order."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from oncall.schedules.plan import Layer
from oncall.schedules.restrictions import Window
from oncall.schedules.wall_clock import DAY, day_of, day_start, resolve


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of one turn in which its layer covers every minute."""

    starts_at: datetime
    ends_at: datetime
    layer: Layer
    turn: int
    users: tuple[int, ...]


def stretches(layer: Layer, *, since: datetime, until: datetime) -> Iterator[Stretch]:
    """What a layer covers of `[since, until)`, in order, apart from each other (R-R4, R-L1, R-L2).

    Computed lazily from one breakpoint to the next: time and memory do not depend on the horizon.
    """
    rotation, zone = layer.rotation, layer.zone
    if layer.starts_at is not None:
        since = max(since, resolve(layer.starts_at, zone))
    if layer.ends_at is not None:
        until = min(until, resolve(layer.ends_at, zone))
    for starts_at, ends_at in _open_times(layer, since=since, until=until):
        turn = rotation.turn_at(starts_at, zone)
        moment = starts_at
        while moment < ends_at:
            handoff = min(rotation.handoff(turn + 1, zone), ends_at)
            if handoff > moment:
                yield Stretch(moment, handoff, layer, turn, rotation.people(turn))
            moment = max(moment, handoff)
            turn += 1


def _open_times(layer: Layer, *, since: datetime, until: datetime) -> Iterator[Window]:
    """The times of `[since, until)` in which the layer's hours and holiday rule let it cover."""
    if since >= until:
        return
    open_windows = (
        iter([(since, until)]) if layer.hours is None else layer.hours.windows(layer.zone, since=since, until=until)
    )
    for starts_at, ends_at in open_windows:
        clipped = max(starts_at, since), min(ends_at, until)
        if layer.only_holidays is None:
            yield clipped
        else:
            yield from _by_holiday(layer, *clipped)


def _by_holiday(layer: Layer, starts_at: datetime, ends_at: datetime) -> Iterator[Window]:
    """Cut a window at the layer's holidays: cover only these or leave them out, by local day (R-T5, R-L1)."""
    moment = starts_at
    first_index = bisect_left(layer.holidays, day_of(starts_at, layer.zone))
    for day in layer.holidays[first_index:]:
        day_begins, day_ends = day_start(day, layer.zone), day_start(day + DAY, layer.zone)
        if day_begins >= ends_at:
            break
        window = (day_begins, day_ends) if layer.only_holidays else (moment, day_begins)
        window = max(window[0], moment), min(window[1], ends_at)
        if window[0] < window[1]:
            yield window
        moment = max(moment, day_ends)
    if not layer.only_holidays and moment < ends_at:
        yield moment, ends_at
