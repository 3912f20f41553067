"""Concerns about promises: severities that no target covers."""

from datetime import datetime

from config.base.web.concerns import Concern, Stage, Task, Wording, about_records, list_page, name_records
from incidents.models import Severity, SlaTargetVersion


def list_concerns(at: datetime) -> list[Concern]:
    """Severities in use for whose incidents no target is in force at `at`; a target without severities is for all."""
    severities = list(Severity.objects.filter(retired_at=None).values_list("pk", "name"))
    newest = (
        SlaTargetVersion.objects.filter(withdrawn_at=None, effective_from__lte=at)
        .order_by("target", "-effective_from", "-created_at", "-pk")
        .distinct("target")
        .values_list("is_retired", "conditions")
    )
    covered: set[object] = set()
    for is_retired, conditions in newest:
        if not is_retired:
            covered |= _severities(conditions, default=[key for key, _ in severities])
    return about_records(
        name_records(((key, name) for key, name in severities if key not in covered), "incidents_severity"),
        Wording(
            single="severity has no SLA target.",
            several="severities have no SLA target.",
            effect="No clock runs for its incidents.",
            button="Add a target",
        ),
        task=Task.SEVERITIES,
        stage=Stage.TARGETS,
        url=list_page("incidents_slatarget"),
        right="incidents.view_slatarget",
    )


def _severities(conditions: object, *, default: list[int]) -> set[object]:
    """The severities that the conditions name, or all; stored conditions may be of any shape."""
    if not isinstance(conditions, dict) or "severity" not in conditions:
        return set(default)
    named = conditions["severity"]
    return {key for key in named if isinstance(key, int)} if isinstance(named, list) else set()
