"""The table of alerts."""

import django_tables2 as tables

from config.base.web.tables import LinkColumn, Table, TagColumn, TimeColumn
from incidents.models import Alert


class AlertTable(Table):
    """Alerts as their senders report them."""

    title = LinkColumn(css="wide row-title")
    status = TagColumn(family="alert")
    severity_word = tables.Column(verbose_name="Sender's severity")
    integration = LinkColumn(to="integration", order_by="integration__name")
    service = tables.Column(accessor="integration__service__name", verbose_name="Service")
    count = tables.Column(verbose_name="Count", attrs={"td": {"class": "num"}})
    opened_at = TimeColumn(verbose_name="Opened")
    last_event_at = TimeColumn(verbose_name="Last event")
    ticket = LinkColumn(to="ticket", accessor="ticket__reference", verbose_name="Incident", order_by="ticket__number")

    class Meta(Table.Meta):
        model = Alert
        fields = (
            "title",
            "status",
            "severity_word",
            "integration",
            "service",
            "count",
            "opened_at",
            "last_event_at",
            "ticket",
        )
