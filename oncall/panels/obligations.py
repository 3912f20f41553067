"""What is owed about a record, as a panel of its page shows it; apps above register it for their records."""

from typing import Any

from config.base.web import panels
from oncall.models import Obligation
from oncall.obligations import kinds

_SHOWN = 20


def register(place: str, order: int, *, subject_type: str) -> None:
    """Show on the pages of `place` what is owed about each record, which is known here as `subject_type`."""

    def context(request: Any, record: Any) -> dict[str, Any] | None:
        return about(subject_type, record.pk)

    panels.register(panels.Panel(place, order, "oncall/obligations/panel.html", context))


def about(subject_type: str, subject_id: int) -> dict[str, Any] | None:
    """What is owed about one record: the open ones, and how many ended; None when nothing ever was."""
    rows = Obligation.objects.about(subject_type, subject_id).select_related("owner", "team")
    found = list(rows.order_by("due_at", "pk")[: _SHOWN * 5])
    if not found:
        return None
    still = [one for one in found if one.is_open][:_SHOWN]
    return {
        "owed": [(one, kinds.get(one.kind)) for one in still],
        "ended": len(found) - len([one for one in found if one.is_open]),
    }
