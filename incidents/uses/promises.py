"""SLA targets as users of what they name: severities, services and teams in their conditions, and calendars."""

from datetime import datetime
from typing import cast

from django.db.models import Model

from config.base.data.uses import Rows, Use
from incidents.models import SlaTarget, SlaTargetVersion
from incidents.sla import targets
from incidents.sla.calendar_use import targets_using
from incidents.sla.drafts import VersionDraft, draft_of
from oncall.models import Calendar, User

CONDITIONS = {"oncall.Team": "team", "incidents.Service": "service", "incidents.Severity": "severity"}
"""The fields of a target's conditions that name records, by what they name."""
_TARGET = ("SLA target", "SLA targets")


def _targets_of(record: Model) -> Rows:
    """The targets of which a version, also an old one, names the record in its conditions or as its calendar."""
    active = SlaTargetVersion.objects.filter(withdrawn_at__isnull=True)
    if isinstance(record, Calendar):
        versions = active.filter(calendar=record)
    else:
        versions = active.filter(**{f"conditions__{CONDITIONS[record._meta.label]}__contains": record.pk})
    return cast(Rows, SlaTarget.objects.filter(pk__in=versions.values("target")))


def _targets_now(rows: Rows, record: Model, at: datetime) -> Rows:
    """Those targets whose version in force, or a planned one, names the record."""
    if isinstance(record, Calendar):
        return rows.filter(pk__in=targets_using(record.pk, at).order_by().values("pk"))
    active = SlaTargetVersion.objects.filter(withdrawn_at__isnull=True, target__in=rows)
    latest: dict[int, SlaTargetVersion] = {}
    named = set()
    for version in active.order_by("effective_from", "created_at", "pk"):
        if version.effective_from > at and _mentions(version, record):
            named.add(version.target_id)
        elif version.effective_from <= at:
            latest[version.target_id] = version
    named |= {pk for pk, version in latest.items() if _mentions(version, record)}
    return rows.filter(pk__in=named)


def _mentions(version: SlaTargetVersion, record: Model) -> bool:
    if version.is_retired:
        return False
    if isinstance(record, Calendar):
        return version.calendar_id == record.pk
    return record.pk in version.conditions.get(CONDITIONS[record._meta.label], ())


def _move_target(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    """Write the coming versions of a target anew; what it promised until now stays as it was (K-5)."""
    target = cast(SlaTarget, row)
    current = targets.version_in_force(target, at)
    planned = [version for version in targets.planned_versions(target, at) if _mentions(version, record)]
    for version in planned:
        targets.withdraw_version(version=version, at=at, actor=actor)
    begun = [current] if current is not None and _mentions(current, record) else []
    for version in [*begun, *planned]:
        targets.add_version(
            target=target,
            draft=_draft_with(version, record=record, by=by),
            scope=version.scope,
            effective_from=version.effective_from if version.effective_from > at else None,
            note=reason,
            at=at,
            actor=actor,
        )


def _draft_with(version: SlaTargetVersion, *, record: Model, by: Model) -> VersionDraft:
    draft = draft_of(version)
    if isinstance(by, Calendar):
        return VersionDraft(**vars(draft) | {"calendar": by})
    column = CONDITIONS[record._meta.label]
    named = [by.pk if value == record.pk else value for value in draft.conditions[column]]
    return VersionDraft(**vars(draft) | {"conditions": draft.conditions | {column: list(dict.fromkeys(named))}})


USES = tuple(
    Use(
        of=of, by="incidents.SlaTarget", find=_targets_of, words=_TARGET, columns=columns, moving=_targets_now,
        move=_move_target, stopping=_targets_now, is_open=True,
    )
    for of, columns in {
        **dict.fromkeys(CONDITIONS, ("(conditions)",)),
        "oncall.Calendar": ("incidents.SlaTargetVersion.calendar",),
    }.items()
)  # fmt: skip
