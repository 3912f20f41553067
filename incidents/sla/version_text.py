"""A version of a target in words, for screens (K-4, K-6)."""

from collections.abc import Sequence

from incidents.models import HoldReason, SlaMetric, SlaTargetVersion
from incidents.sla.conditions import describe_all
from incidents.sla.words import goal_text, metric_text, percents_text


def describe_version(version: SlaTargetVersion) -> str:
    """What it promises, in one sentence, as "Restore within 8 working hours for severity SEV1, by Berlin office"."""
    [text] = describe_versions([version]).values()
    return text


def describe_versions(versions: Sequence[SlaTargetVersion]) -> dict[tuple[int, int], str]:
    """Each in words, by target and version; one query for each kind of row that conditions name.

    Each version comes with its target and calendar.
    """
    texts = describe_all([version.conditions for version in versions])
    return {
        (version.target_id, version.pk): _describe(version, tickets)
        for version, tickets in zip(versions, texts, strict=True)
    }


def _describe(version: SlaTargetVersion, tickets: str) -> str:
    if version.is_retired:
        return "Promises nothing: the target has ended."
    metric = metric_text(SlaMetric(version.target.metric))
    goal = goal_text(version.goal_minutes, version.calendar is None)
    hours = f"by the calendar {version.calendar}" if version.calendar else "around the clock"
    reasons = " or ".join(f"“{HoldReason(reason).label}”" for reason in version.pause_reasons)
    pauses = f"pauses on hold for {reasons}" if reasons else "never pauses"
    warns = percents_text(list(version.warn_percents))
    start = version.get_start_display()
    return (
        f"{metric[0].upper()}{metric[1:]} within {goal} for {tickets}; {hours}, counted"
        f" {start[0].lower()}{start[1:]}; {pauses}; warns at {warns}; position {version.position}."
    )
