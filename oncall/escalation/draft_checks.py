"""Checks of an escalation policy before it is saved: what cannot work is refused, what may not work is told.

The administration and the API ask here, so that both refuse the same in the same words.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from oncall.escalation.draft_types import DraftReport, Finding, PolicyDraft, StepDraft
from oncall.escalation.machine import Target
from oncall.models import EscalationTarget, Schedule, ScheduleVersion, StepMode, Team, User
from oncall.readiness import policy_checks
from oncall.readiness.check_data import CheckData, gaps_text, load_data, rota_of, uncovered

MAX_STEPS = 50
_MAX_MINUTES = _MAX_POSITION = 32_767  # what the columns hold
NO_STEP = "This policy has no step, so it would page only its fallback. Add a step with whom to page first."
ONE_LEVEL = "Only one step pages anybody: add a second one for when nobody answers."


@dataclass(frozen=True)
class _Rows:
    """The records that a draft's targets name, and who can be reached through them."""

    users: Mapping[int, User]
    schedules: Mapping[int, Schedule]
    teams: Mapping[int, Team]
    planned: Collection[int]
    """The schedules that have a version, of any date."""
    data: CheckData


def check_draft(draft: PolicyDraft, *, at: datetime) -> DraftReport:
    """Whether a policy like this can work from `at` on; the same number of queries for any number of steps."""
    people = User.objects.people().in_bulk(draft.fallback)
    rows = _load(draft.steps, people.values(), at=at)
    refusals = [*_refusals(draft.steps, rows)]
    if missing := refuse_fallback(people.values()):
        refusals.append(Finding(missing, field="fallback"))
    elif unknown := [str(key) for key in draft.fallback if key not in people]:
        refusals.append(Finding(f"There is no person with the number {', '.join(unknown)}.", field="fallback"))
    return DraftReport(tuple(refusals), tuple(_warnings(draft, people.values(), rows)))


def check_steps(steps: Sequence[StepDraft], *, at: datetime) -> tuple[Finding, ...]:
    """The refusals about the steps alone, for a form whose other fields have checks of their own."""
    return tuple(_refusals(steps, _load(steps, (), at=at)))


def refuse_fallback(people: Iterable[User]) -> str:
    """Why these people are no fallback; empty if one of them can be paged."""
    if any(person.is_active for person in people):
        return ""
    return "All accounts of this fallback are closed, so this policy can reach nobody. Choose an open account."


def numbers(steps: Sequence[StepDraft]) -> list[int]:
    """What each step is called on screen: 1 for the one that fires first."""
    order = sorted(range(len(steps)), key=lambda place: steps[place].position)
    return [order.index(place) + 1 for place in range(len(steps))]


def _load(steps: Sequence[StepDraft], people: Iterable[User], *, at: datetime) -> _Rows:
    keys: dict[str, set[int]] = {"user": set(), "schedule": set(), "team": set()}
    for target in (target for step in steps for target in step.targets):
        keys.get(target.kind, set()).add(target.key)
    users = User.objects.people().in_bulk(keys["user"])
    schedules = Schedule.objects.select_related("team").in_bulk(keys["schedule"])
    teams = Team.objects.in_bulk(keys["team"])
    planned = ScheduleVersion.objects.filter(schedule__in=keys["schedule"], withdrawn_at__isnull=True)
    targets = [_row(target, users) for step in steps for target in step.targets]
    return _Rows(
        users=users,
        schedules=schedules,
        teams=teams,
        planned=set(planned.values_list("schedule", flat=True).distinct()),
        data=load_data([row for row in targets if _is_known(row, users, schedules, teams)], people, at=at),
    )


def _row(target: Target, users: Mapping[int, User]) -> EscalationTarget:
    if target.kind == "user":
        return EscalationTarget(user=users.get(target.key))
    return EscalationTarget(**({f"{target.kind}_id": target.key} if target.kind in {"schedule", "team"} else {}))


def _is_known(row: EscalationTarget, *tables: Collection[int]) -> bool:
    users, schedules, teams = tables
    return row.user_id in users or row.schedule_id in schedules or row.team_id in teams


