"""The table of escalations."""

import django_tables2 as tables

from config.base.web.tables import LinkColumn, Table, TagColumn, TimeColumn
from oncall.models import Escalation


class EscalationTable(Table):
    """Running and past escalations."""

    title = LinkColumn(css="wide row-title")
    state = TagColumn(family="escalation")
    team = tables.Column(order_by="team__name")
    policy = tables.Column(order_by="policy__name", default="none")
    round = tables.Column()
    triggered_at = TimeColumn(verbose_name="Triggered")
    next_at = TimeColumn(verbose_name="Next step")
    acknowledged_by = tables.Column(accessor="acknowledged_by__name", verbose_name="Acknowledged by")
    exhausted_at = TimeColumn(verbose_name="Ran out of steps")

    class Meta(Table.Meta):
        model = Escalation
        fields = (
            "title",
            "state",
            "team",
            "policy",
            "round",
            "triggered_at",
            "next_at",
            "acknowledged_by",
            "exhausted_at",
        )
