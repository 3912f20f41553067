"""The table of the queue."""

from collections.abc import Mapping

from django.utils.safestring import SafeString

from config.base.web.markup import fill
from config.base.web.tables import COUNTED_ROWS
from incidents.desk.bulk import version_of
from incidents.desk.queue_order import Band, band_sizes
from incidents.models import Ticket
from incidents.models.tickets.ticket import TicketQuerySet
from incidents.tables.desk.columns import RequesterColumn, SelectColumn
from incidents.tables.desk.rows import DeskTable, in_sequence

_DRAWN = ("select", "level", "ticket", "state", "next_due", "requester", "holder")


class QueueTable(DeskTable):
    """The queue, two lines a row. Rows come from `Queue.queryset`."""

    drawn = _DRAWN

    select = SelectColumn()
    requester = RequesterColumn()

    class Meta(DeskTable.Meta):
        sequence: tuple[str, ...] = in_sequence(_DRAWN)

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
