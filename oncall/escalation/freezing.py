"""Freezes a policy at the trigger: rows to JSON, and JSON to the machine's policy (R-E1)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Prefetch

from oncall.escalation.machine import Policy, Step, Target
from oncall.models import EscalationPolicy, EscalationTarget, MembershipRole, StepMode, Team

_KINDS = ("user", "schedule", "team")
MANAGERS, OPERATORS = "managers", "operators"
"""Targets of no step: whom a fallback that reaches nobody falls to."""


def freeze(policy: EscalationPolicy | None, *, team: Team | None) -> dict[str, object]:
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


def thaw(frozen: Mapping[str, Any], *, team: int | None = None) -> Policy:
    """The machine's policy from its JSON; `team` is whose managers are the last resort, before the operators."""
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
        ack_timeout=ack_timeout(frozen),
        fallback=tuple(Target("user", key) for key in frozen["fallback"]),
        fallback_delay=timedelta(minutes=frozen["fallback_delay_minutes"]),
        last_resort=(Target(MANAGERS, team), Target(OPERATORS, None)),
    )


def ack_timeout(frozen: object) -> timedelta | None:
    """The policy's acknowledgement time-out; None too if it cannot be read: nothing may stop an acknowledgement."""
    minutes = frozen.get("ack_timeout_minutes") if isinstance(frozen, dict) else None
    if not isinstance(minutes, int) or isinstance(minutes, bool):
        return None
    return timedelta(minutes=minutes) if 0 < minutes <= 32_767 else None