def _refusals(steps: Sequence[StepDraft], rows: _Rows) -> Iterator[Finding]:
    if not steps:
        yield Finding(NO_STEP)
    if len(steps) > MAX_STEPS:
        yield Finding(f"A policy has at most {MAX_STEPS} steps.")
        return
    positions = [step.position for step in steps]
    for place, number in enumerate(numbers(steps)):
        step = steps[place]
        if step.position in positions[:place]:
            text = f"Two steps have the position {step.position}. Give each step a position of its own."
            yield Finding(text, place, "position")
        yield from _column_refusals(place, step)
        if not step.targets:
            text = f"Step {number} pages nobody. Choose a person, a schedule or a team, or remove the step."
            yield Finding(text, place, "targets")
        for target in step.targets:
            if text := _target_refusal(target, rows):
                yield Finding(f"Step {number} {text}", place, "targets")


def _column_refusals(place: int, step: StepDraft) -> Iterator[Finding]:
    if not 0 <= step.position <= _MAX_POSITION:
        yield Finding(f"A position is a number from 0 to {_MAX_POSITION}.", place, "position")
    if not 1 <= step.delay_minutes <= _MAX_MINUTES:
        yield Finding(f"A step waits 1 to {_MAX_MINUTES} minutes.", place, "delay_minutes")
    if step.mode not in StepMode.values:
        yield Finding(f"Choose one of {', '.join(StepMode.values)}.", place, "mode")


def _target_refusal(target: Target, rows: _Rows) -> str:
    """Why a target can reach nobody, ever; empty if it can."""
    if target.kind == "user":
        return _person_refusal(rows.users.get(target.key))
    if target.kind == "schedule":
        schedule = rows.schedules.get(target.key)
        if schedule is None:
            return "names a schedule that does not exist. Choose another one."
        if target.key in rows.planned:
            return ""
        return f"pages {schedule.name}, which has no rota yet, so nobody is ever on call. Plan its rota first."
    team = rows.teams.get(target.key) if target.kind == "team" else None
    if team is None:
        return "names a team that does not exist. Choose another one."
    return _team_refusal(team, rows.data)


def _person_refusal(person: User | None) -> str:
    if person is None:
        return "names a person who has no account. Choose another one."
    return "" if person.is_active else f"pages {person.name}, whose account is closed. Choose somebody else."


def _team_refusal(team: Team, data: CheckData) -> str:
    members = {row.user_id for row in data.members.get(team.pk, ())} - data.closed
    if not members:
        return f"pages team {team.name}, which has nobody to page: add a responder or a manager with an open account."
    if members & data.reachable:
        return ""
    return (
        f"pages team {team.name}, in which nobody has a verified contact method: ask one of them to add one under"
        " My profile."
    )


def _warnings(draft: PolicyDraft, fallback: Iterable[User], rows: _Rows) -> Iterator[Finding]:
    steps = sorted(draft.steps, key=lambda step: step.position)
    data = rows.data
    levels = [
        (number, targets) for number, step in enumerate(steps, start=1) if (targets := _known_targets(step, rows))
    ]
    if levels and (gaps := uncovered(levels[0][1], data)):
        schedules = [data.rosters[row.schedule_id].schedule for row in levels[0][1] if row.schedule_id]
        zone = schedules[0].team.time_zone if schedules else "UTC"
        text = f"Step {levels[0][0]} reaches nobody {gaps_text(gaps, data, zone=zone)}."
        yield Finding(text, draft.steps.index(steps[levels[0][0] - 1]), "targets")
    if len(levels) == 1:
        yield Finding(ONE_LEVEL)
    targets = [row for _, level in levels for row in level]
    people = rota_of(targets, data) | {person.pk for person in fallback} - data.closed
    if mute := people - data.reachable:
        yield Finding(policy_checks.problem_text(policy_checks.CONTACT, mute, data))
    for name in _retired(rows):
        yield Finding(f"{name} is retired. Choose the one that replaces it.")


def _known_targets(step: StepDraft, rows: _Rows) -> list[EscalationTarget]:
    targets = [_row(target, rows.users) for target in step.targets]
    return [row for row in targets if _is_known(row, rows.users, rows.schedules, rows.teams)]


def _retired(rows: _Rows) -> list[str]:
    """The retired teams among the targets, and the schedules of retired teams, by name."""
    names = [f"Team {team.name}" for team in rows.teams.values() if team.retired_at]
    names += [
        f"Team {schedule.team.name} of the schedule {schedule.name}"
        for schedule in rows.schedules.values()
        if schedule.team.retired_at
    ]
    return sorted(names)
