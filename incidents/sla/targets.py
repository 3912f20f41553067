"""Set targets: each change is a new version, in force from a moment on, and the past stays as it was (K-5, K-42)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from config.base.data.clock import ceil_minute
from config.base.data.configuration import write_record
from config.base.data.lifecycle import Refusal
from config.base.data.models import Origin
from config.base.data.text import clean_line
from config.base.data.wall_clock import MINUTE
from incidents.models import SlaAction, SlaKind, SlaMetric, SlaScope, SlaTarget, SlaTargetVersion
from incidents.sla import neighbours
from incidents.sla.drafts import VersionDraft, check_promise, check_scope, check_start, draft_of, read_draft
from incidents.sla.words import goal_text, percents_text
from oncall.models import Team, User

BREACH_PERCENT = 100
"""A breach, and a warning at the whole goal, fall together."""


class NotPlanned(Refusal):
    """Only a version that is not in force yet can be withdrawn."""


@transaction.atomic
def create_target(
    *,
    name: str,
    kind: str,
    metric: str,
    draft: VersionDraft,
    description: str = "",
    team: Team | None = None,
    scope: str = SlaScope.ALL,
    effective_from: datetime | None = None,
    note: str = "",
    at: datetime,
    actor: User | None,
    origin: Origin = Origin.EDIT,
) -> SlaTarget:
    """Create a target with its first version, in force from `effective_from` or the next whole minute on (K-5).

    With a `team` it is this team's own, for its tickets only. Kind, metric and team never change. Raises
    ValidationError as `add_version` and for a name that exists already; nothing is stored then.
    """
    target = SlaTarget(
        name=clean_line(name), kind=kind, metric=metric, description=description, team=team, origin=origin
    )  # fmt: skip
    errors: dict[str, list[str]] = {}
    if not target.name:
        errors["name"] = ["Write a name."]
    elif SlaTarget.objects.filter(name=target.name).exists():
        errors["name"] = ["There is a target with this name already. Choose another name."]
    _collect(errors, lambda: _check_kinds(kind, metric))
    if not {"kind", "metric"} & errors.keys():
        _collect(errors, lambda: check_version(
            target=target, draft=draft, scope=scope, effective_from=effective_from or ceil_minute(at), at=at
        ))  # fmt: skip
    if errors:
        raise ValidationError(errors)
    target.save(force_insert=True)
    add_version(
        target=target, draft=draft, scope=scope, effective_from=effective_from, note=note, at=at, actor=actor,
        origin=origin,
    )  # fmt: skip
    return target


def change_target(
    *,
    target: SlaTarget,
    name: str | None = None,
    description: str | None = None,
    external_id: str | None = None,
    reason: str = "",
    actor: User | None = None,
) -> SlaTarget:
    """Change a target's name, description or external id; what it promises changes by a version.

    The same values twice change nothing. Raises ValidationError.
    """
    if name is not None:
        name = clean_line(name)
        if not name or SlaTarget.objects.filter(name=name).exclude(pk=target.pk).exists():
            raise ValidationError({"name": ["Write a name that no other target has."]})
    values = {"name": name, "description": description, "external_id": external_id}
    changes = {column: value for column, value in values.items() if value is not None}
    write_record(target, changes, actor=actor, reason=reason)
    return target


@transaction.atomic
def add_version(
    *,
    target: SlaTarget,
    draft: VersionDraft,
    scope: str = SlaScope.ALL,
    effective_from: datetime | None = None,
    note: str = "",
    at: datetime,
    actor: User | None,
    origin: Origin = Origin.EDIT,
) -> SlaTargetVersion:
    """Change what a target promises, from `effective_from` on or from the next whole minute on (K-5).

    `scope` says whether it binds all tickets from then on, or only those opened from then on. Versions that are
    planned for later stay planned. Raises ValidationError that names each wrong field; nothing is stored then.
    """
    lock_target(target)
    moment = effective_from or soonest(target, at=at)
    content = check_version(target=target, draft=draft, scope=scope, effective_from=moment, at=at)
    return _write(
        target, content, scope=scope, effective_from=moment, note=note, at=at, actor=actor, origin=origin
    )  # fmt: skip


def soonest(target: SlaTarget, *, at: datetime) -> datetime:
    """The next whole minute from which no other version of the target is in force yet."""
    taken = set(active_versions(target).filter(effective_from__gte=at).values_list("effective_from", flat=True))
    moment = ceil_minute(at)
    while moment in taken:
        moment += MINUTE
    return moment


def check_version(
    *, target: SlaTarget, draft: VersionDraft, scope: str = SlaScope.ALL, effective_from: datetime, at: datetime
) -> VersionDraft:
    """The draft as it would be stored. Raises ValidationError that names each wrong field (K-5, K-6, K-24)."""
    errors: dict[str, list[str]] = {}
    content: list[VersionDraft] = []
    _collect(
        errors, lambda: content.append(read_draft(for_team(target, draft), kind=target.kind, metric=target.metric))
    )
    _collect(errors, lambda: check_scope(scope))
    _collect(errors, lambda: check_start(effective_from, at=at))
    _collect(errors, lambda: _check_moment(target, effective_from))
    if not errors:
        _collect(errors, lambda: neighbours.check_no_looser(target, content[0], since=effective_from))
    if errors:
        raise ValidationError(errors)
    return content[0]


@transaction.atomic
def retire_target(
    *, target: SlaTarget, effective_from: datetime | None = None, note: str = "", at: datetime, actor: User | None
) -> SlaTargetVersion:
    """End a target from `effective_from` on or from the next whole minute on: it promises nothing from then (K-5).

    Raises ValidationError on `effective_from` for a moment in the past, or at which it promises nothing anyway.
    """
    lock_target(target)
    moment = effective_from or soonest(target, at=at)
    last = check_end(target=target, effective_from=moment, at=at)
    return _write(
        target, last, scope=SlaScope.ALL, effective_from=moment, note=note, at=at, actor=actor, is_retired=True
    )


def check_end(*, target: SlaTarget, effective_from: datetime, at: datetime) -> VersionDraft:
    """The last promise of a target that would end at a moment. Raises ValidationError on `effective_from`."""
    check_start(effective_from, at=at)
    _check_moment(target, effective_from)
    last = active_versions(target).filter(effective_from__lte=effective_from).last()
    if last is None or last.is_retired:
        raise ValidationError(
            {"effective_from": [f"“{target.name}” promises nothing then, so there is nothing to end."]}
        )
    return draft_of(last)


@transaction.atomic
def revert(
    *,
    version: SlaTargetVersion,
    scope: str = SlaScope.ALL,
    effective_from: datetime | None = None,
    note: str = "",
    at: datetime,
    actor: User | None,
) -> SlaTargetVersion:
    """Make a new version with the content of an old one (K-42). Raises as `add_version`; Refusal for an end."""
    if version.is_retired:
        raise Refusal("This version ended the target, so it has no promise to return to. Choose an earlier one.")
    return add_version(
        target=version.target, draft=draft_of(version), scope=scope, effective_from=effective_from, note=note, at=at,
        actor=actor,
    )  # fmt: skip


@transaction.atomic
def withdraw_version(*, version: SlaTargetVersion, at: datetime, actor: User | None) -> SlaTargetVersion:
    """Withdraw a version that is not in force yet. Raises NotPlanned once it is, or was withdrawn (K-5)."""
    lock_target(version.target)
    version.refresh_from_db()
    if version.withdrawn_at is not None:
        raise NotPlanned("This version was already withdrawn.")
    if at >= version.effective_from:
        raise NotPlanned("This version has already been in force and stays in the history. Make a new one instead.")
    version.withdrawn_at, version.withdrawn_by = at, actor
    version.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return version


def check_action(action: SlaAction) -> None:
    """Raise ValidationError on `percent` for an action that never happens: at no warning of its target (K-36)."""
    versions = list(active_versions(action.target))
    percents = {BREACH_PERCENT, *(percent for version in versions for percent in version.warn_percents)}
    if versions and action.percent not in percents:
        raise ValidationError(
            {"percent": [f"This target warns at {percents_text(sorted(percents))}. Choose one of these."]}
        )


def lock_target(target: SlaTarget) -> None:
    """Lock a target against other changes, until the end of the transaction."""
    SlaTarget.objects.select_for_update(no_key=True).get(pk=target.pk)


def active_versions(target: SlaTarget) -> "QuerySet[SlaTargetVersion]":
    """The versions that were not withdrawn, in order; of those that have begun the last is in force (K-5)."""
    rows = SlaTargetVersion.objects.filter(target=target.pk, withdrawn_at=None).select_related("target", "calendar")
    return rows.order_by("effective_from", "created_at", "pk")


def version_in_force(target: SlaTarget, at: datetime) -> SlaTargetVersion | None:
    """The version in force at an instant for a ticket opened then; None before the first one."""
    return active_versions(target).filter(effective_from__lte=at).last()


def planned_versions(target: SlaTarget, at: datetime) -> list[SlaTargetVersion]:
    """The versions that take effect after an instant, in order."""
    return list(active_versions(target).filter(effective_from__gt=at))


def with_goal_now(rows: "QuerySet[SlaTarget]", *, at: datetime) -> "QuerySet[SlaTarget]":
    """Targets with what `goal_now_text` reads: the goal and calendar in force, in the same query."""
    in_force = SlaTargetVersion.objects.filter(
        target=OuterRef("pk"), withdrawn_at=None, effective_from__lte=at
    ).order_by("-effective_from", "-created_at", "-pk")
    content = in_force.values(
        content=JSONObject(goal="goal_minutes", calendar="calendar_id", is_retired="is_retired")
    )  # fmt: skip
    return rows.annotate(content_now=Subquery(content[:1]))


def goal_now_text(target: SlaTarget) -> str:
    """The goal in force of a target of `with_goal_now`, in words; empty if it promises nothing."""
    content = getattr(target, "content_now", None)
    if not content or content["is_retired"]:
        return ""
    return goal_text(content["goal"], content["calendar"] is None)


def for_team(target: SlaTarget, draft: VersionDraft) -> VersionDraft:
    """The draft of a team's own target for the tickets of this team. Raises ValidationError on another team (S2)."""
    if target.team is None:
        return draft
    own = [target.team.pk]
    if draft.conditions.get("team", own) != own:
        raise ValidationError(
            {"conditions": [f"This is the own target of {target.team.name}, so it names no other team. Leave it out."]}
        )
    return replace(draft, conditions={**draft.conditions, "team": list(own)})


