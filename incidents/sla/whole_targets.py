"""Write a target as a whole, as another system wants it: what it promises becomes a version only if that changes."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data.configuration import delete_record, write_record
from config.base.data.lifecycle import Refusal
from config.base.data.text import clean_line
from incidents.models import SlaScope, SlaTarget, SlaTargetVersion
from incidents.sla import targets
from incidents.sla.drafts import VersionDraft, draft_of, read_draft
from oncall.models import Team, User


class HasPromised(Refusal):
    """A target that has made promises stays in the history: it can end, and cannot be deleted."""


@transaction.atomic
def save_target(
    *,
    target: SlaTarget | None,
    name: str,
    kind: str,
    metric: str,
    description: str,
    team: Team | None,
    external_id: str,
    draft: VersionDraft,
    scope: str = SlaScope.ALL,
    effective_from: datetime | None = None,
    note: str = "",
    reason: str = "",
    at: datetime,
    actor: User | None,
) -> SlaTarget:
    """Create a target, or let a stored one promise this; the same values twice change nothing.

    Another promise is a new version, from `effective_from` or the next whole minute on, and what was planned for
    after that is withdrawn; kind, metric and team never change. Raises ValidationError that names each wrong field.
    """
    if target is None:
        saved = targets.create_target(
            name=name, kind=kind, metric=metric, description=description, team=team, draft=draft, scope=scope,
            effective_from=effective_from, note=note or reason, at=at, actor=actor,
        )  # fmt: skip
        write_record(saved, {"external_id": external_id}, actor=actor, reason=reason)
        return saved
    _check_same(target, kind=kind, metric=metric, team=team)
    values = {"name": clean_line(name), "description": description, "external_id": external_id}
    write_record(target, values, actor=actor, reason=reason)
    if not _promises(target, draft, scope=scope):
        _withdraw_planned(target, since=effective_from or at, at=at, actor=actor)
        targets.add_version(
            target=target, draft=draft, scope=scope, effective_from=effective_from, note=note or reason, at=at,
            actor=actor,
        )  # fmt: skip
    return target


@transaction.atomic
def delete_target(*, target: SlaTarget, reason: str = "", actor: User | None) -> None:
    """Delete a target. Raises HasPromised once it has a version: such a target is ended instead."""
    if target.versions.exists():
        raise HasPromised(
            "This target has made promises, and the past stays as it was, so it cannot be deleted. End it with"
            f" POST /sla-targets/{target.pk}/retire/ instead."
        )
    delete_record(target, actor=actor, reason=reason)


def last_version(target: SlaTarget) -> SlaTargetVersion | None:
    """The version that holds last: the one in force, or the last one that is planned."""
    return targets.active_versions(target).last()


def _promises(target: SlaTarget, draft: VersionDraft, *, scope: str) -> bool:
    """Whether the target promises this in the end, with what is planned."""
    last = last_version(target)
    if last is None or last.is_retired or last.scope != scope:
        return False
    return draft_of(last) == read_draft(
        targets.for_team(target, draft), kind=target.kind, metric=target.metric
    )  # fmt: skip


def _withdraw_planned(target: SlaTarget, *, since: datetime, at: datetime, actor: User | None) -> None:
    """Withdraw what would end the promise that is written now: it is to hold in the end."""
    targets.lock_target(target)
    for version in targets.active_versions(target).filter(effective_from__gt=at, effective_from__gte=since):
        targets.withdraw_version(version=version, at=at, actor=actor)


def _check_same(target: SlaTarget, *, kind: str, metric: str, team: Team | None) -> None:
    errors = {
        name: [f"This cannot change: it is {stored} for good. Create another target, and end this one."]
        for name, value, stored in (
            ("kind", kind, target.kind),
            ("metric", metric, target.metric),
            ("team", team, target.team.name if target.team else "the centre's"),
        )
        if (value != target.team if name == "team" else value != stored)
    }
    if errors:
        raise ValidationError(errors)
