"""Who could take a shift: free then, rested, and the next whose turn it would fairly be (R-O4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings

from config.base.clock import floor_minute
from config.base.display import local
from oncall import schedules
from oncall.models import MembershipRole, Schedule, User
from oncall.schedules import fairness
from oncall.schedules.facts import Shift, gather
from oncall.schedules.loading import load_absences, naming

WEEKS = 12


@dataclass(frozen=True)
class Candidate:
    """Somebody who could take the shift, and why they stand where they do in the list.

    `deficit` is in minutes: how much less than an even share they stood by.
    """

    user: User
    deficit: int
    reason: str
    is_absent: bool = False


@dataclass(frozen=True)
class Proposal:
    """Those who could take it, the fairest first, and those who could not, with the reason."""

    candidates: list[Candidate]
    left_out: list[Candidate]


def propose(*, schedule: Schedule, out: User, starts_at: datetime, ends_at: datetime, at: datetime) -> Proposal:
    """The team's active responders but `out`, by deficit over the last 12 weeks; those on leave come last.

    Who is on call then, or would get less than the firm's hours of rest (ONCALL_REST_HOURS) between two times on
    call, on any schedule, is left out.
    """
    responders = _responders(schedule)
    people = [one for one in responders if one.pk != out.pk]
    rest = timedelta(hours=settings.ONCALL_REST_HOURS)
    busy = _standby(people, since=starts_at - rest, until=ends_at + rest)
    absent = load_absences([one.pk for one in people], since=starts_at, until=ends_at)
    shares = _shares(schedule, [*people, out], at=at)
    found = Proposal([], [])
    for person in people:
        share = shares[person.pk]
        hindrance = _hindrance(busy.get(person.pk, ()), starts_at, ends_at, person)
        deficit = -int(share.deviation)
        one = Candidate(person, deficit, hindrance or _reason(share, deficit), person.pk in absent)
        (found.left_out if hindrance else found.candidates).append(one)
    found.candidates.sort(key=lambda one: (one.is_absent, -one.deficit, one.user.name, one.user.pk))
    return found


def _responders(schedule: Schedule) -> list[User]:
    members = schedule.team.memberships.filter(user__is_active=True).exclude(role=MembershipRole.OBSERVER)
    return [one.user for one in members.select_related("user").order_by("user__name", "pk")]


def _standby(
    people: Iterable[User], *, since: datetime, until: datetime
) -> Mapping[int, list[tuple[Schedule, Shift]]]:
    """Who stands by when, on every schedule that may name one of these people."""
    found: dict[int, list[tuple[Schedule, Shift]]] = {}
    ids = naming([one.pk for one in people], since=since)
    for roster in schedules.load(ids=ids, since=since, until=until):
        for shift in gather(roster.plan, since=since, until=until).shifts:
            found.setdefault(shift.user, []).append((roster.schedule, shift))
    return found


def _hindrance(shifts: Iterable[tuple[Schedule, Shift]], starts_at: datetime, ends_at: datetime, person: User) -> str:
    """Why somebody cannot take it: on call at that time, or too little rest before or after it."""
    close = ""
    for schedule, shift in shifts:
        if shift.starts_at < ends_at and shift.ends_at > starts_at:
            return f"Is on call on {schedule.name} at that time."
        rest = f"Would have less than {settings.ONCALL_REST_HOURS} h of rest: stands by on {schedule.name}"
        if shift.ends_at <= starts_at:
            close = f"{rest} until {local(shift.ends_at, zone=person.time_zone)}."
        else:
            close = f"{rest} from {local(shift.starts_at, zone=person.time_zone)}."
    return close


def _shares(schedule: Schedule, people: list[User], *, at: datetime) -> dict[int, fairness.Share]:
    until = floor_minute(at)
    since = until - timedelta(weeks=WEEKS)
    [roster] = schedules.load(ids=[schedule.pk], since=since, until=until)
    weights = {one.pk: Decimal(1) for one in people}
    shifts = [one for one in gather(roster.plan, since=since, until=until).shifts if one.user in weights]
    return fairness.report(shifts, rules=fairness.Rules(ZoneInfo("UTC")), weights=weights).shares


def _reason(share: fairness.Share, deficit: int) -> str:
    stood = f"Stood by {_hours(share.total)} in the last {WEEKS} weeks"
    if abs(deficit) < 60:
        return f"{stood}, an even share."
    return f"{stood}, {_hours(abs(deficit))} {'less' if deficit > 0 else 'more'} than an even share."


def _hours(minutes: int) -> str:
    return f"{round(minutes / 60)} h"
