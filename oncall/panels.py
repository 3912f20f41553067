"""What on-call adds to pages: saved views above lists, and rest after a hard night on the responder's screen."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from config.base import panels
from config.base.views import ListPage
from oncall import relief, saved_views
from oncall.models import SavedView


def _saved(request: HttpRequest, page: ListPage) -> dict[str, Any]:
    """The reader's own and their teams' views of this list, in ONE query, and the way to keep this state."""
    try:
        here = saved_views.canonical(request.META.get("QUERY_STRING", ""), told_empty=page.told_empty)
    except saved_views.Refused:
        here = ""
    path = page.address()
    rows = SavedView.objects.visible_to(request.user).filter(path=path).select_related("team")
    found = [(view, view.query == here) for view in rows.order_by("team__name", "position", "pk")]
    found.sort(key=lambda one: one[0].team_id is not None)  # one's own come first
    is_kept = any(is_current for _, is_current in found)
    ask = urlencode({"path": path, "query": here})
    return {
        "views": found,
        "save": f"{reverse('oncall:view-new')}?{ask}" if here and not is_kept else "",
    }


def _rest(request: Any, record: Any) -> dict[str, Any] | None:
    """For whoever is signed in, once somebody has answered: before that only one thing matters."""
    if not request.user.is_authenticated or (record.is_open and record.acknowledged_at is None):
        return None
    found = relief.offer(request.user, at=timezone.now())
    return {"relief": found} if found else None


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register(panels.Panel("list", 10, "oncall/panel_saved_views.html", _saved))
    panels.register(panels.Panel("respond", 90, "oncall/panel_relief_phone.html", _rest))
