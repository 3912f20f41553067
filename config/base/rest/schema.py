"""The OpenAPI document: what actions take and answer, how tokens are sent, the one shape of errors."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from config.base.rest import idempotency
from config.base.rest.errors import ErrorSerializer
from config.base.rest.scopes import OFFERED, scope_of
from config.base.rest.serializers import EmptySerializer


class Schema(AutoSchema):
    """OpenAPI: what an action takes and answers, and the one shape of errors everywhere."""

    def get_override_parameters(self) -> list[Any]:
        """The view's own parameters, and the Idempotency-Key of every POST."""
        parameters = list(super().get_override_parameters())
        if self.method != "POST":
            return parameters
        text = (
            "A request with the same key and body within 24 hours gets the first answer again; nothing is done twice."
        )
        return [*parameters, OpenApiParameter(idempotency.HEADER, str, OpenApiParameter.HEADER, description=text)]

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """The operation, with the scope that a token needs for it."""
        operation = super().get_operation(*args, **kwargs)
        if operation is not None and (scope := scope_of(self.view, self.method)) is not None:
            operation["x-scope"] = scope.value
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
        serializer: Any = getattr(self.view, "serializer_class", None)
        return {status: serializer} if status else super().get_response_serializers()

    def _is_list_view(self, serializer: Any = None) -> bool:
        """An AnswerViewSet's list is one object."""
        if getattr(self.view, "is_one_answer", False):
            return False
        return bool(super()._is_list_view(serializer))

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        answers: dict[str, Any] = super()._get_response_bodies(direction)
        error = self._get_response_for_code(ErrorSerializer, "4XX", direction=direction)  # type: ignore[no-untyped-call]  # drf-spectacular has no types here
        return answers | {"4XX": error}

    def _handler(self) -> Any:
        return getattr(self.view, getattr(self.view, "action", None) or "", None)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # drf-spectacular has no types here
    """A bearer token; importing the class is enough to register it."""

    target_class = "config.base.rest.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token, and what its scopes open; each operation names its own as `x-scope`."""
        scopes = "\n".join(f"- `{scope.value}`: {scope.label}" for scope in OFFERED)
        return {"type": "http", "scheme": "bearer", "description": f"A token opens what its scopes say:\n\n{scopes}"}
