"""What an incident of a drafted severity would be promised: the draft's own promises among all other targets.

The pure clocks answer, with the drafted versions in place of the stored ones, as if they had always been in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from incidents.models import Service, SlaKind, SlaMetric, SlaTarget, TicketKind
from incidents.services.coverage import ServiceCoverage, list_coverage
from incidents.severities import promises
from incidents.severities.drafts import SeverityDraft
from incidents.severities.promises import PROMISED, UNSAVED, USUAL_POSITION, OwnTargets
from incidents.sla import loading
from incidents.sla.definitions import Definitions, TargetVersion
from incidents.sla.previewing import Planned, new_target, versions_of
from oncall.calendars.opening_hours import AROUND_THE_CLOCK, FOREVER, OpeningHours, minute_of


@dataclass(frozen=True)
class Applicable:
    """The promise about one metric that is in force for a plain incident of the severity, and where it comes from."""

    metric: SlaMetric
    version: TargetVersion
    is_own: bool
    target: SlaTarget | None
    """None if the draft itself would make it."""

    @property
    def goal(self) -> int:
        """Minutes that may pass."""
        return self.version.goal

    @property
    def hours(self) -> OpeningHours:
        """The minutes that count."""
        return self.version.hours

    @property
    def is_round_the_clock(self) -> bool:
        """Whether every minute counts."""
        return self.hours is AROUND_THE_CLOCK


@dataclass(frozen=True)
class Outlook:
    """A draft, and what would be promised with it at a moment."""

    draft: SeverityDraft
    effective_from: datetime
    own: OwnTargets
    """As they are before the change."""
    planned: Mapping[SlaMetric, Planned]
    """The versions that the draft needs."""
    definitions: Definitions
    """All targets, with the draft's own as they would be."""
    applicable: Mapping[SlaMetric, Applicable]
    """For a plain incident: of no team's own target, no service and no customer."""
    inherited: Mapping[SlaMetric, Applicable]
    """What would be promised if the severity promised nothing itself."""
    coverage: Sequence[ServiceCoverage]
    """Every service and who would be paged about it now; none for a severity that pages nobody."""


def look_ahead(draft: SeverityDraft, *, at: datetime) -> Outlook:
    """What a draft would promise; a constant number of queries, and nothing is stored."""
    moment, own = promises.next_targets(draft.severity, at=at)
    if draft.effective_from is not None:
        moment, own = draft.effective_from, promises.own_targets(draft.severity, at=draft.effective_from)
    minute = minute_of(moment)
    stored = loading.load_definitions().known_at(minute_of(at))
    own_keys = {row.target.pk for row in own.values()}
    others = Definitions(tuple(target for target in stored.targets if target.key not in own_keys))
    fields = plain_fields(draft)
    inherited = _matches(others, fields, minute)
    positions = {metric: _position_before(inherited.get(metric)) for metric in PROMISED}
    planned = promises.plan_changes(
        severity=draft.severity, own=own, promises=draft.promises, positions=positions, effective_from=moment,
        scope=draft.scope,
    )  # fmt: skip
    definitions = _definitions(stored, others, own, planned, at=at)
    applicable = _matches(definitions, fields, minute)
    named = _targets([*inherited.values(), *applicable.values()])
    return Outlook(
        draft=draft,
        effective_from=moment,
        own=own,
        planned=planned,
        definitions=definitions,
        applicable={metric: _applicable(metric, each, named, fields) for metric, each in applicable.items()},
        inherited={metric: _applicable(metric, each, named, fields) for metric, each in inherited.items()},
        coverage=_coverage(at) if draft.severity.pages else (),
    )


def _coverage(at: datetime) -> list[ServiceCoverage]:
    return list_coverage(Service.objects.select_related("team").order_by("tier", "name", "pk"), at=at)


def plain_fields(draft: SeverityDraft) -> dict[str, object]:
    """The fields of an incident of which only the severity is known."""
    severity = draft.severity
    return {"kind": str(TicketKind.INCIDENT), "severity": severity.pk or UNSAVED, "major": severity.is_major}


def _matches(definitions: Definitions, fields: Mapping[str, object], minute: int) -> dict[SlaMetric, TargetVersion]:
    matches = {
        metric: definitions.by_promise[SlaKind.SLA, metric].match(fields, minute, opened=minute)
        for metric in PROMISED
        if (SlaKind.SLA, metric) in definitions.by_promise
    }
    return {metric: version for metric, version in matches.items() if version is not None}


def _position_before(inherited: TargetVersion | None) -> int:
    """A place before the target that would apply otherwise; the first one if there is none before it."""
    if inherited is None:
        return USUAL_POSITION
    return max(1, min(USUAL_POSITION, inherited.position - 1))


def _definitions(
    stored: Definitions, others: Definitions, own: OwnTargets, planned: Mapping[SlaMetric, Planned], *, at: datetime
) -> Definitions:
    """All targets, with the planned versions as the only ones of their targets."""
    unchanged_keys = {row.target.pk for metric, row in own.items() if metric not in planned}
    unchanged = [target for target in stored.targets if target.key in unchanged_keys]
    changes = [change for change in planned.values() if not change.is_retired]
    added = [
        replace(new_target(change, version), versions=(_always(version),))
        for change, version in zip(changes, versions_of(changes, at=at), strict=True)
    ]
    return Definitions((*others.targets, *unchanged, *added))


def _always(version: TargetVersion) -> TargetVersion:
    return replace(version, effective_from=-FOREVER, created_at=-FOREVER, is_for_new=False)


def _targets(versions: Sequence[TargetVersion]) -> dict[object, SlaTarget]:
    keys = {version.target for version in versions if isinstance(version.target, int)}
    return {target.pk: target for target in SlaTarget.objects.filter(pk__in=keys)}


def _applicable(
    metric: SlaMetric, version: TargetVersion, targets: Mapping[object, SlaTarget], fields: Mapping[str, object]
) -> Applicable:
    is_own = {name: values for name, values in version.conditions.items() if name != "kind"} == {
        "severity": (fields["severity"],)
    }
    return Applicable(metric, version, is_own, targets.get(version.target))
