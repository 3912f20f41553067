"""Severities as programs write them: values and a place, while what they promise stays as it is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data.configuration import delete_record
from incidents.models import Severity
from incidents.severities import changes, drafts, order
from incidents.severities.order import Place
from oncall.models import User


@transaction.atomic
def write_severity(
    *,
    severity: Severity | None,
    values: Mapping[str, object],
    place: Place | None = None,
    reason: str = "",
    at: datetime,
    actor: User | None,
) -> Severity:
    """Create a severity, or give a stored one these values; the same values twice change nothing.

    Without a `place` a stored one stays where it is, and a new one stands last. Raises ValidationError by field, and
    `changes.Contradicts` for what cannot hold together with what it promises.
    """
    row = Severity(rank=0) if severity is None else Severity.objects.select_for_update(no_key=True).get(pk=severity.pk)
    draft = drafts.draft_of(row, at=at)
    if place is not None and place.below is not None and place.below.pk == row.pk:
        raise ValidationError({"below": ["A severity cannot stand below itself. Name another one."]})
    for name, value in values.items():
        setattr(row, name, value)
    if place is not None:
        draft = replace(draft, place=place)
    return changes.save_severity(draft=replace(draft, reason=reason), at=at, actor=actor)


@transaction.atomic
def delete_severity(*, severity: Severity, reason: str = "", actor: User | None) -> None:
    """Delete a severity. Raises InUse while anything uses it."""
    order.in_order(lock=True)
    delete_record(severity, actor=actor, reason=reason)
