"""Whose turn it is: turns and handoffs, computed directly at any distance (R-R)."""

import math
from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from oncall.schedules.restrictions import DAY_MINUTES, WEEK_MINUTES, Hours
from oncall.schedules.wall_clock import MINUTE, resolve, wall_time

_MINUTES = {"hour": 60, "day": DAY_MINUTES, "week": WEEK_MINUTES}
YEAR_MONTHS = 12


@dataclass(frozen=True)
class Rotation:
    """People in slots who take turns (R-R1); with `counts_active`, only turns within `hours` count."""

    anchor: datetime
    unit: str
    length: int
    slots: tuple[tuple[int, ...], ...]
    lengths: tuple[int, ...] = ()
    is_elapsed: bool = False
    counts_active: bool = False
    concurrent: int = 1
    hours: Hours | None = None

    @cached_property
    def _turn_length(self) -> timedelta:
        return timedelta(minutes=self.length * _MINUTES[self.unit])

    @cached_property
    def _marks(self) -> tuple[int, ...]:
        """Where the turns of one custom cycle begin, in minutes, and where the cycle ends."""
        return (0, *accumulate(self.lengths))

    def naive_handoff(self, turn: int) -> datetime:
        """The wall clock at which a turn begins; months are counted from the anchor, clamped (R-R2)."""
        if self.unit == "month":
            months = self.anchor.year * YEAR_MONTHS + self.anchor.month - 1 + turn * self.length
            year, month = divmod(months, YEAR_MONTHS)
            day = min(self.anchor.day, monthrange(year, month + 1)[1])
            return self.anchor.replace(year=year, month=month + 1, day=day)
        if self.unit == "custom":
            cycle, place = divmod(turn, len(self.lengths))
            return self.anchor + (cycle * self._marks[-1] + self._marks[place]) * MINUTE
        return self.anchor + turn * self._turn_length

    def handoff(self, turn: int, zone: ZoneInfo) -> datetime:
        """The instant at which a turn begins (R-R2, R-R3)."""
        if self.is_elapsed:
            return resolve(self.anchor, zone) + turn * self._turn_length
        return resolve(self.naive_handoff(turn), zone)

    def turn_at(self, at: datetime, zone: ZoneInfo) -> int:
        """The number of the turn that contains `at` (R-R4): estimated from the wall clock, then corrected.

        A clock change shifts the estimate by as many turns as fit into the change.
        """
        if self.is_elapsed:
            return (at - resolve(self.anchor, zone)) // self._turn_length
        turn = self._naive_turn(wall_time(at, zone))
        while self.handoff(turn + 1, zone) <= at:
            turn += 1
        while self.handoff(turn, zone) > at:
            turn -= 1
        return turn

    def _naive_turn(self, local: datetime) -> int:
        if self.unit == "month":
            months = (local.year - self.anchor.year) * YEAR_MONTHS + local.month - self.anchor.month
            return months // self.length
        if self.unit == "custom":
            cycle, remainder = divmod((local - self.anchor) // MINUTE, self._marks[-1])
            return cycle * len(self.lengths) + bisect_right(self._marks, remainder) - 1
        return (local - self.anchor) // self._turn_length

    def people(self, turn: int) -> tuple[int, ...]:
        """The people of a turn; none for an empty slot or, with `counts_active`, before the anchor (R-R7)."""
        if not self.slots or (self.counts_active and turn < 0):
            return ()
        first_slot = self.count_before(turn) if self.counts_active else turn
        if self.concurrent == 1:
            return self.slots[first_slot % len(self.slots)]
        slot_numbers = range(first_slot, first_slot + min(self.concurrent, len(self.slots)))
        return tuple(
            dict.fromkeys(user for slot_number in slot_numbers for user in self.slots[slot_number % len(self.slots)])
        )

    def count_before(self, turn: int) -> int:
        """How many of the turns 0 to `turn` - 1 overlap the layer's hours, in naive time (R-R5).

        The pattern of active turns repeats after a whole number of weeks, so one period is enough. A month is
        always longer than a week and so always active.
        """
        if self.hours is None or self.unit == "month":
            return turn
        counts = _active_counts(self.anchor, self._naive_lengths, self.hours)
        rounds, remainder = divmod(turn, len(counts) - 1)
        return rounds * counts[-1] + counts[remainder]

    @cached_property
    def _naive_lengths(self) -> tuple[int, ...]:
        return self.lengths if self.unit == "custom" else (self._turn_length // MINUTE,)


@lru_cache(maxsize=1024)
def _active_counts(anchor: datetime, lengths: tuple[int, ...], hours: Hours) -> tuple[int, ...]:
    """For every turn of one period, how many turns before it are active; the last entry is the total."""
    start = anchor.weekday() * DAY_MINUTES + anchor.hour * 60 + anchor.minute
    counts = [0]
    for _ in range(WEEK_MINUTES // math.gcd(sum(lengths), WEEK_MINUTES)):
        for length in lengths:
            counts.append(counts[-1] + hours.meets(start, length))
            start += length
    return tuple(counts)
