"""Rest after a hard night, offered on the responder's screen."""

from typing import Any

from django.utils import timezone

from config.base.web import panels
from oncall.cover import relief


def _rest(request: Any, record: Any) -> dict[str, Any] | None:
    """For whoever is signed in, once somebody has answered: before that only one thing matters."""
    if not request.user.is_authenticated or (record.is_open and record.acknowledged_at is None):
        return None
    found = relief.offer(request.user, at=timezone.now())
    return {"relief": found} if found else None


def register() -> None:
    """Add the panel; called from `ready()`."""
    panels.register(panels.Panel("respond", 90, "oncall/cover/panel_relief_phone.html", _rest))
