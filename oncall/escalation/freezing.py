"""Freezes a policy at the trigger: rows to JSON, and JSON to the machine's policy (R-E1)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Prefetch

from oncall.escalation.machine import Policy, Step, Target
from oncall.models import EscalationPolicy, EscalationTarget, MembershipRole, StepMode, Team

_KINDS = ("user", "schedule", "team")


def freeze(policy: EscalationPolicy | None, *, team: Team | None) -> dict[str, Any]:
    """The policy as JSON.

    Without a policy, the team's managers are the fallback, so that somebody is always paged.
    """
    if policy is None:
        managers = (
            team.memberships.filter(role=MembershipRole.MANAGER).order_by("user__name").values_list("user", flat=True)
            if team
            else ()
        )
        return {"name": "", "repeat": 0, "fallback": list(managers), "fallback_delay_minutes": 5, "steps": []}
    targets = EscalationTarget.objects.order_by("position", "pk")
    return {
        "name": policy.name,
        "repeat": policy.repeat,
        "ack_timeout_minutes": policy.ack_timeout_minutes,
        "fallback": list(policy.fallback.order_by("name").values_list("pk", flat=True)),
        "fallback_delay_minutes": policy.fallback_delay_minutes,
        "steps": [
            {
                "id": step.pk,
                "delay_minutes": step.delay_minutes,
                "mode": step.mode,
                "targets": [_target_as_json(target) for target in step.targets.all()],
            }
            for step in policy.steps.order_by("position").prefetch_related(Prefetch("targets", targets))
        ],
    }


def _target_as_json(target: EscalationTarget) -> dict[str, int]:
    return {kind: key for kind in _KINDS if (key := getattr(target, f"{kind}_id"))}


def thaw(frozen: Mapping[str, Any]) -> Policy:
    """The machine's policy from its JSON."""
    timeout = frozen.get("ack_timeout_minutes")
    return Policy(
        steps=tuple(
            Step(
                delay=timedelta(minutes=step["delay_minutes"]),
                targets=tuple(Target(kind, key) for target in step["targets"] for kind, key in target.items()),
                is_round_robin=step["mode"] == StepMode.ROUND_ROBIN,
            )
            for step in frozen["steps"]
        ),
        repeat=frozen["repeat"],
        ack_timeout=timedelta(minutes=timeout) if timeout else None,
        fallback=tuple(Target("user", key) for key in frozen["fallback"]),
        fallback_delay=timedelta(minutes=frozen["fallback_delay_minutes"]),
    )
