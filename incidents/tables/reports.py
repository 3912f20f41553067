"""The table of the records behind a figure."""

import django_tables2 as tables

from config.base.web.tables import DurationColumn, LinkColumn, Table, TimeColumn
from incidents.models import Ticket
from incidents.reports import metrics
from incidents.tables.severities import SeverityColumn


class RecordTable(Table):
    """The records behind a figure. Its rows need `seconds` and `outcome`; `measure` names the outcome."""

    measure = metrics.MEASURES["restore"]
    title = LinkColumn(css="wide row-title")
    reference = tables.Column(verbose_name="Number", order_by="number", attrs={"td": {"class": "text-nowrap"}})
    severity = SeverityColumn()
    service = tables.Column(order_by="service__name")
    team = tables.Column(order_by="team__name", verbose_name="Assigned team")
    impact_started_at = TimeColumn(verbose_name="Impact began")
    seconds = DurationColumn(verbose_name="Took")
    outcome = tables.Column(verbose_name="Counted")
    created_at = TimeColumn(verbose_name="Created", visible=False)

    class Meta(Table.Meta):
        model = Ticket
        fields = (
            "title", "reference", "severity", "service", "team", "impact_started_at", "seconds", "outcome",
            "created_at",
        )  # fmt: skip

    def render_outcome(self, value: str) -> str:
        """Counted, or why not."""
        return self.measure.outcome_label(value)

    def value_outcome(self, value: str) -> str:
        """The same, for CSV."""
        return self.measure.outcome_label(value)
