"""Tables of postmortems."""

from datetime import date
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.web import badges, display
from config.base.web.tables import LinkColumn, Table, TagColumn, TimeColumn
from incidents.tables.severities import SeverityColumn
from postmortems.models import Postmortem


class PostmortemTable(Table):
    """Postmortems; overdue ones in red."""

    title = LinkColumn(accessor="ticket__title", order_by="ticket__title", css="wide row-title")
    ticket = LinkColumn(
        to="ticket",
        accessor="ticket__reference",
        verbose_name="Incident",
        order_by="ticket__number",
        css="text-nowrap",
    )
    severity = SeverityColumn(accessor="ticket__severity", order_by="ticket__severity__position")
    status = TagColumn(family="postmortem")
    due_on = tables.Column(verbose_name="Due", attrs={"td": {"class": "text-nowrap"}})
    team = tables.Column(accessor="ticket__team", verbose_name="Assigned team", order_by="ticket__team__name")
    owner = tables.Column(accessor="owner__name", verbose_name="Owner", default="nobody yet")
    restored_at = TimeColumn(verbose_name="Restored")

    class Meta(Table.Meta):
        model = Postmortem
        fields = ("title", "ticket", "severity", "status", "due_on", "team", "owner", "restored_at")

    def row_mark(self, record: Any) -> SafeString | str:
        """A red edge for an overdue postmortem."""
        return format_html(' class="{}"', "is-loud") if record.is_overdue(self.at.date()) else ""

    def render_due_on(self, value: date, record: Postmortem) -> SafeString:
        """The day, with a tag once it is overdue."""
        overdue = badges.badge("unowned", "yes", "overdue") if record.is_overdue(self.at.date()) else ""
        return format_html('<time datetime="{}">{}</time> {}', value.isoformat(), display.date_text(value), overdue)

    def value_due_on(self, value: date) -> str:
        """The day, for CSV."""
        return value.isoformat()
