"""Checks of an escalation policy's steps, schedules and people: would it work tonight? (S19, S39)"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Prefetch
from django.urls import reverse

from config.base.data.clock import floor_minute
from config.base.web import display
from oncall.models import (
    ContactMethod,
    EscalationPolicy,
    EscalationStep,
    EscalationTarget,
    Membership,
    MembershipRole,
    User,
)
from oncall.readiness import wake_tests
from oncall.schedules.loading import Roster, load
from oncall.schedules.plan import Interval
from oncall.schedules.timeline import ScheduleTimeline, build_timeline, subtract_intervals

AHEAD = timedelta(days=30)
_MAX_NAMES = 5
GAP, LEVEL_2, INACTIVE, CONTACT, TRAINED, WAKE_TEST = "gap", "level_2", "inactive", "contact", "trained", "wake_test"
TITLES = {
    LEVEL_2: "Escalates to a second level",
    GAP: "First step reaches somebody at every minute of the next 30 days",
    INACTIVE: "No closed account in its steps and schedules",
    CONTACT: "Everybody has a verified contact method",
    TRAINED: "Everybody on the rota is trained for on-call",
    WAKE_TEST: "Everybody passed a wake test in the last 90 days",
}
"""The title of each check, in the order on screen."""
_PROBLEM_TEXTS = {
    INACTIVE: (
        "has a closed account: replace this person.",
        "have closed accounts: replace these people.",
    ),
    CONTACT: (
        "has no verified contact method: ask this person to add one under My profile.",
        "have no verified contact method: ask them to add one under My profile.",
    ),
    TRAINED: ("is on the rota and not trained yet.", "are on the rota and not trained yet."),
    WAKE_TEST: (
        "passed no wake test in the last 90 days: it takes a minute under My profile.",
        "passed no wake test in the last 90 days: it takes a minute under My profile.",
    ),
}
"""The problem as text, for one person and for several."""


@dataclass(frozen=True)
class Item:
    """One check: its title, whether it passed, and if not, what is wrong and where to fix it."""

    code: str
    title: str
    is_passed: bool
    wrong: str = ""
    url: str = ""


@dataclass
class _CheckData:
    """The data for the checks of some policies, fetched once."""

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


def check(policies: Iterable[int], *, at: datetime) -> dict[int, list[Item]]:
    """The checks of each policy, by its primary key; the same few queries for any number of policies."""
    targets = EscalationTarget.objects.select_related("user").order_by("position", "pk")
    steps = EscalationStep.objects.order_by("position").prefetch_related(Prefetch("targets", targets))
    rows = list(
        EscalationPolicy.objects.filter(pk__in=list(policies))
        .select_related("team")
        .prefetch_related(Prefetch("steps", steps), "fallback")
    )
    data = _load_data(rows, at=at)
    return {policy.pk: _items(policy, data) for policy in rows}


def _targets(policy: EscalationPolicy) -> list[EscalationTarget]:
    return [target for step in policy.steps.all() for target in step.targets.all()]


def _load_data(rows: Iterable[EscalationPolicy], *, at: datetime) -> _CheckData:
    targets = [target for policy in rows for target in _targets(policy)]
    since = floor_minute(at)
    until = since + AHEAD
    schedule_ids = {target.schedule_id for target in targets if target.schedule_id}
    rosters = load(ids=schedule_ids, since=since, until=until)
    team_ids = {target.team_id for target in targets if target.team_id}
    memberships = Membership.objects.filter(team__in=team_ids).exclude(role=MembershipRole.OBSERVER)
    members: dict[int, list[Membership]] = {}
    for membership in memberships.select_related("user"):
        members.setdefault(membership.team_id, []).append(membership)
    data = _CheckData(
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
    people |= {person.pk: person for policy in rows for person in policy.fallback.all()}
    _load_people(data, people)
    return data


def _load_people(data: _CheckData, people: Mapping[int, User]) -> None:
    data.names = {key: person.name for key, person in people.items()}
    data.closed = {key for key, person in people.items() if not person.is_active}
    data.reachable = set(
        ContactMethod.objects.usable().filter(user__in=people).values_list("user", flat=True).distinct()
    )
    data.passed_wake_test = wake_tests.passed(list(people), at=data.at)
    data.trained = set(
        Membership.objects.filter(user__in=people, trained_on__lte=data.at.date()).values_list("team", "user")
    )


def _items(policy: EscalationPolicy, data: _CheckData) -> list[Item]:
    rota = _rota(policy, data)
    people = rota | {person.pk for person in policy.fallback.all()} - data.closed
    teams = {policy.team_id} | {
        data.rosters[target.schedule_id].schedule.team_id for target in _targets(policy) if target.schedule_id
    }
    untrained = {user for user in rota if not any((team, user) in data.trained for team in teams)}
    team_page = policy.team.get_absolute_url()
    items = {
        LEVEL_2: _level_2(policy),
        GAP: _gap(policy, data),
        INACTIVE: _people(INACTIVE, _closed(policy, data), data),
        CONTACT: _people(CONTACT, people - data.reachable, data, team_page),
        TRAINED: _people(TRAINED, untrained, data, team_page),
        WAKE_TEST: _people(WAKE_TEST, rota - data.passed_wake_test, data, team_page),
    }
    return [items[code] for code in TITLES]


def _rota(policy: EscalationPolicy, data: _CheckData) -> set[int]:
    """The users whom its steps may reach over the coming days, without closed accounts."""
    users: set[int] = set()
    for target in _targets(policy):
        if target.user_id:
            users.add(target.user_id)
        elif target.schedule_id:
            users |= {shift.user for shift in data.timelines[target.schedule_id].shifts}
        else:
            users |= {membership.user_id for membership in data.members.get(target.team_id or 0, ())}
    return users - data.closed


def _closed(policy: EscalationPolicy, data: _CheckData) -> set[int]:
    """Closed accounts among its targets, its fallback, and the slots of its schedules."""
    users = {target.user_id for target in _targets(policy) if target.user_id}
    users |= {person.pk for person in policy.fallback.all()}
    for target in _targets(policy):
        if target.schedule_id:
            plan = data.rosters[target.schedule_id].plan
            for _, _, version in plan.versions_in_force(since=data.since, until=data.until):
                layers = version.layers if version else ()
                users |= {user for layer in layers for slot in layer.rotation.slots for user in slot}
    return users & data.closed


def _level_2(policy: EscalationPolicy) -> Item:
    levels = [step for step in policy.steps.all() if step.targets.all()]
    if len(levels) > 1:
        return Item(LEVEL_2, TITLES[LEVEL_2], is_passed=True)
    wrong = f"{policy.name} has {'only one step' if levels else 'no step'}: add who is paged when nobody answers."
    return Item(LEVEL_2, TITLES[LEVEL_2], False, wrong, _policy_page(policy))


def _gap(policy: EscalationPolicy, data: _CheckData) -> Item:
    first = next((step for step in policy.steps.all() if step.targets.all()), None)
    targets = list(first.targets.all()) if first else []
    gaps = uncovered(targets, data)
    if not gaps:
        return Item(GAP, TITLES[GAP], is_passed=True)
    schedules = [data.rosters[target.schedule_id] for target in targets if target.schedule_id]
    starts_at, ends_at = gaps[0]
    zone = schedules[0].schedule.team.time_zone if schedules else policy.team.time_zone
    end = "on" if ends_at >= data.until else f"to {display.local_text(ends_at, zone=zone)}"
    more = f", and {len(gaps) - 1} times more" if len(gaps) > 1 else ""
    wrong = (
        f"The first step of {policy.name} reaches nobody from {display.local_text(starts_at, zone=zone)} {end}{more}."
    )
    url = (
        reverse("oncall:schedule-edit", args=[schedules[0].schedule.pk])
        if len(schedules) == 1
        else _policy_page(policy)
    )
    return Item(GAP, TITLES[GAP], False, wrong, url)


def uncovered(targets: Iterable[EscalationTarget], data: _CheckData) -> list[Interval]:
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


def _people(code: str, users: set[int], data: _CheckData, url: str = "") -> Item:
    if not users:
        return Item(code, TITLES[code], is_passed=True)
    names = sorted(data.names[user] for user in users)
    more = [f"{len(names) - _MAX_NAMES} more"] if len(names) > _MAX_NAMES else []
    parts = [*names[:_MAX_NAMES], *more]
    people = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return Item(code, TITLES[code], False, f"{people} {_PROBLEM_TEXTS[code][len(parts) > 1]}", url)


def _policy_page(policy: EscalationPolicy) -> str:
    return reverse("admin:oncall_escalationpolicy_change", args=[policy.pk])
