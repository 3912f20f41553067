"""What serializers share: strictness, cleaned text, instants with an offset, references by natural key."""

from collections.abc import Callable, Container, Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, ClassVar, TypeAlias

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import SkipField
from rest_framework.relations import PKOnlyObject

from config.base.data import retirement, text
from config.base.data.models import OneLineField
from config.base.data.moments import ALL_YEARS, Unreadable, read_day, read_moment


class Lines(serializers.CharField):
    """Text of several lines, without controls and direction characters; only text is accepted."""

    @staticmethod
    def clean(value: str) -> str:
        """The text as it is stored."""
        return text.clean_lines(value)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Clean first, so that a text of nothing but controls is blank."""
        return super().run_validation(self.clean(data) if isinstance(data, str) else data)

    def to_internal_value(self, data: object) -> str:
        """The text; a number is an error."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Line(Lines):
    """One line of text, cleaned as the column cleans it (bad input 22, 23, 24)."""

    @staticmethod
    def clean(value: str) -> str:
        """The line as it is stored."""
        return text.clean_line(value)


class Secret(str):
    """A key in an answer; an answer that holds one is never stored for repeats."""

    __slots__ = ()


class ShownOnce(serializers.CharField):
    """A key that only the answer shows which made it. Every key in an answer is such a field."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"read_only": True} | kwargs)

    def to_representation(self, value: Any) -> Secret:
        """The key, marked as one."""
        return Secret(value)


def holds_secret(content: Any) -> bool:
    """Whether an answer holds a key, however deep."""
    if isinstance(content, Mapping):
        return any(map(holds_secret, content.values()))
    if isinstance(content, (list, tuple)):
        return any(map(holds_secret, content))
    return isinstance(content, Secret)


class Instant(serializers.DateTimeField):
    """A point in time: accepted only with its offset, answered in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default_timezone": UTC} | kwargs)

    def to_internal_value(self, value: object) -> datetime:
        """The moment in UTC; one without an offset is ambiguous, and refused."""
        try:
            return read_moment(value if isinstance(value, str) else "", zone=None, years=ALL_YEARS)
        except Unreadable as error:
            raise serializers.ValidationError(str(error), code="invalid") from None


class Day(serializers.DateField):
    """A day, as 2026-03-01."""

    def to_internal_value(self, value: object) -> date:
        """The day, or an error message."""
        try:
            return read_day(value if isinstance(value, str) else "")
        except Unreadable as error:
            raise serializers.ValidationError(str(error), code="invalid") from None


class ReadKey(serializers.SlugRelatedField[Any]):
    """Configuration that a record refers to, by its natural key."""

    def __init__(self, slug_field: str, **kwargs: Any) -> None:
        super().__init__(slug_field, **{"read_only": True} | kwargs)


class ReadId(serializers.PrimaryKeyRelatedField[Any]):
    """A record that another refers to, by its id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"read_only": True} | kwargs)


def _in_use(field: serializers.Field, row: models.Model) -> models.Model:
    """The row that a field names; an error message if it is out of use, unless the changed record has it already."""
    before = getattr(getattr(field.parent, "instance", None), str(field.source), None)
    if retirement.is_retired(row) and before != row:
        raise serializers.ValidationError(f"{row} is out of use. Choose one that is in use.", code="retired")
    return row


class IdKey(serializers.PrimaryKeyRelatedField[Any]):
    """A reference to configuration by its id."""

    def to_internal_value(self, data: object) -> models.Model:
        """The row; an error message if there is none, or if it is out of use."""
        return _in_use(self, super().to_internal_value(data))


class Key(serializers.SlugRelatedField[Any]):
    """A reference to configuration by its natural key, as `"checkout"`; a number is read as its id."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "does_not_exist": "There is no such {slug_name}: {value}.",
        "invalid": "Give a {slug_name} as text, or an id as a number.",
    }

    def to_internal_value(self, data: object) -> Any:
        """The row; an error message if there is none."""
        name = str(self.slug_field)
        if isinstance(data, bool) or not isinstance(data, (str, int)):
            self.fail("invalid", slug_name=name)
        queryset = self.get_queryset()
        if queryset is None:
            raise TypeError("A Key that is written needs a queryset.")
        try:
            row = queryset.get(pk=data) if isinstance(data, int) else queryset.get(**{name: data})
        except ObjectDoesNotExist:
            self.fail("does_not_exist", slug_name=name, value=data)
        return _in_use(self, row)


