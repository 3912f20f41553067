"""The tables of the records behind a figure."""

from collections.abc import Iterator

import django_tables2 as tables
from django.utils import timezone

from config.base.web import display
from config.base.web.tables import DurationColumn, LinkColumn, Table, TagColumn, TimeColumn
from incidents.models import SlaCycle, Ticket
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


class MinutesColumn(tables.Column):
    """Whole minutes, as hours and minutes on the page; in CSV as minutes, as its head says."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{"attrs": {"td": {"class": "text-nowrap num"}}} | options)

    @property
    def export_head(self) -> str:
        """The head in CSV, with the unit."""
        return f"{self.verbose_name} (minutes)"

    def render(self, value: int) -> str:
        """As 26 h 5 min."""
        return display.minutes_text(value)

    def value(self, value: int) -> int:
        """In minutes, for CSV."""
        return value


class SlaClockTable(Table):
    """Clocks and what was recorded about them. Its rows need what `with_corrections` adds."""

    title = LinkColumn(to="ticket", accessor="ticket__title", verbose_name="Ticket", css="wide row-title")
    reference = tables.Column(
        accessor="ticket__reference", verbose_name="Number", order_by="ticket__number",
        attrs={"td": {"class": "text-nowrap"}},
    )  # fmt: skip
    metric = tables.Column(verbose_name="Promise")
    kind = tables.Column(verbose_name="Promise to")
    team = tables.Column(verbose_name="Team of the OLA", accessor="team__name", order_by="team__name")
    target = tables.Column(accessor="version__target__name", verbose_name="Target")
    state = TagColumn(family="sla", verbose_name="State")
    goal_minutes = MinutesColumn(verbose_name="Goal")
    elapsed_minutes = MinutesColumn(verbose_name="Elapsed")
    decided_at = TimeColumn(verbose_name="Kept or broken")
    breach_recorded_at = TimeColumn(verbose_name="Breach recorded")
    remarks = tables.Column(verbose_name="Waiver and remarks", empty_values=(), orderable=False)
    service = tables.Column(order_by="service__name")
    owner = tables.Column(order_by="owner__name", verbose_name="Team")
    source = tables.Column(verbose_name="From")

    class Meta(Table.Meta):
        model = SlaCycle
        fields = (
            "title", "reference", "metric", "kind", "team", "target", "state", "goal_minutes", "elapsed_minutes",
            "decided_at", "breach_recorded_at", "remarks", "service", "owner", "source",
        )  # fmt: skip

    def render_remarks(self, record: SlaCycle) -> str:
        """The waiver with its reason and approver, and whether the history still has the breach."""
        return " ".join(_remarks(record)) or "–"

    def value_remarks(self, record: SlaCycle) -> str:
        """The same, for CSV."""
        return " ".join(_remarks(record))


def _remarks(clock: SlaCycle) -> Iterator[str]:
    if waiver := getattr(clock, "waiver", None):
        day = display.date_text(timezone.localtime(getattr(clock, "waived_at", None)).date())
        yield f"Waived by {waiver['approver']} on {day}: {waiver['reason']}"
    if clock.breach_holds is False:
        yield "Today's history no longer shows this breach."
