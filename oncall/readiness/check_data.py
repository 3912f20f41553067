"""Whom the targets of a policy reach over the coming days: what its checks need, fetched once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.base.data.clock import floor_minute
from config.base.web import display
from oncall.models import ContactMethod, EscalationTarget, Membership, MembershipRole, User
from oncall.readiness import wake_tests
from oncall.schedules.loading import Roster, load
from oncall.schedules.plan import Interval
from oncall.schedules.timeline import ScheduleTimeline, build_timeline, subtract_intervals

AHEAD = timedelta(days=30)


@dataclass
class CheckData:
    """The data for the checks of some policies or drafts, fetched once."""

    at: datetime
    since: datetime
    until: datetime
    rosters: Mapping[int, Roster]
    timelines: Mapping[int, ScheduleTimeline]
    members: Mapping[int, list[Membership]]
    names: dict[int, str] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    reachable: set[int] = field(default_factory=set)
    passed_wake_test: set[int] = field(default_factory=set)
    trained: set[tuple[int, int]] = field(default_factory=set)


def load_data(targets: Iterable[EscalationTarget], more: Iterable[User], *, at: datetime) -> CheckData:
    """What the checks of these targets need, stored or not, and of `more` people: the same few queries for any number.

    The targets have their people loaded.
    """
    targets = list(targets)
    since = floor_minute(at)
    until = since + AHEAD
    schedule_ids = {target.schedule_id for target in targets if target.schedule_id}
    rosters = load(ids=schedule_ids, since=since, until=until)
    team_ids = {target.team_id for target in targets if target.team_id}
    memberships = Membership.objects.filter(team__in=team_ids).exclude(role=MembershipRole.OBSERVER)
    members: dict[int, list[Membership]] = {}
    for membership in memberships.select_related("user"):
        members.setdefault(membership.team_id, []).append(membership)
    data = CheckData(
        at=at,
        since=since,
        until=until,
        rosters={roster.schedule.pk: roster for roster in rosters},
        timelines={roster.schedule.pk: build_timeline(roster.plan, since=since, until=until) for roster in rosters},
        members=members,
    )
    people = {key: person for roster in rosters for key, person in roster.people.items()}
    people |= {target.user.pk: target.user for target in targets if target.user}
    people |= {row.user_id: row.user for team_members in members.values() for row in team_members}
    people |= {person.pk: person for person in more}
    _load_people(data, people)
    return data


def _load_people(data: CheckData, people: Mapping[int, User]) -> None:
    data.names = {key: person.name for key, person in people.items()}
    data.closed = {key for key, person in people.items() if not person.is_active}
    data.reachable = set(
        ContactMethod.objects.usable().filter(user__in=people).values_list("user", flat=True).distinct()
    )
    data.passed_wake_test = wake_tests.passed(list(people), at=data.at)
    data.trained = set(
        Membership.objects.filter(user__in=people, trained_on__lte=data.at.date()).values_list("team", "user")
    )


def rota_of(targets: Iterable[EscalationTarget], data: CheckData) -> set[int]:
    """The users whom these targets may reach over the coming days, without closed accounts."""
    users: set[int] = set()
    for target in targets:
        if target.user_id:
            users.add(target.user_id)
        elif target.schedule_id:
            users |= {shift.user for shift in data.timelines[target.schedule_id].shifts}
        else:
            users |= {membership.user_id for membership in data.members.get(target.team_id or 0, ())}
    return users - data.closed


def gaps_text(gaps: Sequence[Interval], data: CheckData, *, zone: str) -> str:
    """The first gap in local time, and how many more there are."""
    starts_at, ends_at = gaps[0]
    end = "on" if ends_at >= data.until else f"to {display.local_text(ends_at, zone=zone)}"
    more = f", and {len(gaps) - 1} times more" if len(gaps) > 1 else ""
    return f"from {display.local_text(starts_at, zone=zone)} {end}{more}"


def uncovered(targets: Iterable[EscalationTarget], data: CheckData) -> list[Interval]:
    """When a step reaches nobody: people and teams with members are always available, schedules add up."""
    covered: list[Interval] = []
    for target in targets:
        if target.schedule_id:
            covered += [(shift.starts_at, shift.ends_at) for shift in data.timelines[target.schedule_id].shifts]
        elif target.user_id:
            covered += [] if target.user_id in data.closed else [(data.since, data.until)]
        elif any(row.user_id not in data.closed for row in data.members.get(target.team_id or 0, ())):
            covered.append((data.since, data.until))
    return subtract_intervals([(data.since, data.until)], covered)
