"""What a requester reads about the promise on their ticket: by when, on their own clock."""

from collections.abc import Iterable
from datetime import datetime

from config.base.web import display
from incidents.models import HoldReason, SlaMetric
from incidents.sla.reading import ClockView, CycleView, shown_to_requester

_SOLVED = {SlaMetric.RESTORE, SlaMetric.FULFIL}
_WAITS = {
    HoldReason.REQUESTER: "Waiting for your answer; the time stands still.",
    HoldReason.SUPPLIER: "Waiting for a supplier; the time stands still.",
    HoldReason.OTHER_TEAM: "Waiting for another team; the time stands still.",
}


def requester_text(clocks: Iterable[ClockView], *, at: datetime, zone: str | None = None) -> str:
    """By when it should be solved, in `zone` or the reader's own; why the time stands still; empty without a promise.

    It speaks of promises to customers alone, and of nothing once the service works.
    """
    own = [clock.current for clock in shown_to_requester(clocks) if clock.metric in _SOLVED and clock.current.is_open]
    return _sentence(own[0], at=at, zone=zone) if own else ""


def _sentence(cycle: CycleView, *, at: datetime, zone: str | None) -> str:
    when = f"{display.clock_text(cycle.due_at, at=at, zone=zone)} your time" if cycle.due_at else ""
    if cycle.breached:
        return f"We aimed to have this solved by {when}. It takes longer, and we are still on it." if when else ""
    if cycle.paused:
        reasons = [_WAITS[HoldReason(reason)] for reason in cycle.paused_reasons if reason in _WAITS]
        return reasons[0] if reasons else "The time stands still until we can go on."
    return f"We aim to have this solved by {when}." if when else ""
