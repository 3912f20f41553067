"""Escalation policies as programs write them: whole, or some fields of a stored one."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from config.base.data.configuration import delete_record
from oncall.escalation.drafts import PolicyDraft, draft_of, write_policy
from oncall.models import EscalationPolicy, User


@transaction.atomic
def save_policy(
    *,
    policy: EscalationPolicy | None,
    values: Mapping[str, object],
    reason: str = "",
    at: datetime,
    actor: User | None,
) -> EscalationPolicy:
    """Create a policy, or give a stored one these values of `PolicyDraft`; the same values twice change nothing.

    What is left out of a stored policy stays as it is. Raises ValidationError by field, as `steps.0.targets`.
    """
    draft = PolicyDraft(**values) if policy is None else dataclasses.replace(draft_of(policy), **values)  # type: ignore[arg-type]  # a serializer has checked them
    return write_policy(policy=policy, draft=draft, reason=reason, at=at, actor=actor)


def delete_policy(*, policy: EscalationPolicy, reason: str = "", actor: User | None) -> None:
    """Delete a policy with its steps. Raises InUse while a team, a service or an escalation names it."""
    delete_record(policy, actor=actor, reason=reason)
