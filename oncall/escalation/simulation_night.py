"""Whom the first step's schedule has on call around the moment that was asked about, stretch by stretch."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.base.data.wall_clock import DAY, day_start, resolve, wall_time
from oncall.escalation.simulation import Simulation
from oncall.escalation.simulation_reasons import Reasons
from oncall.schedules.timeline import build_timeline

_EVENING = time(18, 0)
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class Stretch:
    """The same people on call without a break; `names` is empty for a gap."""

    starts: str
    ends: str
    names: str
    is_asked: bool


@dataclass(frozen=True)
class Night:
    """A schedule from the evening before to the end of the day; `note` says if that day is not 24 hours long."""

    schedule: str
    stretches: tuple[Stretch, ...]
    note: str


def describe_night(run: Simulation, reasons: Reasons, *, zone: ZoneInfo) -> Night | None:
    """The day of the moment in the first schedule of the first step; None if it pages no schedule."""
    targets = run.policy.steps[0].targets if run.policy.steps else ()
    keys = [target.key for target in targets if target.kind == "schedule" and target.key in reasons.rosters]
    if not keys:
        return None
    roster = reasons.rosters[keys[0]]
    day = wall_time(run.at, zone).date()
    since, until = resolve(datetime.combine(day - DAY, _EVENING), zone), day_start(day + DAY, zone)
    stretches = tuple(
        Stretch(
            _text(segment.starts_at, zone),
            _text(segment.ends_at, zone),
            ", ".join(person.name for person in roster.people_named(segment.on_call)),
            segment.starts_at <= run.at < segment.ends_at,
        )
        for segment in build_timeline(roster.plan, since=since, until=until).segments
    )
    return Night(reasons.schedules[keys[0]], stretches, _note(until - day_start(day, zone), run.at, zone))


def _text(at: datetime, zone: ZoneInfo) -> str:
    wall = at.astimezone(zone)
    return f"{wall:%a %H:%M} {wall.tzname()}"


def _note(length: timedelta, at: datetime, zone: ZoneInfo) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes == _DAY_MINUTES:
        return ""
    wall, place = at.astimezone(zone), zone.key.rpartition("/")[2].replace("_", " ")
    return f"{wall:%A} {wall.day} {wall:%B} has {minutes / 60:g} hours in {place}."
