"""On-call load by person: minutes against a fair share, pages, and what is too much (R-Q1).

Who is on call is open to everybody. A person's pages and what is too much are shown only to that person and to
the planners of the team's rota; others see groups of four or more (`visible_load`). The rota says whose turn it
was. So a group is shown only for whole months in which four or more of its people were on call, and only for
the whole team: otherwise the difference of two answers would reveal one person.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from oncall import permissions
from oncall.load import fair_share
from oncall.load.page_history import NIGHT_ENDS, NIGHT_STARTS, PersonPage, person_pages
from oncall.models import Schedule, Team, User
from oncall.schedules import fairness, warning_context, warnings
from oncall.schedules.loading import Roster, load
from oncall.schedules.plan import Interval
from oncall.schedules.restrictions import daily, hours_of
from oncall.schedules.timeline import ScheduleTimeline, Shift, build_timeline
from oncall.schedules.wall_clock import DAY, MINUTE, day_start

MAX_RANGE = timedelta(days=400)
MIN_GROUP_SIZE = 4
# What Google's site reliability engineers allow: two incidents in a shift of twelve hours, a quarter of the time.
MAX_INCIDENTS = 2
SHIFT_MINUTES = 720
MAX_TIME_SHARE = Fraction(1, 4)
MANY_INCIDENTS = "MANY_INCIDENTS"
MUCH_TIME = "MUCH_TIME"
_REST_RULES = (warnings.SHORT_REST, warnings.LONG_STRETCH)
_NIGHT = hours_of(daily(start=NIGHT_STARTS * 60, end=NIGHT_ENDS * 60, days=None))


class BadRange(ValueError):
    """The requested days are not in order, or too many; the message says what to choose."""


@dataclass(frozen=True)
class Figures:
    """The load of one person over a range or, with `user` None, of `people` together."""

    user: User | None
    people: int
    minutes: Mapping[str, int]
    target: Fraction
    possible: int
    """The minutes of the range, multiplied by the people."""
    fte: Decimal | None = None
    shifts: int = 0
    units: Fraction = Fraction(0)
    """Shifts as Google counts them: one longer than twelve hours counts as several."""
    pages: int = 0
    night_pages: int = 0
    incidents: int = 0
    """Incidents by shift, summed; one that lasts into the next shift counts in both."""

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
        """The part of the range on call."""
        return Fraction(self.total, self.possible) if self.possible else Fraction(0)

    @property
    def incidents_per_shift(self) -> Fraction:
        """The average per shift of at most twelve hours."""
        return self.incidents / self.units if self.units else Fraction(0)


@dataclass(frozen=True)
class Excess:
    """A limit that one person exceeds, with a sentence for the reader."""

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
    """One line for each person that may be shown, by name."""
    others: Figures | None
    """The people that may not be shown singly, as a group, if the group is large enough."""
    total: Figures | None
    """Everybody; None if that would reveal one person."""
    balance: Fraction | None
    excesses: Sequence[Excess] = field(default=())
    is_planner: bool = False


def visible_load(
    *, team: Team, schedule: Schedule | None = None, first_day: date, last_day: date, viewer: User, at: datetime
) -> Load:
    """The load of a team, or of one of its schedules, as far as `viewer` may read it; both days are included.

    A constant number of queries. Raises BadRange.
    """
    zone = ZoneInfo(team.time_zone)
    since, until = range_bounds(first_day, last_day, zone=zone)
    ids = [schedule.pk] if schedule else list(team.schedules.order_by("pk").values_list("pk", flat=True))
    rosters = load(ids=ids, since=since, until=until)
    timelines = {roster.schedule.pk: build_timeline(roster.plan, since=since, until=until) for roster in rosters}
    lines, balance = _figures(team, rosters, timelines, since=since, until=until)
    excesses = list(_limit_excesses(lines)) + list(_rest_excesses(rosters, timelines, since=since, until=until, at=at))
    report = Load(
        team=team,
        schedule=schedule,
        first_day=first_day,
        last_day=last_day,
        zone=team.time_zone,
        people=lines,
        others=None,
        total=sum_figures(lines),
        balance=balance,
        excesses=excesses,
        is_planner=True,
    )
    if permissions.can_manage_team(viewer, team):
        return report
    is_whole_team = schedule is None or team.schedules.count() == 1
    other_shifts = [shift for timeline in timelines.values() for shift in timeline.shifts if shift.user != viewer.pk]
    return _narrow(report, viewer, is_group=is_whole_team and _is_group(other_shifts, first_day, last_day, zone=zone))


def range_bounds(first_day: date, last_day: date, *, zone: ZoneInfo) -> Interval:
    """The instants at which these days begin and end. Raises BadRange unless they are in order and at most 400."""
    if last_day < first_day:
        raise BadRange("The last day must not come before the first.")
    if last_day - first_day + DAY > MAX_RANGE:
        raise BadRange("Choose at most 400 days at once.")
    if not 2000 <= first_day.year <= last_day.year < 2100:
        raise BadRange("Choose days between the years 2000 and 2100.")
    return day_start(first_day, zone), day_start(last_day + DAY, zone)


def last_months(today: date, *, count: int) -> dict[str, str]:
    """The last whole months before the current one, as the parameters `since` and `until` of an address."""
    until = today.replace(day=1) - DAY
    months = until.year * 12 + until.month - count
    return {"since": date(months // 12, months % 12 + 1, 1).isoformat(), "until": until.isoformat()}


def sum_figures(lines: Sequence[Figures]) -> Figures:
    """Sum several lines into one."""
    minutes = {name: sum(line.minutes[name] for line in lines) for name in fairness.CATEGORIES}
    return Figures(
        user=None,
        people=len(lines),
        minutes=minutes,
        target=sum((line.target for line in lines), Fraction(0)),
        possible=sum(line.possible for line in lines),
        shifts=sum(line.shifts for line in lines),
        units=sum((line.units for line in lines), Fraction(0)),
        pages=sum(line.pages for line in lines),
        night_pages=sum(line.night_pages for line in lines),
        incidents=sum(line.incidents for line in lines),
    )


def _is_group(shifts: Sequence[Shift], first_day: date, last_day: date, *, zone: ZoneInfo) -> bool:
    """Whether the days are whole months, and in each of them four or more people were on call."""
    if first_day.day != 1 or (last_day + DAY).day != 1:
        return False
    month = first_day
    while month <= last_day:
        following = (month + timedelta(days=31)).replace(day=1)
        since, until = day_start(month, zone), day_start(following, zone)
        if len({shift.user for shift in shifts if shift.starts_at < until and shift.ends_at > since}) < MIN_GROUP_SIZE:
            return False
        month = following
    return True


def _narrow(report: Load, viewer: User, *, is_group: bool) -> Load:
    """Limit a report for a viewer who is no planner: their own line, and others only as a group of four or more."""
    own_lines = [line for line in report.people if line.user is not None and line.user.pk == viewer.pk]
    other_lines = [line for line in report.people if line not in own_lines]
    return replace(
        report,
        people=own_lines,
        others=sum_figures(other_lines) if is_group else None,
        total=report.total if is_group else None,
        balance=report.balance if is_group else None,
        excesses=[excess for excess in report.excesses if excess.user == viewer.pk],
        is_planner=False,
    )


def _figures(
    team: Team,
    rosters: Sequence[Roster],
    timelines: Mapping[int, ScheduleTimeline],
    *,
    since: datetime,
    until: datetime,
) -> tuple[list[Figures], Fraction]:
    people = {key: person for roster in rosters for key, person in roster.people.items()}
    parts = fair_share.parts_of_full_time(team, people)
    shifts: dict[int, list[Shift]] = {}
    for timeline in timelines.values():
        for shift in timeline.shifts:
            shifts.setdefault(shift.user, []).append(shift)
    report = fairness.combined_report(
        [(timelines[roster.schedule.pk].shifts, fairness_rules(roster, team)) for roster in rosters],
        weights=fair_share.fair_share_weights(rosters, parts=parts, on_call_users=shifts, since=since, until=until),
    )
    pages: dict[int, list[PersonPage]] = {}
    for page in person_pages(since=since, until=until, schedules=list(timelines)):
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
            units=sum((Fraction(max(shift.minutes, SHIFT_MINUTES), SHIFT_MINUTES) for shift in shifts.get(user, ())),
                      Fraction(0)),
            pages=len(pages.get(user, ())),
            night_pages=sum(page.is_night for page in pages.get(user, ())),
            incidents=_count_incidents(shifts.get(user, ()), pages.get(user, ())),
        )
        for user, share in report.shares.items()
        if user in people
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line.user.name, line.user.pk) if line.user else ("", 0)), report.balance


def fairness_rules(roster: Roster, team: Team) -> fairness.Rules:
    """The rules to classify minutes of a schedule: the zone of its newest version, and its layers' days off."""
    versions = roster.plan.versions
    holidays = {day for version in versions for layer in version.layers for day in layer.holidays}
    return fairness.Rules(
        zone=versions[-1].zone if versions else ZoneInfo(team.time_zone), night=_NIGHT, holidays=holidays
    )


