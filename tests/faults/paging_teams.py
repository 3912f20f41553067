"""Fills a fresh database with teams, and prints them: `python -m tests.faults.paging_teams COUNT`.

A desk is a service with an integration of PagerDuty's kind, a team, and a policy of two steps and a fallback. Each
step pages two people, each person by text and by call at once: four pages a step, so that a test sees which of several
people, channels and steps is wrong. The second step comes half an hour later and the fallback after it.
"""

import json
import secrets
import sys
from datetime import UTC, datetime

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402
from django.db import transaction  # noqa: E402 - Django must be ready before models are imported

from config.base.data.roles import Role  # noqa: E402
from config.base.rest import tokens  # noqa: E402
from incidents.models import Integration, Service, Severity  # noqa: E402
from oncall.models import (  # noqa: E402
    ContactMethod,
    EscalationPolicy,
    EscalationStep,
    EscalationTarget,
    Membership,
    NotificationRule,
    Team,
    User,
)
from tests.faults import plans  # noqa: E402

VERIFIED = datetime(2026, 1, 1, tzinfo=UTC)
STEP_MINUTES = 30


@transaction.atomic
def make(count: int) -> list[dict[str, object]]:
    """Create `count` teams with few statements, and describe each."""
    severity, _ = Severity.objects.get_or_create(
        rank=1, defaults={"name": "SEV1", "title": "Critical", "description": "All is down."}
    )
    batch = secrets.token_hex(3)
    names = [f"{batch}-{number}" for number in range(count)]
    teams = Team.objects.bulk_create(Team(name=f"Team {name}", slug=f"team-{name}") for name in names)
    steps = [[_make_people(names, f"{place}-{letter}") for letter in "ab"] for place in ("first", "second")]
    fallback = _make_people(names, "fallback")
    for role, users in [("manager", fallback), *(("responder", place) for step in steps for place in step)]:
        Membership.objects.bulk_create(
            Membership(team=team, user=user, role=role) for team, user in zip(teams, users, strict=True)
        )
    policies = _make_policies(teams, steps, fallback)
    services = Service.objects.bulk_create(
        Service(name=f"Service {name}", slug=f"service-{name}", team=team, escalation_policy=policy)
        for name, team, policy in zip(names, teams, policies, strict=True)
    )
    keys = [secrets.token_hex(16) for _ in names]
    integrations = Integration.objects.bulk_create(
        Integration(
            name=f"Integration of {service.name}",
            kind="pagerduty",
            service=service,
            default_severity=severity,
            key_hint=key[:4],
            key_digest=tokens.digest(key),
        )
        for service, key in zip(services, keys, strict=True)
    )
    return [
        {
            "key": keys[number],
            "integration": integrations[number].pk,
            "team": teams[number].pk,
            "policy": policies[number].pk,
            "first": steps[0][0][number].pk,
            "steps": [[users[number].pk for users in step] for step in steps],
            "fallback": [fallback[number].pk],
        }
        for number in range(count)
    ]


def _make_policies(teams: list[Team], steps: list[list[list[User]]], fallback: list[User]) -> list[EscalationPolicy]:
    """A policy for each team, which is also the team's own; `steps` has the people of each place of each step."""
    policies = EscalationPolicy.objects.bulk_create(
        EscalationPolicy(team=team, name=f"Policy {team.name}", repeat=0) for team in teams
    )
    links = EscalationPolicy.fallback.through
    links.objects.bulk_create(
        links(escalationpolicy=policy, user=user) for policy, user in zip(policies, fallback, strict=True)
    )
    for team, policy in zip(teams, policies, strict=True):
        team.escalation_policy = policy
    Team.objects.bulk_update(teams, ["escalation_policy"])
    for position, places in enumerate(steps):
        rows = EscalationStep.objects.bulk_create(
            EscalationStep(policy=policy, position=position, delay_minutes=STEP_MINUTES) for policy in policies
        )
        EscalationTarget.objects.bulk_create(
            EscalationTarget(step=row, position=place, user=users[number])
            for place, users in enumerate(places)
            for number, row in enumerate(rows)
        )
    return policies


def _make_people(names: list[str], place: str) -> list[User]:
    """A person for each name, who may act on incidents, with a phone that takes texts and calls."""
    users = User.objects.bulk_create(
        User(name=f"{place.capitalize()} {name}", email=f"{place}-{name}@example.com", password="!") for name in names
    )
    methods = ContactMethod.objects.bulk_create(
        ContactMethod(user=user, kind=kind, address=plans.phone(user.pk), verified_at=VERIFIED)
        for user in users
        for kind in plans.CHANNELS
    )
    NotificationRule.objects.bulk_create(
        NotificationRule(user=method.user, position=plans.CHANNELS.index(method.kind), contact_method=method)
        for method in methods
    )
    group, _ = Group.objects.get_or_create(name=Role.RESPONDER)
    group.user_set.add(*users)
    return users


if __name__ == "__main__":
    sys.stdout.write(json.dumps(make(int(sys.argv[1]))))
