"""A version of a target before it is stored, and what is wrong with it by itself (K-5, K-20, K-24)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError

from config.base.data.clock import floor_minute
from config.base.data.moments import LAST_YEAR
from incidents.models import HoldReason, SlaKind, SlaMetric, SlaScope, SlaStart, SlaTargetVersion
from incidents.models.sla.targets import MAX_GOAL
from incidents.sla.conditions import Conditions, read_conditions
from oncall.models import Calendar

GOAL_RANGE = f"A goal is 1 to {MAX_GOAL:,} minutes (90 days)."
MAX_WARNINGS = 20
MAX_PERCENT = 500
MAX_POSITION = 32_767

_STARTS = {
    SlaMetric.ACKNOWLEDGE: (SlaStart.OPENED, SlaStart.IMPACT, SlaStart.ALERTED),
    SlaMetric.FIRST_RESPONSE: (SlaStart.OPENED, SlaStart.IMPACT),
    SlaMetric.FIRST_UPDATE: (SlaStart.OPENED, SlaStart.IMPACT),
    SlaMetric.NEXT_UPDATE: (SlaStart.OPENED,),
    SlaMetric.RESTORE: (SlaStart.OPENED, SlaStart.IMPACT),
    SlaMetric.FULFIL: (SlaStart.OPENED, SlaStart.IMPACT),
    SlaMetric.PREVENT: (SlaStart.OPENED, SlaStart.IMPACT, SlaStart.RESTORED),
}
_OF_SUPPLIERS = (SlaMetric.ACKNOWLEDGE, SlaMetric.RESTORE)


@dataclass(frozen=True)
class VersionDraft:
    """What a version promises; as `SlaTargetVersion`, without when it takes effect and whom it binds."""

    goal_minutes: int
    calendar: Calendar | None = None
    """None counts every minute of every day."""
    start: str = ""
    """Empty for the usual rule of the target's kind: `default_start`."""
    conditions: Conditions = field(default_factory=dict)
    position: int = 1
    pause_reasons: tuple[str, ...] = ()
    warn_percents: tuple[int, ...] = (50, 75, 100)


def draft_of(version: SlaTargetVersion) -> VersionDraft:
    """The content of a stored version."""
    return VersionDraft(
        goal_minutes=version.goal_minutes,
        calendar=version.calendar,
        start=version.start,
        conditions=dict(version.conditions),
        position=version.position,
        pause_reasons=tuple(version.pause_reasons),
        warn_percents=tuple(version.warn_percents),
    )


def starts_for(kind: str, metric: str) -> tuple[SlaStart, ...]:
    """The start rules that a target can have, the usual one first (K-7, K-20, K-23).

    An OLA starts when the team gets the ticket, and the next update with each update: both ignore the rule.
    """
    if kind == SlaKind.UNDERPINNING:
        return (SlaStart.VENDOR,)
    if kind == SlaKind.OLA:
        return (SlaStart.OPENED,)
    return _STARTS[SlaMetric(metric)]


def default_start(kind: str, metric: str) -> SlaStart:
    """The start rule of a version that names none."""
    return starts_for(kind, metric)[0]


def check_promise(kind: str, metric: str) -> None:
    """Raise ValidationError on `metric` unless the kind of target can be about it (K-7)."""
    if kind == SlaKind.UNDERPINNING and metric not in _OF_SUPPLIERS:
        labels = " or ".join(str(SlaMetric(each).label) for each in _OF_SUPPLIERS)
        raise ValidationError({"metric": [f"A supplier target is about one of these: {labels}. Choose one."]})