def _count_incidents(shifts: Iterable[Shift], pages: Sequence[PersonPage]) -> int:
    """Count the incidents that paged, each once in every shift."""
    times = [page.at for page in pages]
    return sum(
        len(
            {
                page.escalation
                for page in pages[bisect_left(times, shift.starts_at) : bisect_left(times, shift.ends_at)]
            }
        )
        for shift in shifts
    )


def _limit_excesses(lines: Iterable[Figures]) -> Iterable[Excess]:
    """Google's two limits, by person."""
    for line in lines:
        if line.user is None:
            continue
        name, user = line.user.name, line.user.pk
        if line.incidents_per_shift > MAX_INCIDENTS:
            rate = f"{float(line.incidents_per_shift):.1f}"
            yield Excess(
                MANY_INCIDENTS,
                f"{name} had {rate} incidents in a shift of twelve hours on average; more than two leave no time"
                " to follow up. Find what pages most often, and fix it or silence it.",
                user,
            )
        if line.of_time > MAX_TIME_SHARE:
            yield Excess(
                MUCH_TIME,
                f"{name} is on call {round(100 * line.of_time)} % of the time; more than 25 % leaves too little for"
                " other work and for rest. Add people to the rotation.",
                user,
            )


def _rest_excesses(
    rosters: Sequence[Roster],
    timelines: Mapping[int, ScheduleTimeline],
    *,
    since: datetime,
    until: datetime,
    at: datetime,
) -> Iterable[Excess]:
    """Violations of the rest rules, in the words of the rota's warnings (R-O5)."""
    context = warning_context.load_context(rosters, timelines, since=since, until=until, at=at)
    for roster in rosters:
        for warning in warnings.find_warnings(
            roster, timelines[roster.schedule.pk], context, since=since, until=until
        ):
            if warning.code in _REST_RULES:
                yield Excess(warning.code, warning.sentence, warning.users[0])
