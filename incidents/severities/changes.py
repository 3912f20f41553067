"""Make and change severities: with their place and their promises, all or nothing."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data.configuration import check_external_id, write_record
from incidents.models import Severity
from incidents.severities import order, promises
from incidents.severities.contradictions import Contradiction, find_contradictions
from incidents.severities.drafts import SeverityDraft
from incidents.severities.outlook import Outlook, look_ahead
from oncall.models import User


class Contradicts(ValidationError):
    """A severity cannot mean all of this at the same time; the sentences are by field."""

    def __init__(self, contradictions: Iterable[Contradiction]) -> None:
        self.contradictions = tuple(contradictions)
        sentences: dict[str, list[str]] = {}
        for each in self.contradictions:
            sentences.setdefault(each.field, []).append(each.sentence)
        super().__init__(sentences)


@transaction.atomic
def save_severity(*, draft: SeverityDraft, at: datetime, actor: User | None) -> Severity:
    """Store a new or changed severity, its place and the versions of its promises.

    The same draft twice changes nothing. Raises Contradicts, and ValidationError by field for a name that is taken or
    a promise that cannot be made; then nothing is stored.
    """
    rows = order.in_order(lock=True)
    outlook = check_draft(draft, at=at)
    severity = draft.severity
    arrangement = order.arranged(severity, rows, draft.place)
    severity.rank = order.level_at(severity, arrangement)
    if severity.pk is None:
        severity.position = max((row.position for row in rows), default=0) + 1
    _store(severity, reason=draft.reason, actor=actor)
    order.store_order(arrangement)
    promises.store_changes(outlook.planned, severity=severity, note=draft.reason, at=at, actor=actor)
    return severity


def check_draft(draft: SeverityDraft, *, at: datetime) -> Outlook:
    """What a draft would promise. Raises as `save_severity`, and stores nothing."""
    draft.severity.clean_fields(exclude={"position", "rank"})
    draft.severity.validate_unique()
    check_external_id(draft.severity)
    outlook = look_ahead(draft, at=at)
    if contradictions := find_contradictions(outlook):
        raise Contradicts(contradictions)
    if faults := promises.find_faults(outlook.planned, at=at):
        raise ValidationError(faults)
    return outlook


@transaction.atomic
def move_severity(*, severity: Severity, steps: int, at: datetime, actor: User | None) -> Severity:
    """Move a severity some steps down the order, or up if `steps` is negative; at an end it stays where it is."""
    rows = order.in_order(lock=True)
    severity = next(row for row in rows if row.pk == severity.pk)
    place = order.after_moving(severity, rows, place=order.place_of(severity, rows), steps=steps)
    arrangement = order.arranged(severity, rows, place)
    before, severity.rank = severity.rank, order.level_at(severity, arrangement)
    if severity.rank != before:
        _store(severity, reason="Moved in the order", actor=actor)
    order.store_order(arrangement)
    return severity


def _store(severity: Severity, *, reason: str, actor: User | None) -> None:
    """Save with a row of its history, unless nothing of it is new; the order stores the place of one that exists."""
    names = {field.attname for field in Severity._meta.concrete_fields if not field.primary_key}
    if severity.pk is not None:
        names.remove("position")
    write_record(severity, {name: getattr(severity, name) for name in names}, actor=actor, reason=reason)
