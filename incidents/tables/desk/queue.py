"""The table of the queue."""

from collections.abc import Mapping

from django.utils.safestring import SafeString

from config.base.web.markup import fill
from config.base.web.tables import COUNTED_ROWS
from incidents.desk.bulk import version_of
from incidents.desk.queue_order import Band, band_sizes
from incidents.models import Ticket
from incidents.models.tickets.ticket import TicketQuerySet
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

    def __init__(self, *args: object, is_counted: bool = True, **kwargs: object) -> None:
        super().__init__(*args, is_counted=is_counted, **kwargs)
        for name in self.columns.columns:
            if name not in _SEEN:
                self.columns.hide(name)

    def row_mark(self, record: Ticket) -> SafeString | str:  # type: ignore[override]  # its rows are tickets
        """The state in which the reader sees it, so that a refresh can tell what has changed."""
        return fill(' data-version="{}" data-reference="{}"', version_of(record), record.reference)

    def count_groups(self, rows: TicketQuerySet) -> Mapping[str, int]:  # type: ignore[override]  # its rows are tickets
        """The sizes of the bands, while the queue is in its own order."""
        return {} if self.order_by else band_sizes(rows, at_most=COUNTED_ROWS)

    def group_of(self, record: Ticket) -> str:  # type: ignore[override]  # its rows are tickets
        """The band, while the queue is in its own order."""
        band = getattr(record, "band", None)
        return "" if band is None or self.order_by else str(Band(band).label)
