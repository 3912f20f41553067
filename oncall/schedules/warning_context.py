"""What the warnings about a rota need besides the rota itself, loaded in a constant number of queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from oncall.models import (
    ContactMethod,
    EscalationStep,
    EscalationTarget,
    LayerMember,
    Membership,
    Override,
    WorkInterval,
)
from oncall.schedules.loading import Roster, load, load_absences
from oncall.schedules.plan import Interval
from oncall.schedules.timeline import DoubleBooking, ScheduleTimeline, build_timeline, double_bookings


@dataclass(frozen=True)
class WarningContext:
    """What the rules need besides the rota itself; loaded once for any number of schedules."""

    at: datetime
    rest: timedelta
    absent: Mapping[int, Sequence[Interval]] = field(default_factory=dict)
    reachable: frozenset[int] = frozenset()
    # By team, who is trained for on-call; a team that records no training is left out.
    trained: Mapping[int, Collection[int]] = field(default_factory=dict)
    # By schedule, the names of the policies whose first step pages it.
    first_steps: Mapping[int, Sequence[str]] = field(default_factory=dict)
    # By person, when work ended that may have cost sleep.
    call_outs: Mapping[int, Sequence[datetime]] = field(default_factory=dict)
    bookings: Sequence[DoubleBooking] = ()
    schedule_names: Mapping[int, str] = field(default_factory=dict)


def load_context(
    rosters: Sequence[Roster],
    timelines: Mapping[int, ScheduleTimeline],
    *,
    since: datetime,
    until: datetime,
    at: datetime,
) -> WarningContext:
    """Load what the rules need about these schedules, in a constant number of queries."""
    rest = timedelta(hours=settings.ONCALL_REST_HOURS)
    users = {shift.user for timeline in timelines.values() for shift in timeline.shifts}
    bookings, names = _load_double_bookings(rosters, timelines, users, since=since, until=until)
    return WarningContext(
        at=at,
        rest=rest,
        absent=load_absences(users, since=since, until=until),
        reachable=frozenset(
            ContactMethod.objects.usable().filter(user__in=users).values_list("user_id", flat=True).distinct()
        ),
        trained=_trained({roster.schedule.team_id for roster in rosters}, at=at),
        first_steps=_first_steps([roster.schedule.pk for roster in rosters]),
        call_outs=_call_outs(users, since=since - rest, until=until, at=at),
        bookings=bookings,
        schedule_names=names,
    )


def _trained(teams: Collection[int], *, at: datetime) -> dict[int, set[int]]:
    trained_by_team: dict[int, set[int]] = {}
    rows = Membership.objects.filter(team__in=teams, trained_on__lte=at.date())
    for team, user in rows.values_list("team", "user"):
        trained_by_team.setdefault(team, set()).add(user)
    return trained_by_team


def _first_steps(schedules: list[int]) -> dict[int, list[str]]:
    earlier = EscalationStep.objects.filter(policy=OuterRef("step__policy"), position__lt=OuterRef("step__position"))
    rows = EscalationTarget.objects.filter(~Exists(earlier), schedule__in=schedules)
    policies_by_schedule: dict[int, list[str]] = {}
    for schedule, policy in rows.order_by("step__policy__name").values_list("schedule_id", "step__policy__name"):
        policies_by_schedule.setdefault(schedule or 0, []).append(policy)
    return policies_by_schedule


def _call_outs(users: set[int], *, since: datetime, until: datetime, at: datetime) -> dict[int, list[datetime]]:
    """When work of these people ended; work that still goes on counts as ending now."""
    rows = WorkInterval.objects.filter(
        Q(ended_at__isnull=True, started_at__lt=until) | Q(ended_at__gt=since, ended_at__lt=until), user__in=users
    )
    call_outs_by_user: dict[int, list[datetime]] = {}
    for user, ended_at in rows.values_list("user_id", "ended_at"):
        call_outs_by_user.setdefault(user, []).append(ended_at or at)
    return call_outs_by_user


def _load_double_bookings(
    rosters: Sequence[Roster],
    timelines: Mapping[int, ScheduleTimeline],
    users: set[int],
    *,
    since: datetime,
    until: datetime,
) -> tuple[list[DoubleBooking], dict[int, str]]:
    """Who is on call on several schedules at once, also on schedules outside `rosters`; with schedule names."""
    other_ids = set(
        LayerMember.objects.filter(user__in=users, layer__version__withdrawn_at__isnull=True)
        .values_list("layer__version__schedule_id", flat=True)
        .distinct()
    )
    other_ids |= set(
        Override.objects.filter(people__user__in=users, starts_at__lt=until, ends_at__gt=since)
        .values_list("schedule_id", flat=True)
        .distinct()
    )
    other_rosters = load(ids=other_ids - set(timelines), since=since, until=until)
    shifts = {key: timeline.shifts for key, timeline in timelines.items()}
    for roster in other_rosters:
        roster_shifts = build_timeline(roster.plan, since=since, until=until).shifts
        shifts[roster.schedule.pk] = [shift for shift in roster_shifts if shift.user in users]
    return double_bookings(shifts), {roster.schedule.pk: roster.schedule.name for roster in (*rosters, *other_rosters)}
