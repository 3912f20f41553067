"""Endpoints of configuration: a declaration gives POST, PUT, PATCH, DELETE, and PUT by another system's id."""

import copy
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self, TypeAlias, TypeVar, cast

from django.contrib.auth import get_permission_codename
from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.validators import BaseUniqueForValidator, UniqueTogetherValidator, UniqueValidator

from config.base.data import answers, rights
from config.base.data.history import REASON_LENGTH
from config.base.data.users import User, Visitor
from config.base.rest import etags
from config.base.rest.errors import Stale
from config.base.rest.scopes import Scope, scoped
from config.base.rest.serializers import InputSerializer, Line, RecordSerializer
from config.base.rest.viewsets import ReadViewSet, answers_record, write_handler

RowT = TypeVar("RowT", bound=models.Model)
Values: TypeAlias = dict[str, Any]
"""The values of one record, by the names of a request; a serializer has checked them."""
EXTERNAL = r"external/(?P<external_id>[A-Za-z0-9._:@-]{1,120})"
"""The address of a record by the id that another system gave it, below its collection."""


class ConfigurationSerializer(RecordSerializer, InputSerializer):
    """What a request sets of configuration, with the rules of its model; it never saves.

    A field that a PUT leaves out gets the default of its column. What hangs on other records, such as a name that is
    taken, is for the domain to refuse.
    """

    reason = Line(required=False, allow_blank=True, default="", max_length=REASON_LENGTH)

    def build_standard_field(
        self, field_name: str, model_field: models.Field
    ) -> tuple[type[serializers.Field], dict[str, object]]:
        """The field of a column, with the column's default."""
        kind, options = super().build_standard_field(field_name, model_field)
        validators: Iterable[object] = options.pop("validators", [])
        if others := [each for each in validators if not isinstance(each, UniqueValidator)]:
            options["validators"] = others
        if options.get("required") is False:
            options.pop("required")
            options["default"] = model_field.default if model_field.has_default() else model_field.get_default()
        return kind, options

    def get_uniqueness_extra_kwargs(
        self, field_names: Iterable[str], declared_fields: Mapping[str, object], extra_kwargs: dict[str, object]
    ) -> tuple[dict[str, object], dict[str, serializers.HiddenField]]:
        """No field depends on a constraint."""
        return extra_kwargs, {}

    def get_unique_together_validators(self) -> list[UniqueTogetherValidator]:
        """None: constraints are for the domain."""
        return []

    def get_unique_for_date_validators(self) -> list[BaseUniqueForValidator]:
        """None, as above."""
        return []


class PartSerializer(InputSerializer):
    """A part of a record, such as one of its steps; it is always sent whole, also by a PATCH of the record."""

    def run_validation(self, data: object = serializers.empty) -> object:
        """The values, with the defaults of what was left out."""
        if self.parent is None:
            return super().run_validation(data)
        is_settled, value = self.validate_empty_values(data)
        if is_settled:
            return value
        whole = type(self)(data=data, context=self.context)
        whole.is_valid(raise_exception=True)
        return whole.validated_data


class ConfigurationViewSet(ReadViewSet[RowT]):
    """Configuration that programs write. Declare `takes`, and the domain calls `write` and `remove`.

    The table of rights decides as in the administration: who may add, change or delete the record there may here.
    """

    takes: ClassVar[type[BaseSerializer]]
    """What POST and PUT take; a PATCH takes each of its fields alone."""
    scope: ClassVar[Scope] = Scope.CONFIGURE
    answers_created: ClassVar[type[BaseSerializer] | None] = None
    """What the answer to a new record shows, where that is more than others show."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Give a class that declares `takes` the handlers that it does not have."""
        if "takes" in vars(cls):
            for handler in _handlers(cls):
                if handler.__name__ not in vars(cls):
                    setattr(cls, handler.__name__, handler)
        super().__init_subclass__(**kwargs)

    @classmethod
    def outside_requests(cls, *, actor: User | None, at: datetime) -> Self:
        """The collection for what comes from elsewhere, such as a file; its rules are the same."""
        view = cls()
        view.request = Request(HttpRequest())
        view.request.user = cast("User", actor)
        view.action, view.kwargs, view.format_kwarg = "update", {}, None
        vars(view)["at"] = at
        return view

    def write(self, record: RowT | None, values: Values) -> RowT:
        """Create a record, or give a stored one these values: ONE domain call. `reason` is always among the values."""
        raise NotImplementedError

    def remove(self, record: RowT) -> None:
        """Delete a record: ONE domain call, which refuses one that is in use."""
        raise NotImplementedError

    def check_may_write(self, record: RowT | None, values: Mapping[str, object]) -> None:
        """Raise PermissionDenied unless the actor may write the record as it is, and as it becomes."""
        code = self.code_of("add" if record is None else "change")
        stored: models.Model = self.model()() if record is None else record
        changed = with_values(stored, values)
        for state in [changed] if record is None else [stored, changed]:
            if not self.actor.has_perm(code, state):
                raise exceptions.PermissionDenied(rights.who_can(code))

    @classmethod
    def model(cls) -> type[models.Model]:
        """The model of the declared queryset."""
        rows = cls.queryset
        if rows is None:
            raise TypeError(f"{cls.__name__}: declare the queryset.")
        return rows.model

    @classmethod
    def code_of(cls, verb: str) -> str:
        """The right to `add`, `change` or `delete` these records."""
        options = cls.model()._meta
        return f"{options.app_label}.{get_permission_codename(verb, options)}"

    def save(self, record: RowT | None, data: Values) -> RowT:
        """Check the actor's right and write; a record that a program does not name keeps its reason empty."""
        values = {"reason": ""} | data
        self.check_may_write(record, values)
        return self.write(record, values)

    def _put_external(self, external_id: str, data: Values) -> RowT:
        """Write the record with this external id; of two requests at once the second finds the first's record."""
        if data.get("external_id") not in {"", None, external_id}:
            raise exceptions.ValidationError({"external_id": ["Leave it out, or send the one of the address."]})
        answers.await_key(f"external:{self.model()._meta.label_lower}:{external_id}")
        record = self.get_queryset().filter(external_id=external_id).first()
        if record is not None:
            self.check_unchanged(record)
        elif etags.condition(self.request, etags.IF_MATCH) is not None:
            raise Stale
        return self.save(record, data | {"external_id": external_id})


