"""What the conditions of a target may name: the fields, their values, and both in words (K-6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from django.core.exceptions import ValidationError
from django.db.models import Model

from config.base.data.text import clean_line
from incidents.models import Service, Severity, TicketKind
from oncall.models import Team

MAX_VALUES = 200
"""The most values that one field of a condition may allow."""
Value: TypeAlias = int | str | bool
"""One value of a field: the id of a row, a number, a text, or yes and no."""
Conditions: TypeAlias = dict[str, list[Value]]
"""Allowed values by field, as they are stored."""
AllowedValues: TypeAlias = Mapping[str, Sequence[Value]]
"""Conditions to read."""


@dataclass(frozen=True)
class ConditionField:
    """A field of a ticket that a condition may name, and what its values are."""

    name: str
    label: str
    words: str
    """How its values are told, as `severity {}`; of a yes or no the words for yes."""
    kind: type[int | str | bool]
    opposite: str = ""
    """Of a yes or no, the words for no."""
    model: type[Model] | None = None
    """The rows whose ids are its values."""
    order: str = "name"
    """The order of these rows."""
    choices: tuple[tuple[int | str, str], ...] = ()
    """The values with their labels, where they are fixed."""
    max_length: int = 0
    """Of a text, how long a value may be."""


FIELDS = {
    field.name: field
    for field in (
        ConditionField(
            "kind", "Kind of record", "kind {}", str,
            choices=tuple((choice.value, str(choice.label)) for choice in TicketKind),
        ),
        ConditionField("severity", "Severity", "severity {}", int, model=Severity, order="position"),
        ConditionField(
            "priority", "Priority", "priority {}", int, choices=tuple((n, f"P{n}") for n in range(1, 6))
        ),
        ConditionField("service", "Service", "service {}", int, model=Service),
        ConditionField(
            "tier", "Tier of the service", "tier {}", int, choices=tuple((n, str(n)) for n in range(1, 5))
        ),
        ConditionField("team", "Assigned team", "team {}", int, model=Team),
        ConditionField("major", "Major incident", "major incidents", bool, opposite="no major incident"),
        ConditionField("category", "Category", "category {}", str, max_length=60),
        ConditionField("customers", "Affected customer", "customer {}", str, max_length=300),
        ConditionField("vip", "Requester is a VIP", "a VIP as requester", bool, opposite="no VIP as requester"),
        ConditionField("location", "Location of the requester", "location {}", str, max_length=120),
        ConditionField("request_type", "Request type", "request type {}", str, max_length=60),
        ConditionField("security", "About security", "about security", bool, opposite="not about security"),
    )
}  # fmt: skip
"""Every field that a condition may name, by name, in the order of forms and sentences."""


def read_conditions(value: object) -> Conditions:
    """The conditions as they are stored: allowed values by field, each once, in the order of `FIELDS` (K-6).

    Raises ValidationError on `conditions`, a sentence for each fault: no object, a field that does not exist, no
    values or too many, a value of the wrong type, or a row that does not exist.
    """
    if not isinstance(value, Mapping):
        raise _faults(['Conditions are allowed values by field, as {"severity": [1, 2]}. Send an object.'])
    faults, read = [], {}
    for name, values in value.items():
        field = FIELDS.get(name) if isinstance(name, str) else None
        if field is None:
            faults.append(f"There is no field “{_shortened(name)}”. Choose one of: {', '.join(FIELDS)}.")
            continue
        try:
            read[field.name] = _read_values(field, values)
        except ValueError as fault:
            faults.append(str(fault))
    if faults:
        raise _faults(faults)
    return {name: read[name] for name in FIELDS if name in read}


def read_fields(value: object) -> dict[str, Value | list[Value]]:
    """One ticket's fields, one value each and a list of customers, checked as the values of conditions are.

    Raises ValidationError on `fields`, a sentence for each fault. An empty value leaves the field out.
    """
    if not isinstance(value, Mapping):
        raise _faults(['Fields are values by name, as {"severity": 1}. Send an object.'], name="fields")
    filled = {name: each for name, each in value.items() if each not in (None, "", [])}
    lists = {name: each if isinstance(each, list) else [each] for name, each in filled.items()}
    try:
        read = read_conditions(lists)
    except ValidationError as refusal:
        raise _faults(refusal.message_dict["conditions"], name="fields") from None
    if many := [name for name, values in read.items() if len(values) > 1 and name != "customers"]:
        raise _faults([f"A ticket has one {name}: send one value." for name in many], name="fields")
    return {name: values if name == "customers" else values[0] for name, values in read.items()}


def describe(conditions: AllowedValues) -> str:
    """Conditions in words, as "severity SEV1 or SEV2, and customer ACME"; "every incident and request" without any."""
    return describe_all([conditions])[0]


def describe_all(all_conditions: Sequence[AllowedValues]) -> list[str]:
    """Each of these conditions in words; one query for each kind of row that any of them names."""
    names = {name: _names(field, all_conditions) for name, field in FIELDS.items() if field.model is not None}
    return [_describe(conditions, names) for conditions in all_conditions]


def values_overlap(name: str, left: Sequence[Value], right: Sequence[Value]) -> bool:
    """Whether one ticket can satisfy both; a ticket can have several customers, so these never exclude each other."""
    return name == "customers" or bool(set(left) & set(right))


def overlap(left: AllowedValues, right: AllowedValues) -> bool:
    """Whether a ticket can satisfy both conditions (K-6)."""
    return all(values_overlap(name, left[name], right[name]) for name in left.keys() & right.keys())


def covers(wider: AllowedValues, narrower: AllowedValues) -> bool:
    """Whether each ticket that satisfies the narrower condition surely satisfies the wider one too (K-6)."""
    return all(name in narrower and set(narrower[name]) <= set(values) for name, values in wider.items())


def _read_values(field: ConditionField, values: object) -> list[Value]:
    """The values of one field. Raises ValueError with the sentence of the fault."""
    if not isinstance(values, list | tuple) or not values:
        raise ValueError(f"Choose at least one value for {field.name}, as a list, or leave the field out.")
    if len(values) > MAX_VALUES:
        raise ValueError(f"Choose at most {MAX_VALUES} values for {field.name}: these are {len(values)}.")
    read = list(dict.fromkeys(_read_value(field, value) for value in values))
    _check_rows(field, read)
    return read


def _read_value(field: ConditionField, value: object) -> int | str | bool:
    # In Python a bool is an int, and 1 equals True.
    if type(value) is not field.kind:
        raise ValueError(f"“{_shortened(value)}” is no value of {field.name}. {_ADVICE[field.kind]}")
    if isinstance(value, str):
        value = clean_line(value)
        if not value:
            raise ValueError(f"A value of {field.name} is empty. Write a text, or leave the field out.")
        if field.max_length and len(value) > field.max_length:
            raise ValueError(f"A value of {field.name} has at most {field.max_length} characters.")
    if field.choices and value not in dict(field.choices):
        allowed = ", ".join(str(choice) for choice, _ in field.choices)
        raise ValueError(f"“{_shortened(value)}” is no value of {field.name}. Choose from: {allowed}.")
    return value


_ADVICE = {int: "Give numbers.", str: "Give texts.", bool: "Give true or false."}
_MAX_ID = 2**63 - 1


def _check_rows(field: ConditionField, values: list[Value]) -> None:
    if field.model is None:
        return
    possible = [value for value in values if isinstance(value, int) and 0 < value <= _MAX_ID]
    existing = set(field.model._default_manager.filter(pk__in=possible).values_list("pk", flat=True))
    if missing := [value for value in values if value not in existing]:
        raise ValueError(f"There is no {field.name} {_shortened(missing[0])}. Choose one that exists.")


def _names(field: ConditionField, all_conditions: Iterable[AllowedValues]) -> dict[Value, str]:
    keys = {value for conditions in all_conditions for value in conditions.get(field.name, ())}
    if not keys or field.model is None:
        return {}
    return dict(field.model._default_manager.filter(pk__in=keys).order_by(field.order).values_list("pk", "name"))


def _describe(conditions: AllowedValues, names: Mapping[str, Mapping[Value, str]]) -> str:
    parts = [
        _part(field, conditions[name], names.get(name, {})) for name, field in FIELDS.items() if name in conditions
    ]
    return ", and ".join(parts) or "every incident and request"


def _part(field: ConditionField, values: Sequence[Value], names: Mapping[Value, str]) -> str:
    if field.kind is bool:
        return " or ".join(field.words if value else field.opposite for value in values)
    labels = dict(field.choices) | dict(names)
    return field.words.format(_alternatives([str(labels.get(value, value)) for value in values]))


def _alternatives(words: Sequence[str]) -> str:
    """The words as "a, b or c"."""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _shortened(value: object) -> str:
    text = clean_line(str(value))
    return text if len(text) <= 40 else f"{text[:40]}…"


def _faults(sentences: Sequence[str], *, name: str = "conditions") -> ValidationError:
    return ValidationError({name: list(sentences)})
