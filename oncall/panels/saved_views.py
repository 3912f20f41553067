"""Saved views above the list that they belong to."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from config.base.web import panels
from config.base.web.views import ListPage
from oncall.models import SavedView
from oncall.saved_views import saving


def _saved(request: HttpRequest, page: ListPage) -> dict[str, Any]:
    """The reader's own and their teams' views of this list, in ONE query, and the way to keep this state."""
    try:
        here = saving.canonical(request.META.get("QUERY_STRING", ""), keep_empty=page.keep_empty)
    except saving.SavedViewRefused:
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


def register() -> None:
    """Add the panel; called from `ready()`."""
    panels.register(panels.Panel("list", 10, "oncall/saved_views/panel_saved_views.html", _saved))
