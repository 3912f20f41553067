"""Tables of services and their readiness."""

from typing import Any

import django_tables2 as tables

from config.base.web.tables import LinkColumn, Table, TimeColumn
from incidents.models import Service, ServiceReadiness


class ServiceTable(Table):
    """The service catalog."""

    name = LinkColumn(css="row-title")
    kind = tables.Column()
    tier = tables.Column()
    team = LinkColumn(to="team", order_by="team__name")
    escalation_policy = tables.Column(
        verbose_name="Pages by", order_by="escalation_policy__name", default="the team's policy"
    )

    class Meta(Table.Meta):
        model = Service
        fields = ("name", "kind", "tier", "team", "escalation_policy")


class ReadinessTable(Table):
    """Services by their readiness."""

    service = LinkColumn(to="service", order_by="service__name", css="row-title")
    tier = tables.Column(accessor="service__tier", verbose_name="Tier")
    team = LinkColumn(to="service__team", accessor="service__team", order_by="service__team__name")
    score = tables.Column(verbose_name="Score")
    failing = tables.Column(orderable=False, empty_values=(), verbose_name="To fix", attrs={"td": {"class": "wide"}})
    checked_at = TimeColumn(verbose_name="Checked")

    class Meta(Table.Meta):
        model = ServiceReadiness
        fields = ("service", "tier", "team", "score", "failing", "checked_at")

    def render_score(self, record: Any) -> str:
        """The percentage, and how many of how many."""
        return f"{record.score} %, {record.passed} of {record.total}"

    def render_failing(self, record: Any) -> str:
        """One sentence for each failing check."""
        return " ".join(dict.fromkeys(str(item["wrong"]) for item in record.failing)) or "nothing"
