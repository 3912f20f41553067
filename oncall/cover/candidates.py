"""Who could take a shift: free then, rested, and the next whose turn it would fairly be (R-O4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.conf import settings

from config.base.data.clock import floor_minute
from config.base.web.display import local_text
from oncall import schedules
from oncall.load import fair_share
from oncall.models import MembershipRole, Schedule, User
from oncall.schedules import fairness
from oncall.schedules.loading import load_absences, naming
from oncall.schedules.timeline import Shift, gather
from oncall.schedules.wall_clock import MINUTE

WEEKS = 12


@dataclass(frozen=True)
class Candidate:
    """Somebody who could take the shift, and why they stand where they do in the list.

    `deficit` is in minutes: how much less than their fair share they stood by (R-Q1).
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
    stood = _stood(schedule, people, at=at)
    found = Proposal([], [])
    for person in people:
        hindrance = _hindrance(busy.get(person.pk, ()), starts_at, ends_at, person)
        deficit = -int(stood[person.pk].share.deviation)
        one = Candidate(person, deficit, hindrance or _reason(stood[person.pk], deficit), person.pk in absent)
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
            close = f"{rest} until {local_text(shift.ends_at, zone=person.time_zone)}."
        else:
            close = f"{rest} from {local_text(shift.starts_at, zone=person.time_zone)}."
    return close


@dataclass(frozen=True)
class _Stood:
    """What somebody stood by in the last weeks, and what their fair share of it goes by."""

    share: fairness.Share
    part: Decimal
    present: Fraction
    """For how much of the time they had a place in the rotation."""


def _stood(schedule: Schedule, people: list[User], *, at: datetime) -> dict[int, _Stood]:
    """Weighed as the load of the schedule is, so that both say the same."""
    until = floor_minute(at)
    since = until - timedelta(weeks=WEEKS)
    [roster] = schedules.load(ids=[schedule.pk], since=since, until=until)
    shifts = gather(roster.plan, since=since, until=until).shifts
    standing = {one.user for one in shifts}
    parts = fair_share.parts_of_full_time(schedule.team, {*standing, *roster.people, *(one.pk for one in people)})
    weighed = fair_share.fair_share_weights([roster], parts=parts, standing=standing, since=since, until=until)
    shares = fairness.report(shifts, rules=fairness.Rules(ZoneInfo("UTC")), weights=weighed).shares
    present = fair_share.together([roster], since=since, until=until)
    whole = (until - since) // MINUTE
    return {
        one.pk: _Stood(
            share=shares.get(one.pk, fairness.Share(weight=Fraction(0))),
            part=parts.get(one.pk, fair_share.WHOLE),
            present=Fraction(present.get(one.pk, 0), whole),
        )
        for one in people
    }


def _reason(stood: _Stood, deficit: int) -> str:
    """Why they stand where they do: hours, against which share, and what the share goes by."""
    said = f"Stood by {_hours(stood.share.total)} in the last {WEEKS} weeks"
    if not stood.present:
        return f"{said}, without a place in the rotation: no share is asked of them."
    if abs(deficit) < 60:
        said = f"{said}, a fair share"
    else:
        said = f"{said}, {_hours(abs(deficit))} {'less' if deficit > 0 else 'more'} than a fair share"
    # How large the part is stays between the person and those who plan; where somebody had a place is open to all.
    basis = ["their part of full time"] if stood.part != fair_share.WHOLE else []
    if stood.present < 1:
        basis.append(f"{round(100 * stood.present)} % of the time in the rotation")
    return f"{said} for {' and '.join(basis)}." if basis else f"{said}."


def _hours(minutes: int) -> str:
    return f"{round(minutes / 60)} h"
