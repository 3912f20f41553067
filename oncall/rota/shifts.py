"""Who is on call over the coming weeks, shift by shift."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from config.base.data.clock import floor_minute
from oncall.models import User
from oncall.schedules import Roster
from oncall.schedules.timeline import segments

_MAX_SHIFTS = 130


@dataclass(frozen=True)
class Shift:
    """A stretch in which the same people are on call; no people is a gap."""

    starts_at: datetime
    ends_at: datetime
    users: tuple[User, ...]


def upcoming_shifts(roster: Roster, *, at: datetime, weeks: int = 8) -> list[Shift]:
    """The shifts from `at` on, in order; `roster` must cover that range."""
    return list(islice(_shifts(roster, floor_minute(at), floor_minute(at) + timedelta(weeks=weeks)), _MAX_SHIFTS))


def _shifts(roster: Roster, since: datetime, until: datetime) -> Iterator[Shift]:
    """Join segments with the same people on call; a change of shadows begins no new shift."""
    current: Shift | None = None
    for segment in segments(roster.plan, since=since, until=until):
        users = roster.people_named(segment.on_call)
        if current is not None and current.users == users:
            current = Shift(current.starts_at, segment.ends_at, users)
            continue
        if current is not None:
            yield current
        current = Shift(segment.starts_at, segment.ends_at, users)
    if current is not None:
        yield current
