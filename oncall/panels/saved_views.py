"""The panel of saved views above their list."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from config.base.web import panels
from config.base.web.views import ListPage
from oncall.models import SavedView
from oncall.saved_views import saving


def _context(request: HttpRequest, page: ListPage) -> dict[str, object]:
    """The reader's own and their teams' views of this list, in ONE query, and the link to save this view."""
    try:
        current = saving.canonical(request.META.get("QUERY_STRING", ""), keep_empty=page.keep_empty)
    except saving.SavedViewRefused:
        current = ""
    path = page.address()
    rows = SavedView.objects.visible_to(request.user).filter(path=path).select_related("team")
    views = [(view, view.query == current) for view in rows.order_by("team__name", "position", "pk")]
    views.sort(key=lambda pair: pair[0].team_id is not None)  # the reader's own views come first
    is_saved = any(is_current for _, is_current in views)
    parameters = urlencode({"path": path, "query": current})
    return {
        "views": views,
        "save": f"{reverse('oncall:view-new')}?{parameters}" if current and not is_saved else "",
    }


def register() -> None:
    """Add the panel; called from `ready()`."""
    panels.register(panels.Panel("list", 10, "oncall/saved_views/panel_saved_views.html", _context))
