"""Tables of overrides, swaps and leave."""

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.web import display
from config.base.web.tables import LinkColumn, Table, TagColumn, TimeColumn
from oncall.models import Absence, Override, SwapRequest


class ClockColumn(TimeColumn):
    """An instant with the reader's wall clock on its face."""

    def render(self, value: datetime, table: Any) -> SafeString:
        """A `<time>`."""
        return display.clock_element(value, at=table.at)


class WhenColumn(tables.Column):
    """Whether something is to come, holds, is over or was cancelled."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"empty_values": (), "orderable": False, "accessor": "ends_at"} | options)

    def render(self, record: Any, table: Any) -> SafeString:
        """As a tag."""
        state, words = standing(record, at=table.at)
        return display.tag_element("standing", state, words)

    def value(self, record: Any, table: Any) -> str:
        """In words, for CSV."""
        return standing(record, at=table.at)[1]


def standing(row: Any, *, at: datetime) -> tuple[str, str]:
    """How an override or a leave stands at an instant, for programs and in words."""
    if row.cancelled_at is not None:
        return "cancelled", "Cancelled"
    if row.ends_at <= at:
        return "over", "Over"
    return ("running", "Now") if row.starts_at <= at else ("coming", "To come")


def in_words(row: Override) -> str:
    """Who does what in an override; its people are prefetched."""
    names = ", ".join(sorted(person.name for person in row.users.all()))
    if row.op == "replace":
        return f"{names} for {row.out.name if row.out else 'nobody'}"
    return {"set": f"{names} instead of everybody", "add": f"{names} as well"}.get(row.op, f"without {names}")


class OverrideTable(Table):
    """Overrides."""

    what = tables.Column(empty_values=(), orderable=False, attrs={"td": {"class": "row-title"}})
    schedule = LinkColumn(to="schedule", order_by="schedule__name")
    team = tables.Column(accessor="schedule__team__name", order_by="schedule__team__name", verbose_name="Team")
    starts_at = ClockColumn(verbose_name="From")
    ends_at = ClockColumn(verbose_name="Until")
    standing = WhenColumn(verbose_name="State")
    reason = tables.Column(orderable=False)
    created_by = tables.Column(accessor="created_by__name", order_by="created_by__name", verbose_name="By")

    class Meta(Table.Meta):
        model = Override
        fields = ("what", "schedule", "team", "starts_at", "ends_at", "standing", "reason", "created_by")

    def render_what(self, record: Override) -> SafeString:
        """Who stands in for whom, in a link."""
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), in_words(record))

    def value_what(self, record: Override) -> str:
        """The same without a link."""
        return in_words(record)


class SwapTable(Table):
    """Swaps."""

    requested_by = LinkColumn(accessor="requested_by__name", order_by="requested_by__name", verbose_name="Who asks",
                              css="row-title")  # fmt: skip
    schedule = LinkColumn(to="schedule", order_by="schedule__name")
    starts_at = ClockColumn(verbose_name="From")
    ends_at = ClockColumn(verbose_name="Until")
    status = TagColumn(family="swap")
    taken_by = tables.Column(accessor="chosen__user__name", order_by="chosen__user__name", verbose_name="Stands in")
    offers = tables.Column(accessor="offer_count", order_by="offer_count", verbose_name="Offers")
    note = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = SwapRequest
        fields = ("requested_by", "schedule", "starts_at", "ends_at", "status", "taken_by", "offers", "note")


class AbsenceTable(Table):
    """Leave of people."""

    user = tables.Column(accessor="user__name", order_by="user__name", verbose_name="Who",
                         attrs={"td": {"class": "row-title"}})  # fmt: skip
    starts_at = ClockColumn(verbose_name="From")
    ends_at = ClockColumn(verbose_name="Until")
    standing = WhenColumn(verbose_name="State")
    note = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = Absence
        fields = ("user", "starts_at", "ends_at", "standing", "note")
