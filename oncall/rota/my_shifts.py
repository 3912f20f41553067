"""One person's shifts on all schedules: those of now, to come and past, and whom they meet at both ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.base.data.clock import floor_minute
from oncall.models import Schedule, User
from oncall.schedules.final import piece_at
from oncall.schedules.loading import Roster, load, naming
from oncall.schedules.timeline import segments, shifts
from oncall.schedules.wall_clock import MINUTE

AHEAD, BEHIND = timedelta(days=90), timedelta(days=30)
# A shift that is longer than what is shown is followed so far beyond it.
_BEYOND = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class PersonShift:
    """A shift of one's own, after whom and before whom; a bound is `None` where no handoff is in sight."""

    schedule: Schedule
    starts_at: datetime | None
    ends_at: datetime | None
    before: tuple[User, ...]
    following: tuple[User, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """All of them; `running` and `coming` the soonest first, `past` the latest first."""

    running: list[PersonShift]
    coming: list[PersonShift]
    past: list[PersonShift]

    @property
    def next(self) -> PersonShift | None:
        """The shift that begins next."""
        return self.coming[0] if self.coming else None


def person_shifts(*, user: User, at: datetime) -> Calendar:
    """A month back and three months ahead (R-F4), in as many queries for ten schedules as for one."""
    at = floor_minute(at)
    since, until = at - BEHIND, at + AHEAD
    rosters = load(ids=naming([user.pk]), since=since - _BEYOND, until=until + _BEYOND)
    found = [one for roster in rosters for one in _of(roster, user) if _meets(one, since, until)]
    found.sort(key=lambda one: (one.starts_at or since, one.schedule.name, one.schedule.pk))
    past = [one for one in found if one.ends_at and one.ends_at <= at]
    coming = [one for one in found if one.starts_at and one.starts_at > at]
    running = [one for one in found if (not one.ends_at or one.ends_at > at) and one not in coming]
    return Calendar(running, coming, past[::-1])


def served(*, user: User, since: datetime, at: datetime) -> set[int]:
    """The schedules on which a person was on call between two instants, the minute of the second included."""
    since, until = floor_minute(since), floor_minute(at) + MINUTE
    return {
        roster.schedule.pk
        for roster in load(ids=naming([user.pk]), since=since, until=until)
        if any(user.pk in segment.on_call for segment in segments(roster.plan, since=since, until=until))
    }


def _meets(one: PersonShift, since: datetime, until: datetime) -> bool:
    return (one.ends_at is None or one.ends_at > since) and (one.starts_at is None or one.starts_at < until)


def _of(roster: Roster, user: User) -> list[PersonShift]:
    found = []
    for one in shifts(segments(roster.plan, since=roster.since, until=roster.until)):
        if one.user != user.pk:
            continue
        starts_at = one.starts_at if one.starts_at > roster.since else None
        ends_at = one.ends_at if one.ends_at < roster.until else None
        before = piece_at(roster.plan, starts_at - MINUTE).on_call if starts_at else ()
        following = piece_at(roster.plan, ends_at).on_call if ends_at else ()
        found.append(PersonShift(roster.schedule, starts_at, ends_at, roster.named(before), roster.named(following)))
    return found
