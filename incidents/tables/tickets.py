"""The plain table of tickets: of a service, and of problems."""

from typing import Any

import django_tables2 as tables
from django.utils.safestring import SafeString

from config.base.web import badges, display
from config.base.web.markup import fill
from config.base.web.tables import DurationColumn, LinkColumn, Table, TagColumn, TimeColumn
from incidents.categories.custom_fields import Value, print_value
from incidents.models import Ticket
from incidents.tables.clocks import NextDueTable
from incidents.tables.severities import SeverityColumn


class TicketTable(NextDueTable):
    """Tickets, a column a fact. Rows need `open_clocks`, and `is_unowned`: a team was paged, nobody has answered."""

    title = LinkColumn(css="wide row-title")
    reference = tables.Column(verbose_name="Number", order_by="number", attrs={"td": {"class": "text-nowrap"}})
    severity = SeverityColumn()
    priority = tables.Column()
    status = TagColumn(family="status")
    service = tables.Column(order_by="service__name")
    team = tables.Column(order_by="team__name", verbose_name="Assigned team")
    assignee = tables.Column(accessor="assignee__name", verbose_name="Assignee", default="unassigned")
    age = DurationColumn(verbose_name="Age", empty_values=(), order_by="-impact_started_at")
    created_at = TimeColumn(verbose_name="Created", visible=False)
    category = tables.Column(visible=False)
    custom = tables.Column(verbose_name="Fields of the category", visible=False, orderable=False)

    class Meta(Table.Meta):
        model = Ticket
        fields = (
            "title",
            "reference",
            "severity",
            "priority",
            "status",
            "next_due",
            "service",
            "team",
            "assignee",
            "age",
            "created_at",
            "sla_due_at",
            "minutes_left",
            "clock_state",
            "paused_by",
            "category",
            "custom",
        )
        sequence: tuple[str, ...] = fields

    def row_mark(self, record: Any) -> SafeString | str:
        """A red edge while nobody has answered."""
        return fill(' class="{}"', "is-loud") if getattr(record, "is_unowned", False) else ""

    def render_title(self, value: str, record: Any) -> SafeString:
        """The title as a link, with a tag while nobody has answered."""
        tag = badges.badge("unowned", "yes", "unanswered") if getattr(record, "is_unowned", False) else ""
        return fill('<span><a href="{}">{}</a> {}</span>', record.get_absolute_url(), value, tag)

    def value_title(self, value: str) -> str:
        """The bare title, for CSV."""
        return value

    def render_priority(self, value: int) -> SafeString:
        """As P1."""
        return fill('<span class="priority">P{}</span>', value)

    def value_priority(self, value: int) -> int:
        """The bare number, for CSV."""
        return value

    def value_custom(self, value: dict[str, Value]) -> str:
        """Names and values, for CSV."""
        return "; ".join(f"{name}: {print_value(part)}" for name, part in sorted(value.items()))

    def render_age(self, record: Any) -> SafeString:
        """The time from the start of the impact to restoration, or to now."""
        return display.time_element(
            record.impact_started_at, at=self.at, text=display.duration_text(record.age(self.at))
        )

    def value_age(self, record: Any) -> int:
        """In whole minutes, for CSV."""
        return int(record.age(self.at) // 60)
