"""How much standing by asks of whom: minutes against a fair share, pages, and what is too much (R-Q1).

Who stands by is open to everybody. How often somebody was woken and what of it is too much is shown to that
person and to those who plan the team's rota; others read of groups of four or more (`shown`). As the rota tells
whose turn it was, a group is told of only for whole months, in each of which four or more of it stood by, and only
for the whole team: else the difference of two answers would tell of one person.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from oncall import permissions
from oncall.load import fair_share
from oncall.load.page_history import NIGHT_ENDS, NIGHT_STARTS, PageCounts, page_counts
from oncall.models import Schedule, Team, User
from oncall.schedules import fairness, warnings
from oncall.schedules.loading import Roster, load
from oncall.schedules.plan import Interval
from oncall.schedules.restrictions import daily, hours_of
from oncall.schedules.timeline import ScheduleTimeline, Shift, gather
from oncall.schedules.wall_clock import DAY, MINUTE, day_start

LONGEST = timedelta(days=400)
SMALLEST_GROUP = 4
# What Google's site reliability engineers allow: two incidents in a shift of twelve hours, a quarter of the time.
MOST_INCIDENTS = 2
SHIFT_MINUTES = 720
MOST_OF_TIME = Fraction(1, 4)
MANY_INCIDENTS = "MANY_INCIDENTS"
MUCH_TIME = "MUCH_TIME"
_RULES_OF_REST = (warnings.SHORT_REST, warnings.LONG_STRETCH)
_NIGHT = hours_of(daily(start=NIGHT_STARTS * 60, end=NIGHT_ENDS * 60, days=None))


class BadRange(ValueError):
    """The days asked for are not in order, or too many; the message says what to choose."""


@dataclass(frozen=True)
class Figures:
    """What a range asked of one person, or, with `user` None, of `people` together."""

    user: User | None
    people: int
    minutes: Mapping[str, int]
    target: Fraction
    possible: int
    """The minutes of the range, times the people."""
    fte: Decimal | None = None
    shifts: int = 0
    units: Fraction = Fraction(0)
    """Shifts as Google counts them: one longer than twelve hours counts as several."""
    pages: int = 0
    night_pages: int = 0
    incidents: int = 0
    """Incidents by shift, added up; one that lasts into the next shift is in both."""

    @property
    def total(self) -> int:
        """All minutes on call."""
        return sum(self.minutes.values())

    @property
    def deviation(self) -> Fraction:
        """Minutes above (or, negative, below) the fair share."""
        return self.total - self.target

    @property
    def below(self) -> Fraction:
        """Minutes below the fair share."""
        return -self.deviation

    @property
    def of_time(self) -> Fraction:
        """Which part of the range was on call."""
        return Fraction(self.total, self.possible) if self.possible else Fraction(0)

    @property
    def incidents_per_shift(self) -> Fraction:
        """On average, per shift of at most twelve hours."""
        return self.incidents / self.units if self.units else Fraction(0)


@dataclass(frozen=True)
class Excess:
    """Something that is too much, in plain words; about one person."""

    code: str
    sentence: str
    user: int


@dataclass(frozen=True)
class Load:
    """The report of a team or a schedule over whole days of its zone."""

    team: Team
    schedule: Schedule | None
    first_day: date
    last_day: date
    zone: str
    people: Sequence[Figures]
    """One line a person that may be shown, by name."""
    others: Figures | None
    """Those that may not be shown one by one, if they are enough."""
    total: Figures | None
    """Everybody; None where that would tell of one person."""
    balance: Fraction | None
    excesses: Sequence[Excess] = field(default=())
    is_planner: bool = False


def shown(
    *, team: Team, schedule: Schedule | None = None, first_day: date, last_day: date, viewer: Any, at: datetime
) -> Load:
    """What `viewer` may read of the load of a team, or of one of its schedules, over days that both count.

    A constant number of queries. Raises BadRange.
    """
    zone = ZoneInfo(team.time_zone)
    since, until = span(first_day, last_day, zone=zone)
    ids = [schedule.pk] if schedule else list(team.schedules.order_by("pk").values_list("pk", flat=True))
    rosters = load(ids=ids, since=since, until=until)
    facts = {one.schedule.pk: gather(one.plan, since=since, until=until) for one in rosters}
    lines, balance = _figures(team, rosters, facts, since=since, until=until)
    found = list(_excesses(lines)) + list(_rests(rosters, facts, since=since, until=until, at=at))
    whole = Load(
        team=team,
        schedule=schedule,
        first_day=first_day,
        last_day=last_day,
        zone=team.time_zone,
        people=lines,
        others=None,
        total=together(lines),
        balance=balance,
        excesses=found,
        is_planner=True,
    )
    if permissions.can_manage_team(viewer, team):
        return whole
    is_whole_team = schedule is None or team.schedules.count() == 1
    standing = [shift for one in facts.values() for shift in one.shifts if shift.user != viewer.pk]
    return _narrowed(whole, viewer, is_group=is_whole_team and _is_group(standing, first_day, last_day, zone=zone))


def span(first_day: date, last_day: date, *, zone: ZoneInfo) -> Interval:
    """The instants between which whole days lie. Raises BadRange unless they are in order and at most 400."""
    if last_day < first_day:
        raise BadRange("The last day must not come before the first.")
    if last_day - first_day + DAY > LONGEST:
        raise BadRange("Choose at most 400 days at once.")
    if not 2000 <= first_day.year <= last_day.year < 2100:
        raise BadRange("Choose days between the years 2000 and 2100.")
    return day_start(first_day, zone), day_start(last_day + DAY, zone)


def last_months(today: date, *, count: int) -> dict[str, str]:
    """The last whole months before the day's own, as `since` and `until` of an address."""
    until = today.replace(day=1) - DAY
    months = until.year * 12 + until.month - count
    return {"since": date(months // 12, months % 12 + 1, 1).isoformat(), "until": until.isoformat()}


def together(lines: Sequence[Figures]) -> Figures:
    """Several lines as one."""
    minutes = {name: sum(one.minutes[name] for one in lines) for name in fairness.CATEGORIES}
    return Figures(
        user=None,
        people=len(lines),
        minutes=minutes,
        target=sum((one.target for one in lines), Fraction(0)),
        possible=sum(one.possible for one in lines),
        shifts=sum(one.shifts for one in lines),
        units=sum((one.units for one in lines), Fraction(0)),
        pages=sum(one.pages for one in lines),
        night_pages=sum(one.night_pages for one in lines),
        incidents=sum(one.incidents for one in lines),
    )


def _is_group(shifts: Sequence[Shift], first_day: date, last_day: date, *, zone: ZoneInfo) -> bool:
    """Whether the days are whole months, in each of which four or more people stood by."""
    if first_day.day != 1 or (last_day + DAY).day != 1:
        return False
    month = first_day
    while month <= last_day:
        following = (month + timedelta(days=31)).replace(day=1)
        since, until = day_start(month, zone), day_start(following, zone)
        if len({one.user for one in shifts if one.starts_at < until and one.ends_at > since}) < SMALLEST_GROUP:
            return False
        month = following
    return True


def _narrowed(whole: Load, viewer: Any, *, is_group: bool) -> Load:
    """For somebody who does not plan this rota: their own line, and the others only as a group of four or more."""
    own = [one for one in whole.people if one.user is not None and one.user.pk == viewer.pk]
    rest = [one for one in whole.people if one not in own]
    return replace(
        whole,
        people=own,
        others=together(rest) if is_group else None,
        total=whole.total if is_group else None,
        balance=whole.balance if is_group else None,
        excesses=[one for one in whole.excesses if one.user == viewer.pk],
        is_planner=False,
    )


def _figures(
    team: Team, rosters: Sequence[Roster], facts: Mapping[int, ScheduleTimeline], *, since: datetime, until: datetime
) -> tuple[list[Figures], Fraction]:
    people = {key: person for one in rosters for key, person in one.people.items()}
    parts = fair_share.parts_of_full_time(team, people)
    shifts: dict[int, list[Shift]] = {}
    for one in facts.values():
        for shift in one.shifts:
            shifts.setdefault(shift.user, []).append(shift)
    report = fairness.report_of(
        [(facts[one.schedule.pk].shifts, rules_of(one, team)) for one in rosters],
        weights=fair_share.fair_share_weights(rosters, parts=parts, standing=shifts, since=since, until=until),
    )
    pages: dict[int, list[PageCounts]] = {}
    for page in page_counts(since=since, until=until, schedules=list(facts)):
        pages.setdefault(page.user, []).append(page)
    lines = [
        Figures(
            user=people[user],
            people=1,
            minutes=share.minutes,
            target=share.target,
            possible=(until - since) // MINUTE,
            fte=parts.get(user),
            shifts=len(shifts.get(user, ())),
            units=sum((Fraction(max(one.minutes, SHIFT_MINUTES), SHIFT_MINUTES) for one in shifts.get(user, ())),
                      Fraction(0)),
            pages=len(pages.get(user, ())),
            night_pages=sum(one.is_night for one in pages.get(user, ())),
            incidents=_incidents(shifts.get(user, ()), pages.get(user, ())),
        )
        for user, share in report.shares.items()
        if user in people
    ]  # fmt: skip
    return sorted(lines, key=lambda one: (one.user.name, one.user.pk) if one.user else ("", 0)), report.balance


def rules_of(roster: Roster, team: Team) -> fairness.Rules:
    """How minutes of a schedule are sorted: by its newest version's zone, and its layers' days off."""
    versions = roster.plan.versions
    holidays = {day for version in versions for layer in version.layers for day in layer.holidays}
    return fairness.Rules(
        zone=versions[-1].zone if versions else ZoneInfo(team.time_zone), night=_NIGHT, holidays=holidays
    )


def _incidents(shifts: Iterable[Shift], pages: Sequence[PageCounts]) -> int:
    """Incidents that paged, each once in every shift."""
    times = [one.at for one in pages]
    return sum(
        len({one.escalation for one in pages[bisect_left(times, shift.starts_at) : bisect_left(times, shift.ends_at)]})
        for shift in shifts
    )


def _excesses(lines: Iterable[Figures]) -> Iterable[Excess]:
    """Google's two limits, by person."""
    for one in lines:
        if one.user is None:
            continue
        name, user = one.user.name, one.user.pk
        if one.incidents_per_shift > MOST_INCIDENTS:
            rate = f"{float(one.incidents_per_shift):.1f}"
            yield Excess(
                MANY_INCIDENTS,
                f"{name} had {rate} incidents in a shift of twelve hours on average; two are the most that leave time"
                " to follow them up. Look at what pages most often, and mend it or make it quiet.",
                user,
            )
        if one.of_time > MOST_OF_TIME:
            yield Excess(
                MUCH_TIME,
                f"{name} is on call {round(100 * one.of_time)} % of the time; more than 25 % leaves too little for"
                " other work and for rest. Add people to the rotation.",
                user,
            )


def _rests(
    rosters: Sequence[Roster], facts: Mapping[int, ScheduleTimeline], *, since: datetime, until: datetime, at: datetime
) -> Iterable[Excess]:
    """Breaches of the rules of rest, as the rota's own warnings word them (R-O5)."""
    known = warnings.surroundings(rosters, facts, since=since, until=until, at=at)
    for roster in rosters:
        for one in warnings.find(roster, facts[roster.schedule.pk], known, since=since, until=until):
            if one.code in _RULES_OF_REST:
                yield Excess(one.code, one.sentence, one.users[0])
