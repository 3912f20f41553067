"""The table of calendars."""

import django_tables2 as tables

from config.base.web.tables import LinkColumn, Table
from oncall.calendars import countries
from oncall.models import Calendar


class CalendarTable(Table):
    """Calendars."""

    name = LinkColumn(css="row-title")
    country = tables.Column(default="own days off")
    subdivision = tables.Column(default="")
    coming = tables.Column(verbose_name="Coming days")
    in_use_by = tables.Column(verbose_name="Used by")

    class Meta(Table.Meta):
        model = Calendar
        fields = ("name", "country", "subdivision", "coming", "in_use_by")

    def render_country(self, value: str) -> str:
        """Its name."""
        return countries.names().get(value, value)
