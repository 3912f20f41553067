"""The table of severities, and the column that shows one."""

from typing import Any

import django_tables2 as tables
from django.utils.safestring import SafeString

from config.base.data.retirement import marked
from config.base.web import badges
from config.base.web.tables import FlagColumn, Table
from incidents.models import Severity


class SeverityColumn(tables.Column):
    """A severity in its rank's color."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{"order_by": "severity__position"} | options)

    def render(self, value: Severity) -> SafeString:
        """The name in its color."""
        return badges.badge("severity", value.rank, marked(value))

    def value(self, value: Severity) -> str:
        """The name, for CSV."""
        return value.name


class SeverityTable(Table):
    """What each severity means and what it starts."""

    name = tables.Column(order_by="position", attrs={"td": {"class": "row-title"}})
    title = tables.Column()
    description = tables.Column(orderable=False, attrs={"td": {"class": "wide"}})
    pages = FlagColumn("pages", verbose_name="Pages")
    urgency = tables.Column(verbose_name="Notification urgency")
    needs_prevention = FlagColumn("needed", verbose_name="Needs prevention")

    class Meta(Table.Meta):
        model = Severity
        fields = ("name", "title", "description", "pages", "urgency", "needs_prevention")

    def render_name(self, record: Any) -> SafeString:
        """In its rank's color."""
        return badges.badge("severity", record.rank, marked(record))

    def value_name(self, value: str) -> str:
        """The bare name, for CSV."""
        return value
