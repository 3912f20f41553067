"""An escalation policy that is not stored yet, and what its checks say about it."""

from dataclasses import dataclass

from oncall.escalation.machine import Target
from oncall.models import StepMode


@dataclass(frozen=True)
class StepDraft:
    """One step: whom it pages, in order, and how many minutes it then waits.

    `position` orders the steps; its step in the database is the one with the same position. A target is a `user`, a
    `schedule` or a `team` with its primary key.
    """

    position: int
    targets: tuple[Target, ...]
    delay_minutes: int = 5
    mode: str = StepMode.ALL


@dataclass(frozen=True)
class PolicyDraft:
    """A whole policy: its columns, its steps, and the primary keys of its fallback's people."""

    team_id: int
    name: str
    steps: tuple[StepDraft, ...]
    fallback: tuple[int, ...]
    repeat: int = 2
    ack_timeout_minutes: int | None = None
    fallback_delay_minutes: int = 5
    external_id: str = ""


@dataclass(frozen=True)
class Finding:
    """One sentence about a draft. `step` is the place in the draft's steps, from 0; None is the policy itself.

    `field` is the column of the step or of the policy, or `targets`; empty if it is about no field.
    """

    text: str
    step: int | None = None
    field: str = ""

    @property
    def key(self) -> str:
        """The field's name for a form or an API, as `steps.0.targets`."""
        if self.step is None:
            return self.field or "steps"
        return ".".join(part for part in ("steps", str(self.step), self.field) if part)


@dataclass(frozen=True)
class DraftReport:
    """What a draft's checks say: with a refusal it is not saved; a warning is told and saved."""

    refusals: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
