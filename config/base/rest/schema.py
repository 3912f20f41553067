"""The OpenAPI document: what actions take and answer, how tokens are sent, the one shape of errors."""

import re
from typing import Any

from django.db.models import Choices
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import ManyRelatedField

from config.base.rest import headers
from config.base.rest.errors import ErrorSerializer
from config.base.rest.scopes import OFFERED, scope_of
from config.base.rest.serializers import EmptySerializer

_FIRST_WORDS = re.compile(r"[.;:](?:\s|$)")
_ERRORS = {
    "4XX": "The request cannot be done; `code` says why, `fields` names what to correct.",
    "412": "The record has changed since its `ETag` was read. Read it again, then send the change.",
    "429": "Too many requests. Wait for `Retry-After` seconds.",
    "503": "The record is busy, and nothing was changed. Try again after `Retry-After` seconds.",
}
_NOT_MODIFIED = "The record is what `If-None-Match` names; there is no body."
_DELETED = "It is deleted; there is no body."


def _include_parameters(view: object) -> list[OpenApiParameter]:
    """What the document says of both parameters; none for other views and requests."""
    includes = getattr(view, "includes", {})
    if not includes or getattr(view, "action", "") not in {"list", "retrieve"}:
        return []
    return [
        OpenApiParameter(
            "include",
            str,
            description=f"Lists to answer with a record, by comma: {', '.join(includes)}; the last 100 of each.",
        ),
        OpenApiParameter(
            "fields", str, description="The fields to answer, by comma. The answer then holds no others; default: all."
        ),
    ]


class Schema(AutoSchema):
    """OpenAPI: what an action takes and answers, and the one shape of errors everywhere."""

    def get_override_parameters(self) -> list[Any]:
        """The view's own parameters, and the headers of requests and answers."""
        facts = headers.Facts(
            is_get=self.method == "GET",
            is_post=self.method == "POST",
            is_alias=self.is_deprecated(),
            shows_record=self._is_of_record(),
            can_be_stale=self._can_be_stale(),
        )
        return [*super().get_override_parameters(), *_include_parameters(self.view), *headers.parameters(facts)]

    def get_summary(self) -> str:
        """One line: what is listed or read, or the first words on what the verb does."""
        handler = self._handler()
        noun = str(getattr(self.view, "basename", "")).replace("-", " ")
        if self._action == "retrieve":
            return f"Read one {noun}"
        if self._action == "list" and not getattr(self.view, "is_one_answer", False):
            return f"List {self.path.rstrip('/').rpartition('/')[2].replace('-', ' ')}"
        if hasattr(handler, "alias"):
            return f"Deprecated: use {handler.alias_of}"
        text = (handler.__doc__ if self._action != "list" else type(self.view).__doc__) or ""
        return _FIRST_WORDS.split(text.strip(), maxsplit=1)[0]

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """The operation, with the scope that a token needs for it."""
        operation = super().get_operation(*args, **kwargs)
        if operation is not None and (scope := scope_of(self.view, self.method)) is not None:
            operation["x-scope"] = scope.value
        for parameter in (operation or {}).get("parameters", ()):
            if parameter["name"] in getattr(self.view, "filter_parameters", ()):
                parameter["allowEmptyValue"] = True
        return operation

    def is_deprecated(self) -> bool:
        """A former name of a verb is."""
        return hasattr(self._handler(), "alias") or bool(super().is_deprecated())

    def get_request_serializer(self) -> Any:
        """What the handler takes."""
        takes = getattr(self._handler(), "takes", None)
        if takes is EmptySerializer:
            return None
        return takes or super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        """The view's serializer, with the handler's status."""
        status = getattr(self._handler(), "answers", None)
        serializer = getattr(self.view, "serializer_class", None)
        return {status: serializer} if status else super().get_response_serializers()

    def _is_list_view(self, serializer: Any = None) -> bool:
        """An AnswerViewSet's list is one object."""
        if getattr(self.view, "is_one_answer", False):
            return False
        return bool(super()._is_list_view(serializer))

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, object]:
        answers: dict[str, object] = super()._get_response_bodies(direction)
        statuses = [status for status in _ERRORS if status != "412" or self._can_be_stale()]
        if self.method == "DELETE":  # drf-spectacular's own has no headers
            answers = {"204": self._response(None, "204", direction, _DELETED)}
        if self.method == "GET" and self._is_of_record():
            answers |= {"304": self._response(None, "304", direction, _NOT_MODIFIED)}
        errors = {status: self._response(ErrorSerializer, status, direction, _ERRORS[status]) for status in statuses}
        return answers | errors

    def _response(self, serializer: object, status: str, direction: object, words: str) -> dict[str, object]:
        answer: dict[str, object] = self._get_response_for_code(serializer, status, direction=direction)  # type: ignore[no-untyped-call]  # drf-spectacular has no types here
        return answer | {"description": words}

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        """The filters with what may be chosen; an empty value is no filter."""
        parameters: list[dict[str, Any]] = super()._get_filter_parameters()  # type: ignore[no-untyped-call]  # drf-spectacular has no types here
        filters = getattr(getattr(self.view, "filterset_class", None), "base_filters", {})
        for parameter in parameters:
            parameter["allowEmptyValue"] = True
            choices = getattr(filters.get(parameter["name"]), "extra", {}).get("choices")
            # Of a class of choices drf-spectacular thinks that it changes.
            if isinstance(choices, type) and issubclass(choices, Choices):
                schema = parameter["schema"]
                schema.get("items", schema)["enum"] = choices.values
        return parameters

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """A list of records that must name one says so."""
        schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]  # drf-spectacular has no types here
        if isinstance(field, ManyRelatedField) and not field.read_only and not field.allow_empty:
            schema["minItems"] = 1
        return schema

    def _is_of_record(self) -> bool:
        """Whether one record is answered, which carries its tag."""
        handler = self._handler()
        return hasattr(self.view, "record_response") and (
            self._action == "retrieve" or hasattr(handler, "takes") or hasattr(handler, "shows_record")
        )

    def _can_be_stale(self) -> bool:
        """Whether the request changes a record that is there, and so takes the tag that was read."""
        return bool(getattr(self.view, "detail", False)) and hasattr(self._handler(), "takes")

    @property
    def _action(self) -> str:
        return getattr(self.view, "action", None) or ""

    def _handler(self) -> Any:
        return getattr(self.view, self._action, None)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # drf-spectacular has no types here
    """A bearer token; importing the class is enough to register it."""

    target_class = "config.base.rest.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer token, and what its scopes open; each operation names its own as `x-scope`."""
        scopes = "\n".join(f"- `{scope.value}`: {scope.label}" for scope in OFFERED)
        return {"type": "http", "scheme": "bearer", "description": f"A token opens what its scopes say:\n\n{scopes}"}
