"""Tables of excluded times and of waivers."""

from datetime import datetime

import django_tables2 as tables

from config.base.web import display
from config.base.web.tables import DurationColumn, LinkColumn, Table, TagColumn, TimeColumn
from incidents.models import SlaCredit, SlaWaiver
from oncall.models import User

_TICKET = {"to": "ticket", "accessor": "ticket__reference", "verbose_name": "Ticket"}


class PersonColumn(tables.Column):
    """A person by name."""

    def render(self, value: User) -> str:
        """The name."""
        return str(value.name)


class CorrectionTable(Table):
    """What both have: the reason, who requested it and who decided."""

    reason = LinkColumn(css="wide row-title")
    status = TagColumn(family="waiver")
    requested_by = PersonColumn(order_by="requested_by__name")
    requested_at = TimeColumn(verbose_name="Requested")
    decided_by = PersonColumn(order_by="decided_by__name")
    decided_at = TimeColumn(verbose_name="Decided")


_DECISION = ("status", "requested_by", "requested_at", "decided_by", "decided_at")


class SlaCreditTable(CorrectionTable):
    """Excluded times."""

    ticket = LinkColumn(**_TICKET, order_by="ticket__number")
    starts_at = tables.Column(verbose_name="From", attrs={"td": {"class": "text-nowrap"}})
    ends_at = tables.Column(verbose_name="Until", attrs={"td": {"class": "text-nowrap"}})
    length = DurationColumn(verbose_name="Length", accessor="minutes", orderable=False)

    class Meta(Table.Meta):
        model = SlaCredit
        fields = ("reason", "ticket", "starts_at", "ends_at", "length", *_DECISION)

    def render_starts_at(self, value: datetime) -> str:
        """In the reader's time."""
        return display.local_text(value)

    def value_starts_at(self, value: datetime) -> str:
        """In UTC, for CSV."""
        return value.isoformat(timespec="seconds")

    def render_ends_at(self, value: datetime) -> str:
        """In the reader's time."""
        return display.local_text(value)

    def value_ends_at(self, value: datetime) -> str:
        """In UTC, for CSV."""
        return value.isoformat(timespec="seconds")

    def render_length(self, value: int) -> str:
        """In hours and minutes, never in days (K-4)."""
        return display.hours_text(value) if value >= 60 else f"{value} min"

    def value_length(self, value: int) -> int:
        """In minutes, for CSV."""
        return value


class SlaWaiverTable(CorrectionTable):
    """Waivers of breaches."""

    ticket = LinkColumn(
        to="breach__ticket",
        accessor="breach__ticket__reference",
        verbose_name="Ticket",
        order_by="breach__ticket__number",
    )
    metric = tables.Column(accessor="breach__metric", verbose_name="Promise")
    kind = tables.Column(accessor="breach__kind", verbose_name="Kind")
    breached_at = TimeColumn(accessor="breach__breached_at", verbose_name="Broken")

    class Meta(Table.Meta):
        model = SlaWaiver
        fields = ("reason", "ticket", "metric", "kind", "breached_at", *_DECISION)

    def render_metric(self, record: SlaWaiver) -> str:
        """By its label."""
        return str(record.breach.get_metric_display())

    def render_kind(self, record: SlaWaiver) -> str:
        """By its label."""
        return str(record.breach.get_kind_display())
