"""Write configuration: nothing is saved when nothing changes, and the history keeps who changed it and why."""

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction

from config.base.data.history import sign_history
from config.base.data.users import User
from config.base.data.uses import refuse_if_used

RowT = TypeVar("RowT", bound=models.Model)
_UNIQUE_CODES = {"unique", "unique_together"}


def lock_record(record: models.Model) -> None:
    """Lock a stored record until the end of the transaction, and read what it holds now."""
    rows = type(record)._base_manager.select_for_update(no_key=True, of=("self",))
    record.refresh_from_db(from_queryset=rows)


@transaction.atomic
def write_record(
    record: models.Model,
    values: Mapping[str, object],
    *,
    actor: User | None,
    reason: str = "",
    stamps: Mapping[str, object] | None = None,
) -> list[str]:
    """Store the values of columns, of a new record or of one that is stored; returns the names of what changed.

    A stored record that holds them already is left alone: no history row, no new time of change. `stamps` are columns
    that are set with any change. Raises ValidationError by field, as the model says, and for a name or an id that
    another record has.
    """
    is_new = record._state.adding
    if not is_new:
        lock_record(record)
    changed = sorted(name for name, value in values.items() if is_new or not _holds(record, name, value))
    if not changed and not is_new:
        return []
    written = {name: values[name] for name in changed} | dict(stamps or {})
    for name, value in written.items():
        setattr(record, name, value)
    check_record(record)
    sign_history(record, actor=actor, reason=reason)
    try:
        with transaction.atomic():
            record.save(**({"force_insert": True} if is_new else {"update_fields": sorted(written)}))
    except IntegrityError:
        check_record(record)  # another request was faster: this says with what
        raise
    return changed


def check_record(record: models.Model, *, exclude: Collection[str] = ()) -> None:
    """Raise ValidationError by field unless the record may be stored as it stands."""
    errors: dict[str, list[ValidationError | str]] = {}
    try:
        record.full_clean(exclude=set(exclude), validate_constraints=False)
    except ValidationError as refusal:
        errors = {name: _kind(record, name, faults) for name, faults in refusal.error_dict.items()}
    try:
        check_external_id(record)
    except ValidationError as refusal:
        errors["external_id"] = list(refusal.error_dict["external_id"])
    if not errors:
        try:
            record.validate_constraints(exclude=set(exclude))
        except ValidationError as refusal:
            errors = {name: _kind(record, name, faults) for name, faults in refusal.error_dict.items()}
    if errors:
        raise ValidationError(dict(errors))


def check_external_id(record: models.Model) -> None:
    """Raise ValidationError on `external_id` if another record of the kind has the same."""
    external_id = getattr(record, "external_id", "")
    if external_id and _others(record).filter(external_id=external_id).exists():
        sentence = f"Another {_noun(record)} has this external id already. Choose another one."
        raise ValidationError({"external_id": [sentence]})


@transaction.atomic
def delete_record(record: models.Model, *, actor: User | None, reason: str = "") -> None:
    """Delete a record that nothing uses; its parts go with it. Raises InUse."""
    lock_record(record)
    refuse_if_used(record)
    sign_history(record, actor=actor, reason=reason)
    record.delete()


@transaction.atomic
def move_default(record: models.Model, *, actor: User | None, reason: str = "") -> None:
    """Let no other record be the default: before this one becomes it, because there is one at most."""
    for other in _others(record).filter(is_default=True).order_by("pk"):
        write_record(other, {"is_default": False}, actor=actor, reason=reason)


def _holds(record: models.Model, name: str, value: object) -> bool:
    field = record._meta.get_field(name)
    if isinstance(field, models.ForeignKey):
        return bool(getattr(record, field.attname) == (value.pk if isinstance(value, models.Model) else value))
    return bool(getattr(record, name) == (field.to_python(value) if isinstance(field, models.Field) else value))


def _kind(record: models.Model, name: str, errors: Iterable[ValidationError]) -> list[ValidationError | str]:
    """The sentences about a field, with what to do about a value that another record has."""
    word = name if name == NON_FIELD_ERRORS else str(record._meta.get_field(name).name).replace("_", " ")
    taken = f"Another {_noun(record)} has this {word} already. Choose another one."
    return [taken if error.code in _UNIQUE_CODES and name != NON_FIELD_ERRORS else error for error in errors]


def _others(record: RowT) -> models.QuerySet[RowT]:
    return type(record)._default_manager.exclude(pk=record.pk)


def _noun(record: models.Model) -> str:
    return str(record._meta.verbose_name)
