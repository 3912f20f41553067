"""Goals and clocks in words: minutes and hours, never days, because a day of work is no 24 hours (K-4)."""

from collections.abc import Iterable, Sequence

from incidents.models import HoldReason, SlaKind, SlaMetric
from incidents.sla.stretches import OLA_TEAM

_METRICS = {
    SlaMetric.ACKNOWLEDGE: "acknowledge",
    SlaMetric.FIRST_RESPONSE: "first response",
    SlaMetric.FIRST_UPDATE: "first update to customers",
    SlaMetric.NEXT_UPDATE: "next update to customers",
    SlaMetric.RESTORE: "restore",
    SlaMetric.FULFIL: "fulfil",
    SlaMetric.PREVENT: "resolve (prevention done)",
}
_REASONS = {
    HoldReason.REQUESTER: "waits for the requester",
    HoldReason.CHANGE: "waits for a change",
    HoldReason.PROBLEM: "waits for a problem",
    HoldReason.SUPPLIER: "waits for a supplier",
    HoldReason.OTHER_TEAM: "waits for another team",
    OLA_TEAM: "another team has it",
}
_WHOLE_HOURS_FROM = 24 * 60
_KINDS = {SlaKind.SLA: "SLA", SlaKind.OLA: "OLA", SlaKind.UNDERPINNING: "Supplier target"}


def goal_text(minutes: int, is_round_the_clock: bool) -> str:
    """Minutes in words: "24 hours" around the clock, "8 working hours" by a calendar; never "1 day" (K-4)."""
    hours, rest = divmod(minutes, 60)
    working = "" if is_round_the_clock else "working "
    parts = [_count(hours, f"{working}hour")] if hours else []
    if rest or not hours:
        parts.append(_count(rest, f"{'' if hours else working}minute"))
    return " ".join(parts)


def promise_text(kind: str, metric: str) -> str:
    """A kind and metric in the middle of a sentence, as "SLA restore"."""
    return f"{kind_text(kind)} {metric_text(metric)}"


def kind_text(kind: str) -> str:
    """To whom a promise is made, as it begins a sentence."""
    return _KINDS[SlaKind(kind)]


def metric_text(metric: str) -> str:
    """What a promise is about, in the middle of a sentence."""
    return _METRICS[SlaMetric(metric)]


def left_text(minutes: int, *, is_round_the_clock: bool) -> str:
    """What is left of a promise, short: "3 h 40 min", "5 working h 20 min"; whole hours from a day on (K-4)."""
    hours, rest = divmod(abs(minutes), 60)
    working = "" if is_round_the_clock else "working "
    if not hours:
        return f"{rest} {working}min"
    if not rest or hours * 60 >= _WHOLE_HOURS_FROM:
        return f"{hours:,} {working}h"
    return f"{hours} {working}h {rest} min"


def reasons_text(reasons: Iterable[str]) -> str:
    """Why a clock stands still, as "waits for the requester"; a reason that is no longer used as it is."""
    return " and ".join(_REASONS.get(reason, reason) for reason in reasons)


def short_reasons_text(reasons: Iterable[str]) -> str:
    """The same without the verb, for a narrow column: "supplier"."""
    return " and ".join(
        str(HoldReason(reason).label).lower() if reason in HoldReason.values else _REASONS.get(reason, reason)
        for reason in reasons
    )


def urgency(percent: int, warn_percents: Sequence[int]) -> str:
    """How a running clock looks: "running", "soon" from its first warning on, "urgent" from its last before 100 %.

    A target with one warning has no stage between.
    """
    warnings = sorted(warning for warning in warn_percents if warning < 100)
    if not warnings or percent < warnings[0]:
        return "running"
    return "urgent" if percent >= warnings[-1] and len(warnings) > 1 else "soon"


def percents_text(percents: list[int]) -> str:
    """Warnings as "50, 75 and 100 %"; "none" without any."""
    words = [str(percent) for percent in percents]
    if not words:
        return "none"
    return f"{' and '.join([', '.join(words[:-1]), words[-1]] if len(words) > 1 else words)} %"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