def with_values(record: RowT, values: Mapping[str, object]) -> RowT:
    """A copy of a record with new values of its columns, to ask for rights; it is never saved."""
    changed = copy.copy(record)
    changed._state = copy.copy(record._state)
    changed._state.fields_cache = dict(record._state.fields_cache)
    for name, value in values.items():
        try:
            is_column = record._meta.get_field(name).concrete and not record._meta.get_field(name).many_to_many
        except FieldDoesNotExist:
            continue
        if is_column:
            setattr(changed, name, value)
    return changed


def _handlers(kind: type[ConfigurationViewSet]) -> list[Callable[..., object]]:
    """The writing handlers of a class, each with its words for the document."""
    noun = kind.model()._meta.verbose_name
    takes, scope = kind.takes, kind.scope
    created = kind.answers_created or kind.serializer_class

    def may(user: Visitor, *target: models.Model) -> bool:
        if target:
            return user.has_perm(kind.code_of("change"), target[0])
        return rights.holds_somewhere(user, kind.code_of("add"))

    def create(self: ConfigurationViewSet, data: Values) -> models.Model:
        return self.save(None, data)

    def update(self: ConfigurationViewSet, record: models.Model, data: Values) -> models.Model:
        return self.save(record, data)

    def partial_update(self: ConfigurationViewSet, record: models.Model, data: Values) -> models.Model:
        return self.save(record, data)

    def destroy(self: ConfigurationViewSet, request: Request, pk: str) -> Response:
        record = self.get_object()
        code = kind.code_of("delete")
        if not self.actor.has_perm(code, record):
            raise exceptions.PermissionDenied(rights.who_can(code))
        with transaction.atomic():
            self.check_unchanged(record)
            self.remove(record)
        return Response(status=204)

    def put_external(self: ConfigurationViewSet, request: Request, external_id: str) -> Response:
        if not any(rights.holds_somewhere(request.user, kind.code_of(verb)) for verb in ("add", "change")):
            raise exceptions.PermissionDenied(rights.who_can(kind.code_of("change")))
        serializer = takes(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            record = self._put_external(external_id, dict(serializer.validated_data))
        return self.record_response(self.get_queryset().get(pk=record.pk))

    create.__doc__ = f"Create one {noun}."
    update.__doc__ = f"Set all of one {noun}; the same values twice change nothing."
    partial_update.__doc__ = f"Change the fields that are sent of one {noun}."
    destroy.__doc__ = f"Delete one {noun}; 409 while something uses it."
    put_external.__doc__ = f"Create or set the {noun} with this external id; the same values twice change nothing."
    external = action(detail=False, methods=["put"], url_path=EXTERNAL)(answers_record(scoped(scope)(put_external)))
    return [
        extend_schema(responses={201: created})(write_handler(takes, scope=scope, may=may, status=201)(create)),
        write_handler(takes, scope=scope, may=may)(update),
        write_handler(takes, scope=scope, may=may, partial=True)(partial_update),
        extend_schema(responses={204: None})(scoped(scope)(destroy)),
        extend_schema(request=takes, responses=created)(external),
    ]
