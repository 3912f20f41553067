"""The table of schedules."""

import django_tables2 as tables

from config.base.web.tables import LinkColumn, Table
from oncall.models import Schedule


class ScheduleTable(Table):
    """Schedules."""

    name = LinkColumn(css="row-title")
    team = LinkColumn(to="team", order_by="team__name")
    description = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = Schedule
        fields = ("name", "team", "description")
