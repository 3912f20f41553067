"""The shifts that a feed shows, from the resolver, each with a stable identity for calendar programs."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.base.data.clock import floor_minute
from oncall import schedules
from oncall.models import FeedKind, FeedToken, Schedule
from oncall.schedules.loading import schedules_naming
from oncall.schedules.timeline import Shift, build_timeline

BEHIND = timedelta(days=30)
AHEAD = timedelta(days=180)
# A shift is followed beyond the range to where it begins and ends: its start is its identity.
_FOLLOWED = timedelta(days=120)
_SUMMARY_LENGTH = 250


@dataclass(frozen=True, slots=True)
class FeedShift:
    """One shift as a feed shows it."""

    uid: str
    schedule: Schedule
    user: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    # It began before the loaded range, so its start is not known here.
    is_cut: bool


def window(at: datetime) -> tuple[datetime, datetime]:
    """The range of a feed: it contains what ends after the first and starts before the second (R-I1)."""
    at = floor_minute(at)
    return at - BEHIND, at + AHEAD


def shifts_of(feed: FeedToken, *, at: datetime) -> Iterator[FeedShift]:
    """The shifts of the feed around `at`, in a constant number of queries."""
    since, until = window(at)
    first, last = _month_of(since - _FOLLOWED), _month_of(until + _FOLLOWED)
    for roster in schedules.load(ids=_schedule_ids(feed), since=first, until=last):
        for shift in build_timeline(roster.plan, since=first, until=last).shifts:
            if shift.ends_at <= since or shift.starts_at >= until:
                continue
            if feed.kind == FeedKind.OWN_SHIFTS and shift.user != feed.owner_id:
                continue
            yield _feed_shift(feed, roster, shift)


def _month_of(at: datetime) -> datetime:
    """The beginning of a month: a shift that is longer than the range must not change with every minute."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _schedule_ids(feed: FeedToken) -> list[int]:
    """The schedule of the feed, or all that may ever put its owner on call."""
    if feed.schedule_id is not None:
        return [feed.schedule_id]
    return schedules_naming([feed.owner_id])


def _feed_shift(feed: FeedToken, roster: schedules.Roster, shift: Shift) -> FeedShift:
    name = roster.schedule.name
    summary = f"On call: {name}" if feed.kind == FeedKind.OWN_SHIFTS else f"{roster.people[shift.user].name}: {name}"
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
    """An identity that is the same for a shift in every feed and at every time (R-I1)."""
    version = roster.plan.version_at(shift.starts_at)
    parts = (roster.schedule.pk, shift.user, shift.starts_at.isoformat(), version.id if version else 0)
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()
