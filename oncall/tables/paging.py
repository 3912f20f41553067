"""The table of pages."""

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.web.tables import Table, TagColumn, TimeColumn
from oncall.models import Escalation, Page


class PageTable(Table):
    """Pages, newest first; addresses are not shown."""

    user = tables.Column(accessor="user__name", verbose_name="To", attrs={"td": {"class": "row-title"}})
    about = tables.Column(accessor="escalation", orderable=False, attrs={"td": {"class": "wide"}})
    channel = tables.Column()
    state = TagColumn(family="page")
    due_at = TimeColumn(verbose_name="Due")
    sent_at = TimeColumn(verbose_name="Sent")
    accepted_at = TimeColumn(verbose_name="Accepted")
    attempts = tables.Column(verbose_name="Attempts")
    last_error = tables.Column(verbose_name="Last error", orderable=False)

    class Meta(Table.Meta):
        model = Page
        fields = ("user", "about", "channel", "state", "due_at", "sent_at", "accepted_at", "attempts", "last_error")

    def render_about(self, value: Escalation) -> SafeString:
        """A link to the record it is about."""
        return format_html('<a href="{}">{}</a>', value.get_absolute_url(), value.title)

    def value_about(self, value: Escalation) -> str:
        """The title alone, for CSV."""
        return value.title
