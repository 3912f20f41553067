"""Who stands by over the coming weeks, turn by turn, as the one resolver says."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall import schedules
from oncall.models import Schedule, User

_MOST_TURNS = 130


@dataclass(frozen=True)
class Shift:
    """A stretch in which the same people stand by; nobody is a gap."""

    starts_at: datetime
    ends_at: datetime
    users: tuple[User, ...]


def upcoming(schedule: Schedule, *, at: datetime, weeks: int = 8) -> list[Shift]:
    """The turns from `at` on, in order; `schedule` comes from `schedules.load`."""
    until = at + timedelta(weeks=weeks)
    changes = [v.effective_from for v in schedule.versions.all() if at < v.effective_from]
    found: list[Shift] = []
    moment = at
    while moment < until and len(found) < _MOST_TURNS:
        turn = schedules.on_call(schedule, at=moment)
        # The last turn is shown to its own end, not cut at the horizon.
        ends_at = min([turn.ends_at or until, *(change for change in changes if change > moment)])
        if ends_at <= moment:
            break
        if found and found[-1].users == turn.users:
            found[-1] = Shift(found[-1].starts_at, ends_at, turn.users)
        else:
            found.append(Shift(moment, ends_at, turn.users))
        moment = ends_at
    return found
