"""Checks of an escalation policy's steps, schedules and people: would it work tonight? (S19, S39)"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.urls import reverse

from oncall.models import EscalationPolicy, EscalationStep, EscalationTarget
from oncall.readiness.check_data import CheckData, gaps_text, load_data, rota_of, uncovered

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


def check(policies: Iterable[int], *, at: datetime) -> dict[int, list[Item]]:
    """The checks of each policy, by its primary key; the same few queries for any number of policies."""
    targets = EscalationTarget.objects.select_related("user").order_by("position", "pk")
    steps = EscalationStep.objects.order_by("position").prefetch_related(Prefetch("targets", targets))
    rows = list(
        EscalationPolicy.objects.filter(pk__in=list(policies))
        .select_related("team")
        .prefetch_related(Prefetch("steps", steps), "fallback")
    )
    targets_of_all = [target for policy in rows for target in _targets(policy)]
    data = load_data(targets_of_all, (person for policy in rows for person in policy.fallback.all()), at=at)
    return {policy.pk: _items(policy, data) for policy in rows}


def _targets(policy: EscalationPolicy) -> list[EscalationTarget]:
    return [target for step in policy.steps.all() for target in step.targets.all()]


def _items(policy: EscalationPolicy, data: CheckData) -> list[Item]:
    rota = rota_of(_targets(policy), data)
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


def _closed(policy: EscalationPolicy, data: CheckData) -> set[int]:
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


def _gap(policy: EscalationPolicy, data: CheckData) -> Item:
    first = next((step for step in policy.steps.all() if step.targets.all()), None)
    targets = list(first.targets.all()) if first else []
    gaps = uncovered(targets, data)
    if not gaps:
        return Item(GAP, TITLES[GAP], is_passed=True)
    schedules = [data.rosters[target.schedule_id] for target in targets if target.schedule_id]
    zone = schedules[0].schedule.team.time_zone if schedules else policy.team.time_zone
    wrong = f"The first step of {policy.name} reaches nobody {gaps_text(gaps, data, zone=zone)}."
    url = (
        reverse("oncall:schedule-edit", args=[schedules[0].schedule.pk])
        if len(schedules) == 1
        else _policy_page(policy)
    )
    return Item(GAP, TITLES[GAP], False, wrong, url)


def _people(code: str, users: set[int], data: CheckData, url: str = "") -> Item:
    if not users:
        return Item(code, TITLES[code], is_passed=True)
    return Item(code, TITLES[code], False, problem_text(code, users, data), url)


def problem_text(code: str, users: set[int], data: CheckData) -> str:
    """The people by name, and what is wrong with them."""
    names = sorted(data.names[user] for user in users)
    more = [f"{len(names) - _MAX_NAMES} more"] if len(names) > _MAX_NAMES else []
    parts = [*names[:_MAX_NAMES], *more]
    people = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"{people} {_PROBLEM_TEXTS[code][len(parts) > 1]}"


def _policy_page(policy: EscalationPolicy) -> str:
    return reverse("admin:oncall_escalationpolicy_change", args=[policy.pk])
