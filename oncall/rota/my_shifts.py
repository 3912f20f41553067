"""One person's shifts on all schedules: current, coming and past, with the people before and after them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.base.data.clock import floor_minute
from oncall.models import Schedule, User
from oncall.schedules.loading import Roster, load, schedules_naming
from oncall.schedules.resolver import piece_at
from oncall.schedules.timeline import segments, shifts
from oncall.schedules.wall_clock import MINUTE

AHEAD, BEHIND = timedelta(days=90), timedelta(days=30)
# How far a shift is followed beyond the range that is shown.
_FOLLOWED = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class PersonShift:
    """A person's shift, with the people before and after it; a bound is `None` if no handoff is in range."""

    schedule: Schedule
    starts_at: datetime | None
    ends_at: datetime | None
    before: tuple[User, ...]
    following: tuple[User, ...]


@dataclass(frozen=True, slots=True)
class PersonShifts:
    """A person's shifts; `running` and `coming` the soonest first, `past` the latest first."""

    running: list[PersonShift]
    coming: list[PersonShift]
    past: list[PersonShift]

    @property
    def next(self) -> PersonShift | None:
        """The shift that begins next."""
        return self.coming[0] if self.coming else None


def person_shifts(*, user: User, at: datetime) -> PersonShifts:
    """Shifts from a month back to three months ahead (R-F4), in a constant number of queries."""
    at = floor_minute(at)
    since, until = at - BEHIND, at + AHEAD
    rosters = load(ids=schedules_naming([user.pk]), since=since - _FOLLOWED, until=until + _FOLLOWED)
    visible = [shift for roster in rosters for shift in _shifts_on(roster, user) if _overlaps(shift, since, until)]
    visible.sort(key=lambda shift: (shift.starts_at or since, shift.schedule.name, shift.schedule.pk))
    past = [shift for shift in visible if shift.ends_at and shift.ends_at <= at]
    coming = [shift for shift in visible if shift.starts_at and shift.starts_at > at]
    running = [shift for shift in visible if (not shift.ends_at or shift.ends_at > at) and shift not in coming]
    return PersonShifts(running, coming, past[::-1])


def schedules_served(*, user: User, since: datetime, at: datetime) -> set[int]:
    """Ids of the schedules on which a person was on call from `since` to `at`, the minute of `at` included."""
    since, until = floor_minute(since), floor_minute(at) + MINUTE
    return {
        roster.schedule.pk
        for roster in load(ids=schedules_naming([user.pk]), since=since, until=until)
        if any(user.pk in segment.on_call for segment in segments(roster.plan, since=since, until=until))
    }


def _overlaps(shift: PersonShift, since: datetime, until: datetime) -> bool:
    return (shift.ends_at is None or shift.ends_at > since) and (shift.starts_at is None or shift.starts_at < until)


def _shifts_on(roster: Roster, user: User) -> list[PersonShift]:
    person_shifts = []
    for shift in shifts(segments(roster.plan, since=roster.since, until=roster.until)):
        if shift.user != user.pk:
            continue
        starts_at = shift.starts_at if shift.starts_at > roster.since else None
        ends_at = shift.ends_at if shift.ends_at < roster.until else None
        before = piece_at(roster.plan, starts_at - MINUTE).on_call if starts_at else ()
        following = piece_at(roster.plan, ends_at).on_call if ends_at else ()
        person_shifts.append(
            PersonShift(
                roster.schedule, starts_at, ends_at, roster.people_named(before), roster.people_named(following)
            )
        )
    return person_shifts