def _write(
    target: SlaTarget,
    draft: VersionDraft,
    *,
    scope: str,
    effective_from: datetime,
    note: str,
    at: datetime,
    actor: User | None,
    origin: Origin = Origin.EDIT,
    is_retired: bool = False,
) -> SlaTargetVersion:
    return SlaTargetVersion.objects.create(
        target=target,
        goal_minutes=draft.goal_minutes,
        calendar=draft.calendar,
        start=draft.start,
        conditions=draft.conditions,
        position=draft.position,
        pause_reasons=list(draft.pause_reasons),
        warn_percents=list(draft.warn_percents),
        scope=scope,
        is_retired=is_retired,
        effective_from=effective_from,
        note=note,
        created_at=at,
        created_by=actor,
        origin=origin,
    )


def _check_kinds(kind: str, metric: str) -> None:
    errors = {
        name: [f"Choose one of: {', '.join(choices)}."]
        for name, value, choices in (("kind", kind, SlaKind.values), ("metric", metric, SlaMetric.values))
        if value not in choices
    }
    if errors:
        raise ValidationError(errors)
    check_promise(kind, metric)


def _check_moment(target: SlaTarget, effective_from: datetime) -> None:
    if target.pk is not None and active_versions(target).filter(effective_from=effective_from).exists():
        raise ValidationError(
            {
                "effective_from": [
                    "Another version of this target takes effect at the same moment. Choose another minute, or"
                    " withdraw that version."
                ]
            }
        )


def _collect(errors: dict[str, list[str]], check: Callable[[], object]) -> None:
    """Add what a check finds wrong to the other errors."""
    try:
        check()
    except ValidationError as refusal:
        for name, sentences in refusal.message_dict.items():
            errors.setdefault(name, []).extend(sentences)
