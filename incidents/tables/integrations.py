"""The table of integrations."""

import django_tables2 as tables

from config.base.web.tables import LinkColumn, Table, TimeColumn
from incidents.models import Integration


class IntegrationTable(Table):
    """Integrations."""

    name = LinkColumn(css="row-title")
    kind = tables.Column()
    service = LinkColumn(to="service", order_by="service__name")
    default_severity = tables.Column(order_by="default_severity__position")
    key_hint = tables.Column(verbose_name="Key begins with", orderable=False)
    paused_at = TimeColumn(verbose_name="Paused")

    class Meta(Table.Meta):
        model = Integration
        fields = ("name", "kind", "service", "default_severity", "key_hint", "paused_at")
