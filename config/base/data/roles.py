"""Roles of people: groups that exist from the first migration on."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:  # DRF's views import this module by its settings
    pass


class Role(models.TextChoices):
    """The groups that exist from the first migration on; permissions depend on them."""

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
