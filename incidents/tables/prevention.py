"""Tables of restored incidents and of action items."""

from datetime import date
from typing import Any

import django_tables2 as tables
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.base.web import display
from config.base.web.tables import FlagColumn, LinkColumn, Table, TagColumn, TimeColumn
from incidents.models import ActionItem, Ticket
from incidents.prevention import conditions
from incidents.tables.severities import SeverityColumn


class RestoredTable(Table):
    """Restored, prevention open: since when, and what each incident waits for."""

    title = LinkColumn(css="wide row-title")
    reference = tables.Column(verbose_name="Number", order_by="number", attrs={"td": {"class": "text-nowrap"}})
    severity = SeverityColumn()
    service = tables.Column(order_by="service__name")
    team = tables.Column(order_by="team__name", verbose_name="Assigned team")
    restored_at = TimeColumn(verbose_name="Restored")
    waits_for = tables.Column(
        verbose_name="Waits for", empty_values=(), orderable=False, attrs={"td": {"class": "wide"}}
    )

    class Meta(Table.Meta):
        model = Ticket
        fields = ("title", "reference", "severity", "service", "team", "restored_at", "waits_for")

    @cached_property
    def _on_this_page(self) -> dict[int, list[conditions.Condition]]:
        return conditions.resolution_conditions_of_all([row.record for row in self.paginated_rows])

    @cached_property
    def _on_all_pages(self) -> dict[int, list[conditions.Condition]]:
        return conditions.resolution_conditions_of_all([row.record for row in self.rows])

    def render_waits_for(self, record: Any) -> SafeString:
        """Each open condition in a link."""
        waiting = [condition for condition in self._on_this_page[record.pk] if not condition.is_met]
        return format_html_join(
            "",
            '<div class="stacked-link"><a href="{}">{}</a></div>',
            ((condition.url, condition.text) for condition in waiting),
        )

    def value_waits_for(self, record: Any) -> str:
        """The texts without links, for CSV."""
        return "; ".join(condition.text for condition in self._on_all_pages[record.pk] if not condition.is_met)


class ActionItemTable(Table):
    """Action items of incidents and problems."""

    title = LinkColumn(css="wide row-title")
    ticket = LinkColumn(to="ticket", accessor="ticket__reference", verbose_name="Ticket", order_by="ticket__number")
    owner = tables.Column(accessor="owner__name", order_by="owner__name", verbose_name="Owner", default="the team")
    team = tables.Column(order_by="team__name", verbose_name="Team")
    due_on = tables.Column(verbose_name="Due", attrs={"td": {"class": "text-nowrap"}})
    is_priority = FlagColumn("priority", family="wait", verbose_name="Priority")
    status = TagColumn(family="action")

    class Meta(Table.Meta):
        model = ActionItem
        fields = ("title", "ticket", "owner", "team", "due_on", "is_priority", "status")

    def row_mark(self, record: Any) -> SafeString | str:
        """A red edge for overdue items."""
        is_overdue = record.status == "open" and record.due_on < self.at.date()
        return format_html(' class="{}"', "is-loud") if is_overdue else ""

    def render_due_on(self, value: date) -> SafeString:
        """The day."""
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), display.date_text(value))

    def value_due_on(self, value: Any) -> str:
        """As an ISO date, for CSV."""
        return str(value.isoformat())
