"""Queries about who is on call, for pages, escalations and the API."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.base.data.clock import floor_minute
from oncall.models import Schedule, User
from oncall.schedules.loading import Roster, load
from oncall.schedules.resolver import piece_at
from oncall.schedules.timeline import segments
from oncall.schedules.wall_clock import MINUTE

# How far a stint is followed in each direction; a longer one is shown without start or end.
STINT_LIMIT = timedelta(days=120)
_STEPS = (timedelta(days=2), timedelta(days=16), STINT_LIMIT)


@dataclass(frozen=True)
class Turn:
    """Who is on call at an instant and, with `stint`, since when and until when.

    `because` names the version, the winning layer and turn, and the overrides in effect (R-E10); a bound is
    None when it lies outside the loaded range.
    """

    users: tuple[User, ...]
    shadows: tuple[User, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    # Who is on call from `ends_at` on; empty for a gap, and if it is not known.
    following: tuple[User, ...] = ()
    because: dict[str, object] = field(default_factory=dict)


NOBODY = Turn(users=())


def load_at(at: datetime, *, ids: Iterable[int] | None = None) -> list[Roster]:
    """Load schedules for the minute of `at` alone, which is what `on_call` needs."""
    at = floor_minute(at)
    return load(ids=ids, since=at, until=at + MINUTE)


def load_range(at: datetime, *, ids: Iterable[int] | None = None) -> list[Roster]:
    """Load schedules for the range around `at` that `stint` needs."""
    at = floor_minute(at)
    return load(ids=ids, since=at - STINT_LIMIT, until=at + STINT_LIMIT)


def zone_of(schedule: Schedule, *, at: datetime) -> str:
    """The time zone of a schedule: that of its version in force, or of its team."""
    [roster] = load_at(at, ids=[schedule.pk])
    version = roster.now_version
    return version.zone.key if version else schedule.team.time_zone


def on_call(roster: Roster, *, at: datetime) -> Turn:
    """Who is on call in the minute that holds `at`, and why (R-F1, R-F2, R-E10).

    Raises ValueError if `at` is outside the range of the roster.
    """
    at = floor_minute(at)
    if not roster.since <= at < roster.until:
        raise ValueError(f"{at} is outside the loaded range: {roster.since} to {roster.until}.")
    piece = piece_at(roster.plan, at)
    because: dict[str, object] = {}
    if piece.on_call:
        because["version"] = piece.version
        if piece.winner is not None:
            because["layer"], because["turn"] = min(piece.winner[1])
        if piece.effects:
            because["overrides"] = list(piece.effects)
    return Turn(roster.people_named(piece.on_call), roster.people_named(piece.shadow), because=because)


def stint(roster: Roster, *, at: datetime) -> Turn:
    """As `on_call`, with the instants between which the same people are on call without a break, and who is next.

    `roster` comes from `load_range`.
    """
    at = floor_minute(at)
    turn = on_call(roster, at=at)
    ends_at, following = _end_of(roster, at)
    return replace(turn, starts_at=_start_of(roster, at), ends_at=ends_at, following=roster.people_named(following))


def end_of_stint(roster: Roster, *, at: datetime) -> datetime | None:
    """When the people on call at `at` are relieved; None if that is beyond the range of the roster."""
    return _end_of(roster, floor_minute(at))[0]


def _end_of(roster: Roster, at: datetime) -> tuple[datetime | None, frozenset[int]]:
    until = min(roster.until, at + STINT_LIMIT)
    current = None
    for segment in segments(roster.plan, since=at, until=until):
        if current is not None and segment.on_call != current:
            return segment.starts_at, segment.on_call
        current = segment.on_call
    return None, frozenset()


def _start_of(roster: Roster, at: datetime) -> datetime | None:
    """Look back a short time first, because most stints began this week."""
    for step in _STEPS:
        since = max(roster.since, at - step)
        run = list(segments(roster.plan, since=since, until=at + MINUTE))
        start = at
        for segment in reversed(run):
            if segment.on_call != run[-1].on_call:
                return start
            start = segment.starts_at
        if since == roster.since:
            break
    return None
