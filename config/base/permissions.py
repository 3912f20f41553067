"""Who may do what: roles as groups, scopes of tokens, and nothing unless it is allowed."""

from typing import TYPE_CHECKING, Any

from django.db import models
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class Role(models.TextChoices):
    """The groups that exist from the first migration on; permissions hang on them."""

    AGENT = "Service desk agent", "Service desk agent"
    RESPONDER = "Responder", "Responder"
    COMMANDER = "Incident commander", "Incident commander"
    MANAGER = "Manager", "Manager"
    PRACTICE = "Practice owner", "Practice owner"
    ADMINISTRATOR = "Administrator", "Administrator"


def has_role(user: Any, *roles: Role) -> bool:
    """Whether the person is in one of these groups; a superuser is in all of them."""
    if not user.is_authenticated:
        return False
    if user.is_superuser:
        return True
    held = getattr(user, "_held_roles", None)
    if held is None:
        held = user._held_roles = set(user.groups.values_list("name", flat=True))
    return any(role.value in held for role in roles)


class ScopedAccess(BasePermission):
    """Signed in, and the token's scope covers the deed: GET needs read, a verb its own, the rest write."""

    message = "This token may not do that. Its owner can make one with a wider scope."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Deny by default: no sign-in, no answer; a token without the scope, 403."""
        if not request.user or not request.user.is_authenticated:
            return False
        if request.auth is None:
            return True
        return bool(self._needed(request, view) & set(request.auth.scopes))

    @staticmethod
    def _needed(request: Request, view: "APIView") -> set[str]:
        if request.method in SAFE_METHODS:
            return {"read", "write"}
        action = getattr(view, "action", None) or ""
        verb_scope = getattr(getattr(view, action, None), "kwargs", {}).get("scope") if action else None
        return {verb_scope or getattr(view, "write_scope", "write"), "write"}
