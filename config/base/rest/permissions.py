"""Who may use an endpoint: scopes of tokens, roles, and nothing unless it is allowed."""

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # DRF's views import this module by its settings
    from rest_framework.views import APIView
from config.base.data import rights


class ScopedAccess(BasePermission):
    """Signed in, and the token's scope covers the request: GET needs read, an action its own scope, the rest write."""

    message = "This token may not do that. Its owner can create one with a wider scope."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Deny by default: no sign-in, no answer; a token without the scope, 403."""
        if not request.user or not request.user.is_authenticated:
            return False
        if request.auth is None:
            return True
        token: Any = request.auth
        return bool(self._needed(request, view) & set(token.scopes))

    @staticmethod
    def _needed(request: Request, view: "APIView") -> set[str]:
        """The scopes that are enough, each by itself; an action declares its own, the default is write."""
        if request.method in SAFE_METHODS:
            return {"read", "write"}
        return {getattr(view, "scope", None) or "write", "write"}


def require_right(code: str) -> type[BasePermission]:
    """A permission for people with this right of the table."""

    class Only(BasePermission):
        @property
        def message(self) -> str:
            return rights.who_can(code)

        def has_permission(self, request: Request, view: "APIView") -> bool:
            return bool(request.user.has_perm(code))

    return Only
