"""Whether an escalation policy would work tonight: checks of its steps, its rotas and its people (S19, S39)."""

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
from oncall.schedules.timeline import ScheduleTimeline, gather, without

AHEAD = timedelta(days=30)
_MOST_NAMED = 5
GAP, LEVEL_2, INACTIVE, CONTACT, TRAINED, WAKE_TEST = "gap", "level_2", "inactive", "contact", "trained", "wake_test"
TITLES = {
    LEVEL_2: "Escalates to a second level",
    GAP: "First step reaches somebody at every minute of the next 30 days",
    INACTIVE: "No closed account in its steps and rotas",
    CONTACT: "Everybody has a proven way to be reached",
    TRAINED: "Everybody on the rota is trained for it",
    WAKE_TEST: "Everybody passed a wake test in the last 90 days",
}
"""What is checked, in the order in which it is shown."""
_WRONG = {
    INACTIVE: (
        "has a closed account: give the place to somebody.",
        "have closed accounts: give their places to others.",
    ),
    CONTACT: (
        "has no proven way to be reached: ask for one on the own page.",
        "have no proven way to be reached: ask for one on their own pages.",
    ),
    TRAINED: ("is on the rota and not trained yet.", "are on the rota and not trained yet."),
    WAKE_TEST: (
        "passed no wake test in the last 90 days: it takes a minute on the own page.",
        "passed no wake test in the last 90 days: it takes a minute on their own pages.",
    ),
}
"""What is wrong with one person, and with several."""


@dataclass(frozen=True)
class Item:
    """One check: what is asked for, whether it holds, and if not, what is wrong and where it is mended."""

    code: str
    title: str
    is_passed: bool
    wrong: str = ""
    url: str = ""


@dataclass
class _Known:
    """All that the checks of some policies need, fetched once."""

    at: datetime
    since: datetime
    until: datetime
    rosters: Mapping[int, Roster]
    facts: Mapping[int, ScheduleTimeline]
    members: Mapping[int, list[Membership]]
    names: dict[int, str] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    reachable: set[int] = field(default_factory=set)
    awake: set[int] = field(default_factory=set)
    trained: set[tuple[int, int]] = field(default_factory=set)


def check(policies: Iterable[int], *, at: datetime) -> dict[int, list[Item]]:
    """The items of each policy, by its key; the same few queries for any number of them."""
    targets = EscalationTarget.objects.select_related("user").order_by("position", "pk")
    steps = EscalationStep.objects.order_by("position").prefetch_related(Prefetch("targets", targets))
    rows = list(
        EscalationPolicy.objects.filter(pk__in=list(policies))
        .select_related("team")
        .prefetch_related(Prefetch("steps", steps), "fallback")
    )
    known = _known(rows, at=at)
    return {policy.pk: _items(policy, known) for policy in rows}


def _targets(policy: EscalationPolicy) -> list[EscalationTarget]:
    return [target for step in policy.steps.all() for target in step.targets.all()]


def _known(rows: Iterable[EscalationPolicy], *, at: datetime) -> _Known:
    targets = [target for policy in rows for target in _targets(policy)]
    since = floor_minute(at)
    until = since + AHEAD
    found = load(ids={one.schedule_id for one in targets if one.schedule_id}, since=since, until=until)
    members: dict[int, list[Membership]] = {}
    wanted = {one.team_id for one in targets if one.team_id}
    for one in Membership.objects.filter(team__in=wanted).exclude(role=MembershipRole.OBSERVER).select_related("user"):
        members.setdefault(one.team_id, []).append(one)
    known = _Known(
        at=at,
        since=since,
        until=until,
        rosters={one.schedule.pk: one for one in found},
        facts={one.schedule.pk: gather(one.plan, since=since, until=until) for one in found},
        members=members,
    )
    people = {key: person for one in found for key, person in one.people.items()}
    people |= {one.user.pk: one.user for one in targets if one.user}
    people |= {one.user_id: one.user for some in members.values() for one in some}
    people |= {person.pk: person for policy in rows for person in policy.fallback.all()}
    _ask_about(known, people)
    return known


def _ask_about(known: _Known, people: Mapping[int, User]) -> None:
    known.names = {key: person.name for key, person in people.items()}
    known.closed = {key for key, person in people.items() if not person.is_active}
    known.reachable = set(
        ContactMethod.objects.usable().filter(user__in=people).values_list("user", flat=True).distinct()
    )
    known.awake = wake_tests.passed(list(people), at=known.at)
    known.trained = set(
        Membership.objects.filter(user__in=people, trained_on__lte=known.at.date()).values_list("team", "user")
    )