def read_draft(draft: VersionDraft, *, kind: str, metric: str) -> VersionDraft:
    """The draft as it is stored: conditions, reasons and percentages in order, and a start rule.

    Raises ValidationError with a sentence for each field that is wrong (K-5, K-6, K-24).
    """
    errors: dict[str, list[str]] = {}
    conditions: Conditions = {}
    try:
        conditions = read_conditions(draft.conditions)
    except ValidationError as refusal:
        errors |= refusal.message_dict
    start = draft.start or default_start(kind, metric)
    sentences = {
        "goal_minutes": _goal_fault(draft.goal_minutes),
        "position": _position_fault(draft.position),
        "start": _start_fault(start, kind=kind, metric=metric),
        "pause_reasons": _pause_fault(draft.pause_reasons, metric=metric),
        "warn_percents": _percents_fault(draft.warn_percents),
    }
    errors |= {name: [sentence] for name, sentence in sentences.items() if sentence}
    if errors:
        raise ValidationError(errors)
    return VersionDraft(
        goal_minutes=draft.goal_minutes,
        calendar=draft.calendar,
        start=str(start),
        conditions=conditions,
        position=draft.position,
        pause_reasons=tuple(reason for reason in HoldReason.values if reason in draft.pause_reasons),
        warn_percents=tuple(sorted(draft.warn_percents)),
    )


def check_start(effective_from: datetime, *, at: datetime) -> None:
    """Raise ValidationError on `effective_from` unless it is a whole minute, now or later (K-5)."""
    sentence = ""
    if effective_from != floor_minute(effective_from):
        sentence = "Write the time to the minute, without seconds."
    elif effective_from < floor_minute(at):
        sentence = (
            "A target cannot change for the past: choose now or later. Correct the past on the ticket, with excluded"
            " time."
        )
    elif effective_from.year > LAST_YEAR:
        sentence = f"Choose a moment up to the year {LAST_YEAR}."
    if sentence:
        raise ValidationError({"effective_from": [sentence]})


def check_scope(scope: str) -> None:
    """Raise ValidationError on `scope` unless it is one of the two."""
    if scope not in SlaScope.values:
        raise ValidationError({"scope": [f"Choose one of: {', '.join(SlaScope.values)}."]})


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _goal_fault(goal: object) -> str:
    return "" if isinstance(goal, int) and _is_number(goal) and 1 <= goal <= MAX_GOAL else GOAL_RANGE


def _position_fault(position: object) -> str:
    is_possible = isinstance(position, int) and _is_number(position) and 1 <= position <= MAX_POSITION
    return "" if is_possible else f"A position is a number from 1 to {MAX_POSITION:,}; 1 stands first."


def _start_fault(start: str, *, kind: str, metric: str) -> str:
    allowed = starts_for(kind, metric)
    if start in allowed:
        return ""
    labels = ", ".join(f"“{rule.label}”" for rule in allowed)
    if kind == SlaKind.UNDERPINNING:
        return f"A supplier's clock starts with the notice to the supplier. Choose {labels}."
    if kind == SlaKind.OLA:
        return f"A team's clock starts when the team gets the ticket, whatever the rule. Choose {labels}."
    if metric == SlaMetric.NEXT_UPDATE:
        return f"Each update starts the clock of the next one, whatever the rule. Choose {labels}."
    return f"This target cannot start like that. Choose one of: {labels}."


def _pause_fault(reasons: Iterable[str], *, metric: str) -> str:
    if unknown := [reason for reason in reasons if reason not in HoldReason.values]:
        return f"“{unknown[0]}” is no reason of a hold. Choose from: {', '.join(HoldReason.values)}."
    if metric == SlaMetric.ACKNOWLEDGE and any(reasons):
        return "A clock that waits for an acknowledgement never pauses. Leave the reasons empty."
    return ""


def _percents_fault(percents: Iterable[int]) -> str:
    percents = list(percents)
    if not all(_is_number(percent) and 1 <= percent <= MAX_PERCENT for percent in percents):
        return f"Warnings are whole percentages from 1 to {MAX_PERCENT} of the goal, as 50, 75, 100."
    if len(set(percents)) < len(percents):
        return "One percentage stands twice. Write each once."
    return "" if len(percents) <= MAX_WARNINGS else f"Choose at most {MAX_WARNINGS} percentages."
