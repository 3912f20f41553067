"""Writes an escalation policy whole, with its steps and targets; a program and a form send it as a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data.configuration import check_record
from config.base.data.history import sign_history
from oncall import signals
from oncall.escalation.draft_checks import check_draft
from oncall.escalation.draft_types import DraftReport, Finding, PolicyDraft, StepDraft
from oncall.escalation.machine import Target
from oncall.models import EscalationPolicy, EscalationStep, EscalationTarget, User

__all__ = ["DraftReport", "Finding", "PolicyDraft", "StepDraft", "check_draft", "draft_of", "write_policy"]

_KINDS = ("user", "schedule", "team")
_COLUMNS = ("team_id", "name", "repeat", "ack_timeout_minutes", "fallback_delay_minutes", "external_id")


def draft_of(policy: EscalationPolicy) -> PolicyDraft:
    """A stored policy as a draft; three queries."""
    targets: dict[int, list[Target]] = {}
    for row in EscalationTarget.objects.filter(step__policy=policy).order_by("position", "pk"):
        targets.setdefault(row.step_id, []).append(_target_of(row))
    return PolicyDraft(
        **{name: getattr(policy, name) for name in _COLUMNS},
        fallback=tuple(policy.fallback.order_by("name", "pk").values_list("pk", flat=True)),
        steps=tuple(
            StepDraft(step.position, tuple(targets.get(step.pk, ())), step.delay_minutes, step.mode)
            for step in policy.steps.order_by("position")
        ),
    )


@transaction.atomic
def write_policy(
    *, policy: EscalationPolicy | None, draft: PolicyDraft, reason: str = "", at: datetime, actor: User | None
) -> EscalationPolicy:
    """Make the policy what the draft says, or a new one if there is none; the same draft again changes nothing.

    Steps are matched by position, so that their ids, turns and history stay. Escalations that run keep the policy
    they began with (R-E1). Raises ValidationError that names each wrong field, as `steps.0.targets`; nothing is
    stored then. The caller checks permissions.
    """
    row = (
        EscalationPolicy()
        if policy is None
        else EscalationPolicy.objects.select_for_update(no_key=True).get(pk=policy.pk)
    )
    before = None if policy is None else draft_of(row)
    for name in _COLUMNS:
        setattr(row, name, getattr(draft, name))
    _refuse(row, check_draft(draft, at=at))
    draft = replace(draft, **{name: getattr(row, name) for name in _COLUMNS})  # as the columns clean them
    if before is not None and _in_order(before) == _in_order(draft):
        return row
    sign_history(row, actor=actor, reason=reason)
    if before is None or any(getattr(before, name) != getattr(draft, name) for name in _COLUMNS):
        row.save()
    row.fallback.set(draft.fallback)
    _write_steps(row, draft.steps, actor=actor, reason=reason)
    signals.send_reachability_changed(at=at, policies=[row.pk])
    return row


def _refuse(row: EscalationPolicy, report: DraftReport) -> None:
    errors: dict[str, list[str]] = {}
    try:
        check_record(row)
    except ValidationError as error:
        errors |= error.message_dict
    for finding in report.refusals:
        errors.setdefault(finding.key, []).append(finding.text)
    if errors:
        raise ValidationError(errors)


def _in_order(draft: PolicyDraft) -> tuple[Sequence[object], Sequence[StepDraft], set[int]]:
    columns = [getattr(draft, name) for name in _COLUMNS]
    return columns, sorted(draft.steps, key=lambda step: step.position), set(draft.fallback)


def _write_steps(policy: EscalationPolicy, drafts: Sequence[StepDraft], *, actor: User | None, reason: str) -> None:
    stored = {step.position: step for step in policy.steps.prefetch_related("targets")}
    for draft in drafts:
        step = stored.pop(draft.position, None) or EscalationStep(policy=policy, position=draft.position)
        if step.pk is None or (step.delay_minutes, step.mode) != (draft.delay_minutes, draft.mode):
            step.delay_minutes, step.mode = draft.delay_minutes, draft.mode
            sign_history(step, actor=actor, reason=reason)
            step.save()
        _write_targets(step, draft.targets, actor=actor, reason=reason)
    for step in stored.values():
        sign_history(step, actor=actor, reason=reason)
        step.delete()


def _write_targets(step: EscalationStep, targets: Sequence[Target], *, actor: User | None, reason: str) -> None:
    rows = sorted(step.targets.all(), key=lambda row: (row.position, row.pk))
    if [_target_of(row) for row in rows] == list(targets):
        return
    for row in rows:
        sign_history(row, actor=actor, reason=reason)
        row.delete()
    for place, target in enumerate(targets):
        row = EscalationTarget(step=step, position=place, **_key_of(target))
        sign_history(row, actor=actor, reason=reason)
        row.save()


def _target_of(row: EscalationTarget) -> Target:
    return next(Target(kind, key) for kind in _KINDS if (key := getattr(row, f"{kind}_id")))


def _key_of(target: Target) -> Mapping[str, int]:
    return {f"{target.kind}_id": target.key}
