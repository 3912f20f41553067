"""The table of the queue."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.desk.queue_order import Band
from incidents.models import Ticket
from incidents.tables.clocks import NextDueColumn
from incidents.tables.desk.columns import (
    AssigneeColumn,
    RequesterColumn,
    SelectColumn,
    SeverityAndPriorityColumn,
    StatusColumn,
    TicketColumn,
)
from incidents.tables.tickets import TicketTable

_SEEN = ("select", "level", "ticket", "state", "next_due", "requester", "holder")


class QueueTable(TicketTable):
    """The queue, two lines a row. Rows come from `Queue.queryset`; in CSV each fact has a column of its own."""

    css = "hf-queue"

    select = SelectColumn()
    level = SeverityAndPriorityColumn()
    ticket = TicketColumn()
    state = StatusColumn()
    next_due = NextDueColumn(attrs={"td": {"class": "c-due"}, "th": {"class": "w-due"}})
    requester = RequesterColumn()
    holder = AssigneeColumn()

    class Meta(TicketTable.Meta):
        sequence: tuple[str, ...] = (*_SEEN, *(name for name in TicketTable.Meta.fields if name not in _SEEN), "...")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name in self.columns.columns:
            if name not in _SEEN:
                self.columns.hide(name)

    def row_mark(self, record: Ticket) -> SafeString | str:  # type: ignore[override]  # its rows are tickets
        """The state in which the reader sees it, so that a refresh can tell what has changed."""
        return format_html(' data-version="{}" data-reference="{}"', record.updated_at.isoformat(), record.reference)

    def group_of(self, record: Ticket) -> str:  # type: ignore[override]  # its rows are tickets
        """The band, while the queue is in its own order."""
        band = getattr(record, "band", None)
        return "" if band is None or self.order_by else str(Band(band).label)
