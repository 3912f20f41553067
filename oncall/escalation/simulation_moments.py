"""Moments worth asking a policy about: tonight, nights in which clocks change, the next holiday and handoff."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from config.base.data.clock import floor_minute
from config.base.data.clock_changes import clock_changes
from config.base.data.wall_clock import MINUTE, resolve, wall_time
from config.base.web.display import date_text
from oncall import schedules
from oncall.models import CalendarDate, EscalationPolicy, Layer
from oncall.schedules import Roster

NIGHT, NOON = time(3, 0), time(12, 0)
_INTO_THE_HOUR = timedelta(minutes=30)


@dataclass(frozen=True)
class Occasion:
    """A moment with its name, as a naive local time of a zone."""

    name: str
    local: datetime
    zone: ZoneInfo

    @property
    def at(self) -> datetime:
        """The instant that is asked about."""
        return resolve(self.local, self.zone)


def occasions(policy: EscalationPolicy | None, *, zone: ZoneInfo, home: ZoneInfo, at: datetime) -> list[Occasion]:
    """The moments worth asking about from `at` on, in `zone`; a constant number of queries.

    Where the clocks of `zone` never change, those of `home`, the team's zone, or of the first schedule are taken.
    """
    now = wall_time(floor_minute(at), zone)
    tonight = datetime.combine(now.date(), NIGHT)
    if tonight <= now:
        tonight += timedelta(days=1)
    rotas = _rotas(policy)
    roster = next(iter(schedules.load_range(at, ids=rotas[:1])), None) if rotas else None
    version = roster.now_version if roster else None
    zones = [zone, home, *([version.zone] if version else [])]
    return [
        Occasion("Now", now, zone),
        Occasion("Tonight at 03:00", tonight, zone),
        *next((changes for each in zones if (changes := list(_changes(each, at)))), ()),
        *_holiday(rotas, now, zone),
        *_handoff(roster, zone, at),
    ]


def _rotas(policy: EscalationPolicy | None) -> list[int]:
    """The schedules of the policy's steps, those of the first step first."""
    if policy is None:
        return []
    rows = policy.steps.filter(targets__schedule__isnull=False).order_by("position", "targets__position")
    return list(dict.fromkeys(rows.values_list("targets__schedule", flat=True)))


def _changes(zone: ZoneInfo, at: datetime) -> Iterator[Occasion]:
    for change in islice(clock_changes(zone, at=at), 2):
        # Half an hour into what does not exist, or into what comes twice.
        way, begin = ("forward", change.before) if change.is_forward else ("back", change.after)
        yield Occasion(f"Clocks go {way}, {date_text(change.before.date())}", begin + _INTO_THE_HOUR, zone)


def _holiday(rotas: Iterable[int], now: datetime, zone: ZoneInfo) -> Iterator[Occasion]:
    """The next day off of the calendars that the schedules use; without any, of all calendars."""
    days = CalendarDate.objects.active().filter(date__gt=now.date()).order_by("date", "name", "pk")
    calendars = Layer.objects.filter(version__schedule__in=rotas, calendar__isnull=False).values("calendar")
    row = days.filter(calendar__in=calendars).first() or days.first()
    if row is not None:
        yield Occasion(f"{row.name or 'Holiday'}, {date_text(row.date)}", datetime.combine(row.date, NOON), zone)


def _handoff(roster: Roster | None, zone: ZoneInfo, at: datetime) -> Iterator[Occasion]:
    """The last minute before the first schedule's people change."""
    turn = schedules.stint(roster, at=at) if roster else schedules.NOBODY
    if turn.ends_at is not None and turn.users:
        last = wall_time(turn.ends_at - MINUTE, zone)
        yield Occasion(f"Before the next handoff, {date_text(last.date())} {last:%H:%M}", last, zone)
