"""One step of an escalation, for the engine and for those who look ahead: what it needs, and what it does.

The sweep and the simulation both come through `prepare` and `advance`, so what one does the other shows.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from oncall.escalation import machine
from oncall.escalation.freezing import thaw
from oncall.escalation.reaching import Reach
from oncall.models import EscalationStep, StepMode

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Prepared:
    """What firing needs and no lock protects: the frozen policy, and who can be reached."""

    policy: machine.Policy
    reach: machine.Reach


def prepare(
    frozen: Mapping[Key, tuple[Mapping[str, Any], int | None]], *, since: datetime, until: datetime | None = None
) -> dict[Key, Prepared]:
    """Prepare frozen policies, each with its team's id, for the minutes from `since` to `until`; few queries for all.

    Without `until` it is the minute of `since`.
    """
    policies = {key: thaw(policy, team=team) for key, (policy, team) in frozen.items()}
    reach = Reach(policies.values(), since=since, until=until)
    return {key: Prepared(policy, reach) for key, policy in policies.items()}


def advance(prepared: Prepared, state: machine.State, *, at: datetime) -> machine.Outcome:
    """Do what is due at `at`; nothing is stored."""
    return machine.advance(prepared.policy, state, at=at, reach=prepared.reach)


def cursors(frozen: Mapping[str, Any]) -> dict[int, int]:
    """The stored positions of a policy's round-robin steps."""
    indexes = {step["id"]: index for index, step in enumerate(frozen["steps"]) if step["mode"] == StepMode.ROUND_ROBIN}
    if not indexes:
        return {}
    stored = EscalationStep.objects.filter(pk__in=indexes).values_list("pk", "next_target")
    return {indexes[pk]: position for pk, position in stored}
