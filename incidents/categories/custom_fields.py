"""Custom fields: what a category asks for beyond the fields of every ticket, and the values that tickets hold.

A ticket keeps its values by the names of the fields, as JSON: text, a number, a day as text, or true and false. They
stay when the field is retired, renamed or removed, and when the ticket gets another category.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from django.core.exceptions import ValidationError

from config.base.data.moments import ALL_YEARS, Unreadable, read_day
from config.base.data.text import clean_line
from incidents.models import Category, CustomFieldKind

Value: TypeAlias = str | int | float | bool
PREFIX = "custom_"
"""What the names of these fields begin with in forms."""
MAX_TEXT = 500
_DIGITS = 15
"""More digits than this are not the same number after a program has read it."""
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,14})?")
_WORDS = {True: "yes", False: "no"}


@dataclass(frozen=True, kw_only=True)
class CustomField:
    """The definition of a field; `name` is for programs and stays the same under another label."""

    name: str
    label: str
    kind: str
    choices: tuple[str, ...] = ()
    is_required: bool = False
    help_text: str = ""
    is_retired: bool = False

    @property
    def form_name(self) -> str:
        """Its name in forms."""
        return f"{PREFIX}{self.name}"


@dataclass(frozen=True)
class FieldValue:
    """A field and the value that a ticket has of it; None for none. The field may be gone from its category."""

    field: CustomField
    value: Value | None
    is_of_category: bool = True
    """Whether the ticket's category has the field in use."""

    @property
    def text(self) -> str:
        """The value for people; empty for none."""
        return "" if self.value is None else print_value(self.value)


def fields_of(category: Category | None, *, retired: bool = False) -> list[CustomField]:
    """The fields of a category in their order: those in use, or all of them."""
    if category is None:
        return []
    fields = (CustomField(**row | {"choices": tuple(row["choices"])}) for row in category.custom_fields)
    return [field for field in fields if retired or not field.is_retired]


def read_value(field: CustomField, value: object) -> Value:
    """The value of a program's request as it is stored. Raises ValidationError with what to do instead."""
    match field.kind:
        case CustomFieldKind.YES_NO:
            if not isinstance(value, bool):
                raise ValidationError("This is yes or no: send true or false.")
            return value
        case CustomFieldKind.NUMBER:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValidationError("This is a number. Send it without quotes.")
            return _number(format(Decimal(repr(value)), "f") if abs(value) < 10**_DIGITS else "")
    if not isinstance(value, str):
        raise ValidationError("This is text. Send it in quotes.")
    return read_text(field, value)


def read_text(field: CustomField, text: str) -> Value:
    """The value that somebody typed or chose. Raises ValidationError with what to do instead."""
    line = clean_line(text)
    match field.kind:
        case CustomFieldKind.NUMBER:
            return _number(line)
        case CustomFieldKind.DATE:
            return _day(line)
        case CustomFieldKind.YES_NO:
            if line.casefold() not in _WORDS.values():
                raise ValidationError("Choose yes or no.")
            return line.casefold() == _WORDS[True]
        case CustomFieldKind.CHOICE:
            if line not in field.choices:
                raise ValidationError(f"“{line[:60]}” is not a choice. Choose one of: {', '.join(field.choices)}.")
            return line
    if len(line) > MAX_TEXT:
        raise ValidationError(f"This has {len(line)} characters, and {MAX_TEXT} fit. Put the rest into a note.")
    return line


def print_value(value: Value) -> str:
    """A value as people read and type it; `read_text` reads it back."""
    if isinstance(value, bool):
        return _WORDS[value]
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)


def values_of_text(text: str) -> list[Value]:
    """The values that people would write like this, of a field of any kind."""
    values: list[Value] = [text]
    for kind in (CustomFieldKind.NUMBER, CustomFieldKind.YES_NO):
        with suppress(ValidationError):
            values.append(read_text(CustomField(name="", label="", kind=kind), text))
    return values


def change_values(
    *, fields: Iterable[CustomField], values: Mapping[str, Value], sent: Mapping[str, object]
) -> dict[str, Value]:
    """The values after a change that names some fields; None or an empty text takes a value away.

    Raises ValidationError by field, as `custom_fields.asset`: for an unknown or retired field, a value of another
    kind, and an empty one of a required field. Values of other fields stay as they are.
    """
    by_name, read, errors = {field.name: field for field in fields}, {}, {}
    for name, value in sent.items():
        try:
            read[name] = _new_value(by_name, name, value)
        except ValidationError as refusal:
            errors[f"custom_fields.{name}"] = refusal.messages
    if errors:
        raise ValidationError(errors)
    return {name: value for name, value in {**values, **read}.items() if value is not None}


def refuse_missing(*, fields: Iterable[CustomField], values: Mapping[str, object]) -> None:
    """Raise ValidationError by field for each required field without a value."""
    if missing := [field for field in fields if field.is_required and values.get(field.name) in (None, "")]:
        raise ValidationError({f"custom_fields.{field.name}": [_needed(field)] for field in missing})


def list_values(*, fields: Iterable[CustomField], values: Mapping[str, Value]) -> list[FieldValue]:
    """What a ticket shows: each field in use, retired ones that have a value, and values of fields that are gone."""
    fields = list(fields)
    rows = [
        FieldValue(field, values.get(field.name), not field.is_retired)
        for field in fields
        if not field.is_retired or field.name in values
    ]
    others = sorted(set(values) - {field.name for field in fields})
    gone = (CustomField(name=name, label=_label(name), kind=CustomFieldKind.TEXT) for name in others)
    return rows + [FieldValue(field, values[field.name], is_of_category=False) for field in gone]


def _number(text: str) -> int | float:
    if not _NUMBER.fullmatch(text) or sum(map(str.isdigit, text.lstrip("-0."))) > _DIGITS:
        raise ValidationError(f"Write a number with at most {_DIGITS} digits, as 12 or 12.5.")
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)


def _day(text: str) -> str:
    try:
        return read_day(text, years=ALL_YEARS).isoformat()
    except Unreadable as error:
        raise ValidationError(str(error)) from None


def _new_value(by_name: Mapping[str, CustomField], name: str, value: object) -> Value | None:
    field = by_name.get(name)
    if field is None:
        raise ValidationError(_unknown(by_name))
    if value is not None and not (isinstance(value, str) and not clean_line(value)):
        return read_value(field, value)
    if field.is_required:
        raise ValidationError(_needed(field))
    return None


def _needed(field: CustomField) -> str:
    return f"{field.label} is needed for this category. Fill it in."


def _unknown(by_name: Mapping[str, CustomField]) -> str:
    if not by_name:
        return "The ticket's category has no such field. It has none."
    return f"The ticket's category has no such field. It has: {', '.join(by_name)}."


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
