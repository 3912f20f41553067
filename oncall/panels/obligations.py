"""The tasks of a record, as a panel of its page shows them; apps above register it for their records."""

from django.db.models import Model
from django.http import HttpRequest

from config.base.web import panels
from oncall.models import Obligation
from oncall.obligations import kinds

_MAX_ROWS = 20


def register(place: str, order: int, *, subject_type: str) -> None:
    """Show on the pages of `place` the tasks of each record; `subject_type` is the records' type."""

    def context(request: HttpRequest, record: Model) -> dict[str, object] | None:
        return about(subject_type, record.pk)

    panels.register(panels.Panel(place, order, "oncall/obligations/panel.html", context))


def about(subject_type: str, subject_id: int) -> dict[str, object] | None:
    """The open tasks of one record, and how many have ended; None when it never had any."""
    queryset = Obligation.objects.about(subject_type, subject_id).select_related("owner", "team")
    rows = list(queryset.order_by("due_at", "pk")[: _MAX_ROWS * 5])
    if not rows:
        return None
    open_rows = [obligation for obligation in rows if obligation.is_open]
    return {
        "tasks": [(obligation, kinds.get(obligation.kind)) for obligation in open_rows[:_MAX_ROWS]],
        "ended": len(rows) - len(open_rows),
    }