def _items(policy: EscalationPolicy, known: _Known) -> list[Item]:
    rota = _rota(policy, known)
    people = rota | {person.pk for person in policy.fallback.all()} - known.closed
    teams = {policy.team_id} | {
        known.rosters[one.schedule_id].schedule.team_id for one in _targets(policy) if one.schedule_id
    }
    untrained = {user for user in rota if not any((team, user) in known.trained for team in teams)}
    team_page = policy.team.get_absolute_url()
    found = {
        LEVEL_2: _level_2(policy),
        GAP: _gap(policy, known),
        INACTIVE: _people(INACTIVE, _closed(policy, known), known),
        CONTACT: _people(CONTACT, people - known.reachable, known, team_page),
        TRAINED: _people(TRAINED, untrained, known, team_page),
        WAKE_TEST: _people(WAKE_TEST, rota - known.awake, known, team_page),
    }
    return [found[code] for code in TITLES]


def _rota(policy: EscalationPolicy, known: _Known) -> set[int]:
    """Whom its steps may reach over the coming days."""
    found: set[int] = set()
    for target in _targets(policy):
        if target.user_id:
            found.add(target.user_id)
        elif target.schedule_id:
            found |= {shift.user for shift in known.facts[target.schedule_id].shifts}
        else:
            found |= {one.user_id for one in known.members.get(target.team_id or 0, ())}
    return found - known.closed


def _closed(policy: EscalationPolicy, known: _Known) -> set[int]:
    """Closed accounts among its targets, its fallback, and the places of its rotas."""
    found = {target.user_id for target in _targets(policy) if target.user_id}
    found |= {person.pk for person in policy.fallback.all()}
    for target in _targets(policy):
        if target.schedule_id:
            plan = known.rosters[target.schedule_id].plan
            for _, _, version in plan.reigns(since=known.since, until=known.until):
                layers = version.layers if version else ()
                found |= {user for layer in layers for slot in layer.rotation.slots for user in slot}
    return found & known.closed


def _level_2(policy: EscalationPolicy) -> Item:
    levels = [step for step in policy.steps.all() if step.targets.all()]
    if len(levels) > 1:
        return Item(LEVEL_2, TITLES[LEVEL_2], is_passed=True)
    wrong = f"{policy.name} has {'only one step' if levels else 'no step'}: add who is paged when nobody answers."
    return Item(LEVEL_2, TITLES[LEVEL_2], False, wrong, _policy_page(policy))


def _gap(policy: EscalationPolicy, known: _Known) -> Item:
    first = next((step for step in policy.steps.all() if step.targets.all()), None)
    targets = list(first.targets.all()) if first else []
    gaps = uncovered(targets, known)
    if not gaps:
        return Item(GAP, TITLES[GAP], is_passed=True)
    schedules = [known.rosters[one.schedule_id] for one in targets if one.schedule_id]
    starts_at, ends_at = gaps[0]
    zone = schedules[0].schedule.team.time_zone if schedules else policy.team.time_zone
    end = "on" if ends_at >= known.until else f"to {display.local_text(ends_at, zone=zone)}"
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


def uncovered(targets: Iterable[EscalationTarget], known: _Known) -> list[Interval]:
    """When a step reaches nobody: a person or a team with people in it is always there, schedules add up."""
    covered: list[Interval] = []
    for target in targets:
        if target.schedule_id:
            covered += [(one.starts_at, one.ends_at) for one in known.facts[target.schedule_id].shifts]
        elif target.user_id:
            covered += [] if target.user_id in known.closed else [(known.since, known.until)]
        elif any(one.user_id not in known.closed for one in known.members.get(target.team_id or 0, ())):
            covered.append((known.since, known.until))
    return without([(known.since, known.until)], covered)


def _people(code: str, users: set[int], known: _Known, url: str = "") -> Item:
    if not users:
        return Item(code, TITLES[code], is_passed=True)
    names = sorted(known.names[user] for user in users)
    more = [f"{len(names) - _MOST_NAMED} more"] if len(names) > _MOST_NAMED else []
    who = [*names[:_MOST_NAMED], *more]
    said = who[0] if len(who) == 1 else f"{', '.join(who[:-1])} and {who[-1]}"
    return Item(code, TITLES[code], False, f"{said} {_WRONG[code][len(who) > 1]}", url)


def _policy_page(policy: EscalationPolicy) -> str:
    return reverse("admin:oncall_escalationpolicy_change", args=[policy.pk])