class _Strict:
    """Refuses fields that do not exist or cannot be set (bad input 61), instead of dropping them silently.

    A field that changes by a verb is refused with the verb's name, a wrong choice with what may be chosen.
    """

    fields: Any
    context: Any

    def get_fields(self) -> dict[str, Any]:
        """The fields; what is no choice is answered with the choices."""
        fields: dict[str, Any] = super().get_fields()  # type: ignore[misc]  # a mixin: the class behind it has it
        for field in fields.values():
            chosen = getattr(field, "child", field)
            if isinstance(chosen, serializers.ChoiceField):
                allowed = ", ".join(str(value) for value in chosen.choices)
                chosen.error_messages["invalid_choice"] = f'"{{input}}" is not a choice. Choose one of: {allowed}.'
        return fields

    def to_internal_value(self, data: object) -> Any:
        """The validated values; unknown and read-only fields are errors of their own."""
        if isinstance(data, Mapping):
            refused = {
                name: [self._reason(str(name))]
                for name in data
                if name not in self.fields or self.fields[name].read_only
            }
            if refused:
                raise serializers.ValidationError(refused)
        return super().to_internal_value(data)  # type: ignore[misc]  # a mixin: the class behind it has it

    def _reason(self, name: str) -> str:
        """Why a field is refused, and what to do instead."""
        view = self.context.get("view")
        if verbs := verbs_that_change(view, name):
            return f"This changes by a verb: POST {', '.join(f'…/{verb}/' for verb in verbs)}."
        declared = getattr(getattr(view, "serializer_class", None), "_declared_fields", {})
        shown_names = getattr(getattr(getattr(view, "serializer_class", None), "Meta", None), "fields", ())
        if name in self.fields or name in declared or name in shown_names:
            return "This field cannot be set here."
        settable = [field_name for field_name, field in self.fields.items() if not field.read_only]
        return f"There is no such field. Known are: {', '.join(settable) or 'none'}."


def verbs_that_change(view: object, name: str) -> list[str]:
    """The verbs of a view that change a field, in the order of their declaration."""
    handlers = [handler for kind in type(view).__mro__ for handler in vars(kind).values()]
    changing = [handler for handler in handlers if name in getattr(handler, "changes", ())]
    return [handler.url_path for handler in changing if not hasattr(handler, "alias")]


class OutputSerializer(serializers.Serializer[Any]):
    """A part of an answer that is no record; it is only shown."""


class InputSerializer(_Strict, serializers.Serializer[Any]):
    """What a request may contain; it validates and never saves."""


class EmptySerializer(InputSerializer):
    """A request without a body."""


_Step: TypeAlias = Callable[[Any], object]
_Field: TypeAlias = serializers.Field[Any, Any, Any, Any]


class RecordSerializer(_Strict, serializers.ModelSerializer[Any]):
    """A record as it is shown. Declare `Meta.model` and every field by name."""

    serializer_field_mapping: ClassVar[dict[Any, Any]] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        OneLineField: Line,
        models.TextField: Lines,
        models.DateTimeField: Instant,
        models.DateField: Day,
    }

    def to_representation(self, instance: models.Model) -> dict[str, object]:
        """The record's fields in their order.

        As DRF does it, but what stands behind each field is worked out once and not for every row: half of what a row
        costs.
        """
        answer: dict[str, object] = {}
        for name, read, show in self._steps:
            try:
                value = read(instance)
            except SkipField:
                continue
            answer[name] = None if value is None else show(value)
        return answer

    @cached_property
    def _steps(self) -> list[tuple[str, _Step, _Step]]:
        """Of each field its name, what reads the value from a record, and what shows a value."""
        model: type[models.Model] = self.Meta.model
        columns = {column.name for column in model._meta.concrete_fields}
        return [
            (field.field_name, _reader_of(field, columns), field.to_representation)
            for field in self.fields.values()
            if not field.write_only
        ]


def _reader_of(field: _Field, columns: Container[str]) -> _Step:
    """A column is read as it is; only what is no column may be a method, a mapping, or not there."""
    source = field.source or ""
    is_plain = type(field).get_attribute is serializers.Field.get_attribute
    if source in columns and (is_plain or isinstance(field, serializers.SlugRelatedField)):
        return attrgetter(source)

    def read(record: models.Model) -> object:
        value: object = field.get_attribute(record)
        return None if isinstance(value, PKOnlyObject) and value.pk is None else value

    return read


@extend_schema_field({"type": "object", "additionalProperties": True})
class AnyObject(serializers.JSONField):
    """A JSON object whose keys are the sender's own."""
