"""Who may do what with the engine."""

from typing import Any

from config.base.permissions import Role, has_role


def can_operate(user: Any) -> bool:
    """Resend and discard dead letters: commanders, managers and administrators."""
    return has_role(user, Role.COMMANDER, Role.MANAGER, Role.ADMINISTRATOR)


def can_keep_calendars(user: Any) -> bool:
    """Change calendars, which decide who stands by: managers, practice owners and administrators."""
    return has_role(user, Role.MANAGER, Role.PRACTICE, Role.ADMINISTRATOR)
