"""The panel that offers relief after a hard night on the responder's screen."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from config.base.web import panels
from oncall.cover import relief


def _relief(request: HttpRequest, record: Any) -> dict[str, object] | None:
    """Only for a signed-in person, and not before an open incident is acknowledged."""
    if not request.user.is_authenticated or (record.is_open and record.acknowledged_at is None):
        return None
    offer = relief.relief_offer(request.user, at=timezone.now())
    return {"relief": offer} if offer else None


def register() -> None:
    """Register the panel; called from `ready()`."""
    panels.register(panels.Panel("respond", 90, "oncall/cover/panel_relief_phone.html", _relief))
