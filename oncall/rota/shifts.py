"""Who stands by over the coming weeks, stretch by stretch, as the one resolver says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from config.base.data.clock import floor_minute
from oncall.models import User
from oncall.schedules import Roster
from oncall.schedules.timeline import segments

_MOST_SHIFTS = 130


@dataclass(frozen=True)
class Shift:
    """A stretch in which the same people stand by; nobody is a gap."""

    starts_at: datetime
    ends_at: datetime
    users: tuple[User, ...]


def upcoming(roster: Roster, *, at: datetime, weeks: int = 8) -> list[Shift]:
    """The stretches from `at` on, in order; `roster` holds at least that range."""
    return list(islice(_shifts(roster, floor_minute(at), floor_minute(at) + timedelta(weeks=weeks)), _MOST_SHIFTS))


def _shifts(roster: Roster, since: datetime, until: datetime) -> Iterator[Shift]:
    """Segments whose people differ; shadows alone begin no new stretch."""
    current: Shift | None = None
    for segment in segments(roster.plan, since=since, until=until):
        users = roster.named(segment.on_call)
        if current is not None and current.users == users:
            current = Shift(current.starts_at, segment.ends_at, users)
            continue
        if current is not None:
            yield current
        current = Shift(segment.starts_at, segment.ends_at, users)
    if current is not None:
        yield current
