"""Who could take a shift: people who are free and rested, those furthest below their fair share first (R-O4)."""

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
from oncall.schedules.loading import load_absences, schedules_naming
from oncall.schedules.timeline import Shift, build_timeline
from oncall.schedules.wall_clock import MINUTE

WEEKS = 12


@dataclass(frozen=True)
class Candidate:
    """A person who could take the shift, and the reason for their place in the list.

    `deficit` is in minutes: how far their time on call is below their fair share (R-Q1).
    """

    user: User
    deficit: int
    reason: str
    is_absent: bool = False


@dataclass(frozen=True)
class Proposal:
    """Those who could take it, sorted by fairness, and those who could not, with the reason."""

    candidates: list[Candidate]
    left_out: list[Candidate]


def propose_candidates(
    *, schedule: Schedule, out: User, starts_at: datetime, ends_at: datetime, at: datetime
) -> Proposal:
    """The team's active responders except `out`, by deficit over the last 12 weeks; those with time off come last.

    Left out are those who are on call then, and those who would get less rest than ONCALL_REST_HOURS between
    two shifts, on any schedule.
    """
    responders = _responders(schedule)
    people = [person for person in responders if person.pk != out.pk]
    rest = timedelta(hours=settings.ONCALL_REST_HOURS)
    busy = _shifts_by_user(people, since=starts_at - rest, until=ends_at + rest)
    absent = load_absences([person.pk for person in people], since=starts_at, until=ends_at)
    past_loads = _past_loads(schedule, people, at=at)
    proposal = Proposal([], [])
    for person in people:
        obstacle = _reason_against(busy.get(person.pk, ()), starts_at, ends_at, person)
        deficit = -int(past_loads[person.pk].share.deviation)
        reason = obstacle or _reason(past_loads[person.pk], deficit)
        candidate = Candidate(person, deficit, reason, person.pk in absent)
        (proposal.left_out if obstacle else proposal.candidates).append(candidate)
    proposal.candidates.sort(key=lambda each: (each.is_absent, -each.deficit, each.user.name, each.user.pk))
    return proposal


def _responders(schedule: Schedule) -> list[User]:
    members = schedule.team.memberships.filter(user__is_active=True).exclude(role=MembershipRole.OBSERVER)
    return [membership.user for membership in members.select_related("user").order_by("user__name", "pk")]


def _shifts_by_user(
    people: Iterable[User], *, since: datetime, until: datetime
) -> Mapping[int, list[tuple[Schedule, Shift]]]:
    """Shifts by person, on every schedule that may include one of these people."""
    shifts_by_user: dict[int, list[tuple[Schedule, Shift]]] = {}
    ids = schedules_naming([person.pk for person in people], since=since)
    for roster in schedules.load(ids=ids, since=since, until=until):
        for shift in build_timeline(roster.plan, since=since, until=until).shifts:
            shifts_by_user.setdefault(shift.user, []).append((roster.schedule, shift))
    return shifts_by_user


def _reason_against(
    shifts: Iterable[tuple[Schedule, Shift]], starts_at: datetime, ends_at: datetime, person: User
) -> str:
    """Why a person cannot take it: on call at that time, or too little rest before or after it."""
    rest_problem = ""
    for schedule, shift in shifts:
        if shift.starts_at < ends_at and shift.ends_at > starts_at:
            return f"Is on call on {schedule.name} at that time."
        prefix = f"Would have less than {settings.ONCALL_REST_HOURS} h of rest: is on call on {schedule.name}"
        if shift.ends_at <= starts_at:
            rest_problem = f"{prefix} until {local_text(shift.ends_at, zone=person.time_zone)}."
        else:
            rest_problem = f"{prefix} from {local_text(shift.starts_at, zone=person.time_zone)}."
    return rest_problem


@dataclass(frozen=True)
class _PastLoad:
    """A person's time on call in the last weeks, and what their fair share depends on."""

    share: fairness.Share
    part: Decimal
    present: Fraction
    """The part of the time in which they had a place in the rotation."""


def _past_loads(schedule: Schedule, people: list[User], *, at: datetime) -> dict[int, _PastLoad]:
    """Weighted in the same way as the schedule's load report, so that both agree."""
    until = floor_minute(at)
    since = until - timedelta(weeks=WEEKS)
    [roster] = schedules.load(ids=[schedule.pk], since=since, until=until)
    shifts = build_timeline(roster.plan, since=since, until=until).shifts
    on_call_users = {shift.user for shift in shifts}
    fte = fair_share.parts_of_full_time(
        schedule.team, {*on_call_users, *roster.people, *(person.pk for person in people)}
    )
    weights = fair_share.fair_share_weights([roster], parts=fte, on_call_users=on_call_users, since=since, until=until)
    shares = fairness.report(shifts, rules=fairness.Rules(ZoneInfo("UTC")), weights=weights).shares
    presence_minutes = fair_share.total_presence([roster], since=since, until=until)
    total_minutes = (until - since) // MINUTE
    return {
        person.pk: _PastLoad(
            share=shares.get(person.pk, fairness.Share(weight=Fraction(0))),
            part=fte.get(person.pk, fair_share.FULL_TIME),
            present=Fraction(presence_minutes.get(person.pk, 0), total_minutes),
        )
        for person in people
    }


def _reason(past: _PastLoad, deficit: int) -> str:
    """The reason for a person's place: their hours, the difference to a fair share, and what the share depends on."""
    text = f"On call for {_hours_text(past.share.total)} in the last {WEEKS} weeks"
    if not past.present:
        return f"{text}, without a place in the rotation: no fair share applies."
    if abs(deficit) < 60:
        text = f"{text}, a fair share"
    else:
        text = f"{text}, {_hours_text(abs(deficit))} {'less' if deficit > 0 else 'more'} than a fair share"
    # The part of full time is known only to the person and the planners; places in a rotation are open to all.
    reasons = ["their part of full time"] if past.part != fair_share.FULL_TIME else []
    if past.present < 1:
        reasons.append(f"{round(100 * past.present)} % of the time in the rotation")
    return f"{text} for {' and '.join(reasons)}." if reasons else f"{text}."


def _hours_text(minutes: int) -> str:
    return f"{round(minutes / 60)} h"
