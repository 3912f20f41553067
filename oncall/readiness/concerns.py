"""Concerns about rotas and policies: would a page reach somebody now? (S19)"""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Prefetch
from django.urls import reverse

from config.base.web.concerns import (
    Concern,
    Stage,
    Task,
    Wording,
    about_records,
    add_page,
    list_page,
    name_records,
)
from oncall import schedules
from oncall.models import (
    ContactMethod,
    EscalationPolicy,
    EscalationStep,
    EscalationTarget,
    Membership,
    MembershipRole,
    Schedule,
    User,
)

_VIEW_SCHEDULE, _VIEW_POLICY, _VIEW_USER = "oncall.view_schedule", "oncall.view_escalationpolicy", "oncall.view_user"


def list_concerns(at: datetime) -> list[Concern]:
    """Rotas and policies that are missing or reach nobody at `at`, and people whom no page reaches."""
    rosters = schedules.load_at(at)
    policies = list(_policies())
    on_call = {roster.schedule.pk: schedules.on_call(roster, at=at).users for roster in rosters}
    targets = [target for policy in policies for target in _targets(policy)]
    members = _members({target.team_id for target in targets if target.team_id})
    people = {person.pk: person for roster in rosters for person in roster.people.values()}
    people |= {target.user.pk: target.user for target in targets if target.user}
    people |= {person.pk: person for users in members.values() for person in users}
    people |= {person.pk: person for policy in policies for person in policy.fallback.all()}
    reached = {key for key, users in on_call.items() if any(person.is_active for person in users)}
    return [
        *_nothing_yet(has_schedules=bool(rosters), has_policies=bool(policies)),
        *_empty_schedules([roster.schedule for roster in rosters], on_call=reached),
        *_policies_without_steps(policies),
        *_policies_to_nobody(policies, schedules_with_people=reached, teams_with_people=members.keys()),
        *_unreachable(people.values()),
    ]


def _nothing_yet(*, has_schedules: bool, has_policies: bool) -> list[Concern]:
    schedule = Concern(
        text="No schedule says who is on call.",
        effect="A policy can name people and teams without one.",
        task=Task.PAGING,
        stage=Stage.SCHEDULES,
        url=reverse("oncall:schedule-new"),
        button="Add a schedule",
        right=_VIEW_SCHEDULE,
    )
    policy = Concern(
        text="No escalation policy says whom to page.",
        effect="Add one with the people who answer first.",
        task=Task.PAGING,
        stage=Stage.POLICIES,
        url=add_page("oncall_escalationpolicy"),
        button="Add a policy",
        right=_VIEW_POLICY,
    )
    return [*([] if has_schedules else [schedule]), *([] if has_policies else [policy])]


def _policies() -> Iterable[EscalationPolicy]:
    targets = EscalationTarget.objects.select_related("user").order_by("position", "pk")
    steps = EscalationStep.objects.order_by("position").prefetch_related(Prefetch("targets", targets))
    rows = EscalationPolicy.objects.filter(retired_at=None).order_by("name", "pk")
    return rows.prefetch_related(Prefetch("steps", steps), "fallback")


def _targets(policy: EscalationPolicy) -> list[EscalationTarget]:
    return [target for step in policy.steps.all() for target in step.targets.all()]


def _members(teams: Collection[int]) -> dict[int, list[User]]:
    """The people of each team whom a page to it reaches; without teams of closed accounts."""
    rows = Membership.objects.filter(team__in=teams, user__is_active=True).exclude(role=MembershipRole.OBSERVER)
    members: dict[int, list[User]] = {}
    for row in rows.select_related("user"):
        members.setdefault(row.team_id, []).append(row.user)
    return members


def _empty_schedules(rows: Iterable[Schedule], *, on_call: Collection[int]) -> list[Concern]:
    empty = [(row.pk, row.name) for row in rows if row.pk not in on_call]
    return about_records(
        name_records(empty, "oncall_schedule"),
        Wording(
            single="schedule has nobody on call right now.",
            several="schedules have nobody on call right now.",
            effect="A page through it goes to the next step at once.",
            button="Put people in",
        ),
        task=Task.PAGING,
        stage=Stage.SCHEDULES,
        url=list_page("oncall_schedule"),
        right=_VIEW_SCHEDULE,
        is_blocking=True,
    )


def _policies_without_steps(policies: Iterable[EscalationPolicy]) -> list[Concern]:
    empty = [(policy.pk, policy.name) for policy in policies if not policy.steps.all()]
    return about_records(
        name_records(empty, "oncall_escalationpolicy"),
        Wording(
            single="escalation policy has no step: it pages only its fallback.",
            several="escalation policies have no step: they page only their fallback.",
            button="Add a step",
        ),
        task=Task.PAGING,
        stage=Stage.POLICIES,
        url=list_page("oncall_escalationpolicy"),
        right=_VIEW_POLICY,
    )


def _policies_to_nobody(
    policies: Iterable[EscalationPolicy],
    *,
    schedules_with_people: Collection[int],
    teams_with_people: Collection[int],
) -> list[Concern]:
    """Policies whose steps reach nobody now; those without a step have a concern of their own."""

    def reaches(target: EscalationTarget) -> bool:
        if target.user is not None:
            return target.user.is_active
        return target.schedule_id in schedules_with_people or target.team_id in teams_with_people

    empty = [
        (policy.pk, policy.name)
        for policy in policies
        if policy.steps.all() and not any(map(reaches, _targets(policy)))
    ]
    return about_records(
        name_records(empty, "oncall_escalationpolicy"),
        Wording(
            single="escalation policy reaches nobody right now.",
            several="escalation policies reach nobody right now.",
            effect="A page goes to the fallback at once.",
            button="Put people in",
        ),
        task=Task.PAGING,
        stage=Stage.POLICIES,
        url=list_page("oncall_escalationpolicy"),
        right=_VIEW_POLICY,
        is_blocking=True,
    )


def _unreachable(people: Iterable[User]) -> list[Concern]:
    active = {person.pk: person.name for person in people if person.is_active}
    reachable = set(ContactMethod.objects.usable().filter(user__in=active).values_list("user", flat=True))
    missing = [(key, name) for key, name in active.items() if key not in reachable]
    return about_records(
        name_records(missing, "oncall_user"),
        Wording(
            single="person who may be paged has no verified contact method.",
            several="people who may be paged have no verified contact method.",
            effect="A page reaches them only by e-mail. Each verifies a method under My profile.",
            button="Open the account",
        ),
        task=Task.PEOPLE,
        stage=Stage.PEOPLE,
        url=list_page("oncall_user"),
        right=_VIEW_USER,
        is_blocking=True,
    )
