"""A record put back to how it was: it and the rows below it, through the same form and the same checks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections, transaction
from django.db.models import ForeignKey, Model, RestrictedError
from django.http import QueryDict

from config.base.data.lifecycle import Refusal
from config.base.web.admin_guards import put_value
from config.base.web.record_changes import history_of, rows_below
from config.base.web.version_texts import Version

_KEPT = ("change_reason",)


class CannotPutBack(Refusal):
    """The record cannot be as it was; the message says why."""


@dataclass(frozen=True)
class Row:
    """A row below a record as it was: `values` by column."""

    model: type[Model]
    pk: object
    values: dict[str, object]


def version_before(record: Model, moment: datetime) -> Version | None:
    """The record's last version before the moment, or None if there is none."""
    own = record._meta.pk.attname
    newest = history_of(type(record)).filter(**{own: record.pk, "history_date__lt": moment})
    version = cast("Version | None", newest.order_by("-history_date", "-pk").first())
    return None if version is None or version.history_type == "-" else version


def form_of(version: Version, record: Model, form_class: type[forms.ModelForm], *, reason: str) -> forms.ModelForm:
    """The form of the record, filled in as it was in this version."""
    then = type(record)(**{column.attname: getattr(record, column.attname) for column in record._meta.concrete_fields})
    for column in version.tracked_fields:
        setattr(then, column.attname, getattr(version, column.attname))
    then._state.adding = False
    old = form_class(instance=then)
    data = QueryDict(mutable=True)
    for name, field in old.fields.items():
        if name not in _KEPT:
            put_value(data, old, name, _initial(version, old, name, field))
    data["change_reason"] = reason
    return form_class(data, instance=record)


def _initial(version: Version, form: forms.ModelForm, name: str, field: forms.Field) -> object:
    for column in version._history_m2m_fields:
        if column.name == name:
            key = f"{column.m2m_reverse_field_name()}_id"
            return [getattr(row, key) for row in getattr(version, name).filter(history_id=version.pk)]
    return form.get_initial_for_field(field, name)


def rows_then(model: type[Model], keys: Iterable[object], moment: datetime) -> list[Row]:
    """The rows below these records just before the moment, each after the one that it is below."""
    rows: list[Row] = []
    for child, name in rows_below(model):
        own = child._meta.pk.attname
        versions = history_of(child).filter(**{f"{name}__in": list(keys), "history_date__lt": moment})
        newest = cast("list[Version]", list(versions.order_by(own, "-history_date", "-pk").distinct(own)))
        rows_here = [
            Row(child, getattr(version, own), {c.attname: getattr(version, c.attname) for c in version.tracked_fields})
            for version in newest
            if version.history_type != "-"
        ]
        rows += rows_here + rows_then(child, [row.pk for row in rows_here], moment)
    return rows


@transaction.atomic
def put_back_rows(record: Model, moment: datetime) -> None:
    """Make the rows below the record those of just before the moment.

    Raises CannotPutBack, with the reason, where what a row names is gone or a rule of the database is broken.
    """
    expected = rows_then(type(record), [record.pk], moment)
    keys = {(row.model, row.pk) for row in expected}
    try:
        _delete_others(type(record), [record.pk], keys)
        for row in expected:
            _put_back(row)
        connections[DEFAULT_DB_ALIAS].check_constraints()
    except ValidationError as refusal:
        raise CannotPutBack(" ".join(refusal.messages)) from refusal
    except (IntegrityError, RestrictedError) as refusal:
        raise CannotPutBack(f"What it needs has changed since: {refusal}".splitlines()[0]) from refusal


def _delete_others(model: type[Model], keys: list[object], expected: set[tuple[type[Model], object]]) -> None:
    for child, name in rows_below(model):
        rows = list(child._base_manager.filter(**{f"{name}__in": keys}))
        for row in rows:
            if (child, row.pk) not in expected:
                row.delete()
        _delete_others(child, [row.pk for row in rows], expected)


def _put_back(row: Row) -> None:
    now = row.model._base_manager.filter(pk=row.pk).first()
    then = now or row.model(pk=row.pk)
    changed = now is None or any(getattr(now, name) != value for name, value in row.values.items())
    if not changed:
        return
    for name, value in row.values.items():
        setattr(then, name, value)
    _check_references(then)
    then.clean_fields()
    then.clean()
    then.save(force_insert=now is None)


def _check_references(row: Model) -> None:
    """Refuse a row that names what is gone, in words."""
    for column in row._meta.concrete_fields:
        key = getattr(row, column.attname)
        if isinstance(column, ForeignKey) and key is not None:
            kind = column.related_model
            if not kind._base_manager.filter(**{column.target_field.attname: key}).exists():
                raise ValidationError(f"The {kind._meta.verbose_name} that it named is gone.")


def describe_errors(form: forms.ModelForm) -> str:
    """What the form refuses, as sentences with the field before each."""
    texts = []
    for name, errors in form.errors.items():
        label = str(form.fields[name].label or name) if name in form.fields else ""
        texts += [f"{label}: {error}" if label else str(error) for error in errors]
    return " ".join(texts)
