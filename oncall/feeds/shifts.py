"""The shifts a feed shows, asked of the one resolver; each with the identity that calendars know it by."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.base.data.clock import floor_minute
from oncall import schedules
from oncall.models import FeedKind, FeedToken, Schedule
from oncall.schedules.loading import naming
from oncall.schedules.timeline import Shift, gather

BEFORE = timedelta(days=30)
AFTER = timedelta(days=180)
# A shift is followed beyond the range to where it begins and ends: its start is its identity.
_FOLLOWED = timedelta(days=120)
_SUMMARY_LENGTH = 250


@dataclass(frozen=True, slots=True)
class FeedShift:
    """One shift as a feed tells it."""

    uid: str
    schedule: Schedule
    user: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    # It began before what was looked at; when, only an earlier look can say.
    is_cut: bool


def window(at: datetime) -> tuple[datetime, datetime]:
    """The range of a feed: what ends after the first and starts before the second is in it (R-I1)."""
    at = floor_minute(at)
    return at - BEFORE, at + AFTER


def shifts_of(feed: FeedToken, *, at: datetime) -> Iterator[FeedShift]:
    """The shifts of the feed around `at`, in a number of queries that does not grow with them."""
    since, until = window(at)
    first, last = _month_of(since - _FOLLOWED), _month_of(until + _FOLLOWED)
    for roster in schedules.load(ids=_schedules(feed), since=first, until=last):
        for shift in gather(roster.plan, since=first, until=last).shifts:
            if shift.ends_at <= since or shift.starts_at >= until:
                continue
            if feed.kind == FeedKind.MINE and shift.user != feed.owner_id:
                continue
            yield _told(feed, roster, shift)


def _month_of(at: datetime) -> datetime:
    """The beginning of a month: a shift longer than what is followed must not change with every minute."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _schedules(feed: FeedToken) -> list[int]:
    """The schedule of the feed, or those on which its owner may ever stand by."""
    if feed.schedule_id is not None:
        return [feed.schedule_id]
    return naming([feed.owner_id])


def _told(feed: FeedToken, roster: schedules.Roster, shift: Shift) -> FeedShift:
    name = roster.schedule.name
    summary = f"On call: {name}" if feed.kind == FeedKind.MINE else f"{roster.people[shift.user].name}: {name}"
    return FeedShift(
        uid=_uid(roster, shift),
        schedule=roster.schedule,
        user=shift.user,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        summary=summary[:_SUMMARY_LENGTH],
        is_cut=shift.starts_at == roster.since,
    )


def _uid(roster: schedules.Roster, shift: Shift) -> str:
    """The same for a shift in every feed and for all time (R-I1)."""
    version = roster.plan.version_at(shift.starts_at)
    parts = (roster.schedule.pk, shift.user, shift.starts_at.isoformat(), version.id if version else 0)
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()
