"""The list of pages."""

from django.db.models import QuerySet

from config.base.web.views import ListPage
from oncall import subjects
from oncall.filters.paging import PageFilter
from oncall.models import Page
from oncall.tables.paging import PageTable
from oncall.views import tabs


class PageList(ListPage):
    """All pages that the reader may see."""

    title = "Pages"
    icon = "bell-ringing"
    tabs = tabs.PAGING
    queryset = Page.objects.select_related("user", "escalation").order_by("-created_at")
    table_class = PageTable
    filterset_class = PageFilter
    filters = ("state", "channel", "recipient")
    empty = "Nobody has been paged yet."
    refresh = 8

    def get_queryset(self) -> QuerySet[Page]:
        """Those whose subject the reader may see."""
        return super().get_queryset().filter(subjects.visible(self.person, prefix="escalation__"))
