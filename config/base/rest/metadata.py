"""The answer to OPTIONS: what an address takes, the verbs below it, and the scope of each."""

from typing import TYPE_CHECKING

from rest_framework.metadata import SimpleMetadata
from rest_framework.request import Request

from config.base.rest.scopes import SAFE_METHODS, handlers, scope_of

if TYPE_CHECKING:  # DRF's views import this module by its settings
    from rest_framework.views import APIView


class Metadata(SimpleMetadata):
    """For people at a terminal; programs read the OpenAPI document."""

    def determine_metadata(self, request: Request, view: "APIView") -> dict[str, object]:
        """The methods of the address, with their fields; of a record, also the verbs below it."""
        action_map: dict[str, str] = getattr(view, "action_map", None) or {}
        methods = {
            method.upper(): self._describe(view, method, getattr(view, name))
            for method, name in sorted(action_map.items())
            if method != "options"
        }
        answer: dict[str, object] = {"description": view.get_view_description(), "methods": methods}
        return answer | ({"verbs": self._verbs(request, view)} if "retrieve" in action_map.values() else {})

    def _verbs(self, request: Request, view: "APIView") -> dict[str, object]:
        """What can be done below the record, by its address."""
        return {
            f"{request.path}{handler.url_path}/": {"method": method.upper()} | self._describe(view, method, handler)
            for method, _, handler in handlers(type(view))
            if getattr(handler, "detail", False) and not hasattr(handler, "alias")
        }

    def _describe(self, view: "APIView", method: str, handler: object) -> dict[str, object]:
        scope = getattr(handler, "scope", None) or (scope_of(view, method) if method in SAFE_METHODS else None)
        described: dict[str, object] = {"description": (handler.__doc__ or "").strip(), "scope": scope}
        if takes := getattr(handler, "takes", None):
            context = {"request": view.request, "view": view}
            described["fields"] = self.get_serializer_info(takes(context=context))
        return described
