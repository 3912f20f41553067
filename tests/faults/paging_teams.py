"""Fills a fresh database with teams, and prints them: `python -m tests.faults.paging_teams COUNT`.

A desk is a service with a door for PagerDuty's events, a team, and a policy of two steps: the first person's
phone rings at once, the second person's an hour later. One page per incident, and few pages per person, so
that what must arrive is plain.
"""

import json
import secrets
import sys
from datetime import UTC, datetime

import django

django.setup()

from django.db import transaction  # noqa: E402 - Django must be ready before models are imported

from config.base.rest import tokens  # noqa: E402
from incidents.models import Integration, Service, Severity  # noqa: E402
from oncall.models import (  # noqa: E402
    ContactMethod,
    EscalationPolicy,
    EscalationStep,
    EscalationTarget,
    NotificationRule,
    Team,
    User,
)

VERIFIED = datetime(2026, 1, 1, tzinfo=UTC)
STEP_MINUTES = 60


@transaction.atomic
def make(count: int) -> list[dict[str, object]]:
    """Create `count` teams with few statements, and describe each."""
    severity, _ = Severity.objects.get_or_create(
        rank=1, defaults={"name": "SEV1", "title": "Critical", "description": "All is down."}
    )
    batch = secrets.token_hex(3)
    names = [f"{batch}-{number}" for number in range(count)]
    people = [_make_people(names, place) for place in ("first", "second")]
    teams = Team.objects.bulk_create(Team(name=f"Team {name}", slug=f"team-{name}") for name in names)
    policies = EscalationPolicy.objects.bulk_create(
        EscalationPolicy(team=team, name=f"Policy {team.name}", repeat=0) for team in teams
    )
    for team, policy in zip(teams, policies, strict=True):
        team.escalation_policy = policy
    Team.objects.bulk_update(teams, ["escalation_policy"])
    for position, users in enumerate(people):
        steps = EscalationStep.objects.bulk_create(
            EscalationStep(policy=policy, position=position, delay_minutes=STEP_MINUTES) for policy in policies
        )
        EscalationTarget.objects.bulk_create(
            EscalationTarget(step=step, position=0, user=user) for step, user in zip(steps, users, strict=True)
        )
    services = Service.objects.bulk_create(
        Service(name=f"Service {name}", slug=f"service-{name}", team=team, escalation_policy=policy)
        for name, team, policy in zip(names, teams, policies, strict=True)
    )
    keys = [secrets.token_hex(16) for _ in names]
    Integration.objects.bulk_create(
        Integration(
            name=f"Door {service.name}",
            kind="pagerduty",
            service=service,
            default_severity=severity,
            key_hint=key[:4],
            key_digest=tokens.digest(key),
        )
        for service, key in zip(services, keys, strict=True)
    )
    return [
        {"key": key, "team": team.pk, "first": first.pk, "second": second.pk, "first_phone": _phone(first),
         "second_phone": _phone(second)}
        for key, team, first, second in zip(keys, teams, *people, strict=True)
    ]  # fmt: skip


def _phone(user: User) -> str:
    return f"+49{user.pk:09}"


def _make_people(names: list[str], place: str) -> list[User]:
    users = User.objects.bulk_create(
        User(name=f"{place.capitalize()} {name}", email=f"{place}-{name}@example.com", password="!") for name in names
    )
    methods = ContactMethod.objects.bulk_create(
        ContactMethod(user=user, kind="sms", address=_phone(user), verified_at=VERIFIED) for user in users
    )
    NotificationRule.objects.bulk_create(
        NotificationRule(user=method.user, position=0, contact_method=method) for method in methods
    )
    return users


if __name__ == "__main__":
    sys.stdout.write(json.dumps(make(int(sys.argv[1]))))
