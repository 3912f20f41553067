"""The table of saved views."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.web.tables import LinkColumn, Table, TimeColumn
from oncall.models import SavedView
from oncall.saved_views import saving


class SavedViewTable(Table):
    """Saved views, each with a link to change it."""

    name = LinkColumn(css="row-title")
    path = tables.Column(verbose_name="List")
    team = tables.Column(accessor="team__name", order_by="team__name", verbose_name="For", default="you")
    updated_at = TimeColumn(verbose_name="Saved")
    change = tables.Column(accessor="pk", orderable=False, verbose_name="")

    class Meta(Table.Meta):
        model = SavedView
        fields = ("name", "path", "team", "updated_at", "change")

    def render_path(self, value: str) -> str:
        """The list's title, or its address if the list no longer exists."""
        page = saving.list_at(value)
        return page.title if page else value

    def render_change(self, value: int) -> SafeString:
        """A link to its own page."""
        return format_html('<a href="{}">Change…</a>', reverse("oncall:view", args=[value]))

    def value_change(self, value: int) -> int:
        """Its id, for CSV."""
        return value
