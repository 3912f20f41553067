"""Tables of overrides, swaps and time off."""

from datetime import datetime

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.web import badges, display
from config.base.web.tables import LinkColumn, Table, TagColumn, TimeColumn
from oncall.models import Absence, Override, SwapRequest


class ClockColumn(TimeColumn):
    """An instant as local time of the reader."""

    def render(self, value: datetime, table: Table) -> SafeString:
        """As a `<time>` element."""
        return display.clock_element(value, at=table.at)


class WhenColumn(tables.Column):
    """The state: coming, current, over or cancelled."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{"empty_values": (), "orderable": False, "accessor": "ends_at"} | options)

    def render(self, record: Absence | Override, table: Table) -> SafeString:
        """As a tag."""
        state, label = state_of(record, at=table.at)
        return badges.badge("standing", state, label)

    def value(self, record: Absence | Override, table: Table) -> str:
        """In words, for CSV."""
        return state_of(record, at=table.at)[1]


def state_of(row: Absence | Override, *, at: datetime) -> tuple[str, str]:
    """The state of an override or time off at an instant: a code and a label."""
    if row.cancelled_at is not None:
        return "cancelled", "Cancelled"
    if row.ends_at <= at:
        return "over", "Over"
    return ("running", "Now") if row.starts_at <= at else ("coming", "Coming")


def override_text(row: Override) -> str:
    """What an override changes, in words; prefetch its people."""
    names = ", ".join(sorted(person.name for person in row.users.all()))
    if row.op == "replace":
        return f"{names} for {row.out.name if row.out else 'nobody'}"
    return {"set": f"{names} instead of everybody", "add": f"{names} as well"}.get(row.op, f"without {names}")


class OverrideTable(Table):
    """Overrides."""

    change = tables.Column(empty_values=(), orderable=False, attrs={"td": {"class": "row-title"}})
    schedule = LinkColumn(to="schedule", order_by="schedule__name")
    team = tables.Column(accessor="schedule__team__name", order_by="schedule__team__name", verbose_name="Team")
    starts_at = ClockColumn(verbose_name="From")
    ends_at = ClockColumn(verbose_name="Until")
    state = WhenColumn(verbose_name="State")
    reason = tables.Column(orderable=False)
    created_by = tables.Column(accessor="created_by__name", order_by="created_by__name", verbose_name="By")

    class Meta(Table.Meta):
        model = Override
        fields = ("change", "schedule", "team", "starts_at", "ends_at", "state", "reason", "created_by")

    def render_change(self, record: Override) -> SafeString:
        """Who covers for whom, as a link."""
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), override_text(record))

    def value_change(self, record: Override) -> str:
        """The same without a link."""
        return override_text(record)


class SwapTable(Table):
    """Swaps."""

    requested_by = LinkColumn(
        accessor="requested_by__name", order_by="requested_by__name", verbose_name="Requested by", css="row-title"
    )
    schedule = LinkColumn(to="schedule", order_by="schedule__name")
    starts_at = ClockColumn(verbose_name="From")
    ends_at = ClockColumn(verbose_name="Until")
    status = TagColumn(family="swap")
    taken_by = tables.Column(accessor="chosen__user__name", order_by="chosen__user__name", verbose_name="Covered by")
    offers = tables.Column(accessor="offer_count", order_by="offer_count", verbose_name="Offers")
    note = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = SwapRequest
        fields = ("requested_by", "schedule", "starts_at", "ends_at", "status", "taken_by", "offers", "note")


class AbsenceTable(Table):
    """Time off."""

    user = tables.Column(accessor="user__name", order_by="user__name", verbose_name="Person",
                         attrs={"td": {"class": "row-title"}})  # fmt: skip
    starts_at = ClockColumn(verbose_name="From")
    ends_at = ClockColumn(verbose_name="Until")
    state = WhenColumn(verbose_name="State")
    note = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = Absence
        fields = ("user", "starts_at", "ends_at", "state", "note")
