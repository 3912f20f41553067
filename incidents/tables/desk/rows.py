"""Tickets in two lines a row: of a service, and of problems."""

from incidents.tables.clocks import NextDueColumn
from incidents.tables.desk.columns import AssigneeColumn, SeverityAndPriorityColumn, StatusColumn, TicketColumn
from incidents.tables.tickets import TicketTable

_DRAWN = ("level", "ticket", "state", "next_due", "holder")


def in_sequence(drawn: tuple[str, ...]) -> tuple[str, ...]:
    """What is drawn, then the columns of the CSV file in their own order."""
    return (*drawn, *(name for name in TicketTable.Meta.fields if name not in drawn), "...")


class DeskTable(TicketTable):
    """Tickets, two lines a row. In CSV each fact has a column of its own."""

    css = "hf-queue"
    drawn: tuple[str, ...] = _DRAWN

    level = SeverityAndPriorityColumn()
    ticket = TicketColumn()
    state = StatusColumn()
    next_due = NextDueColumn(attrs={"td": {"class": "c-due"}, "th": {"class": "w-due"}})
    holder = AssigneeColumn()

    class Meta(TicketTable.Meta):
        sequence: tuple[str, ...] = in_sequence(_DRAWN)

    def __init__(self, *args: object, is_counted: bool = True, **kwargs: object) -> None:
        super().__init__(*args, is_counted=is_counted, **kwargs)
        for name in self.columns.columns:
            if name not in self.drawn:
                self.columns.hide(name)
