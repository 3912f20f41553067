"""Who may use an endpoint: scopes of tokens, roles, and nothing unless it is allowed."""

from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # DRF's views import this module by its settings
    from rest_framework.views import APIView
from config.base.data import rights
from config.base.rest.scopes import is_open, scope_of


class ScopedAccess(BasePermission):
    """Signed in, and the token holds the scope that the verb declares; GET needs `read`."""

    message = "This token may not do that. Its owner can create one with a wider scope."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Deny by default: no sign-in, no answer; a token without the scope, 403 that names it."""
        if not request.user or not request.user.is_authenticated:
            return False
        needed = scope_of(view, request.method or "")
        if needed is None:
            # Nothing of ours writes without a scope, so nobody answers this method here.
            raise MethodNotAllowed(request.method or "")
        token: Any = request.auth
        if token is None:
            return True
        basename, action = getattr(view, "basename", None) or "", getattr(view, "action", None) or ""
        if is_open(set(token.scopes), needed=needed, basename=basename, action=action):
            return True
        self.message = (
            f"This needs the scope `{needed}`; this token has {', '.join(f'`{scope}`' for scope in token.scopes)}."
            " Its owner can create one with that scope."
        )
        return False


def require_right(code: str) -> type[BasePermission]:
    """A permission for people with this right of the table."""

    class Only(BasePermission):
        @property
        def message(self) -> str:
            return rights.who_can(code)

        def has_permission(self, request: Request, view: "APIView") -> bool:
            return bool(request.user.has_perm(code))

    return Only
