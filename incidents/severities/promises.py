"""What a severity itself promises to customers: the SLA targets that name this severity and nothing else.

A change is a version of its target, from a moment on (K-5). Targets that name more, as a team or all major incidents,
stay what they are: those of teams stand first, others apply where the severity promises nothing itself (K-6).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import ValidationError

from incidents.models import Severity, SlaKind, SlaMetric, SlaScope, SlaStart, SlaTarget, SlaTargetVersion
from incidents.sla import targets
from incidents.sla.drafts import VersionDraft, draft_of
from incidents.sla.previewing import Planned
from oncall.models import Calendar, User

PROMISED = (
    SlaMetric.ACKNOWLEDGE,
    SlaMetric.FIRST_UPDATE,
    SlaMetric.NEXT_UPDATE,
    SlaMetric.RESTORE,
    SlaMetric.PREVENT,
)
"""What a severity can promise, in the order in which an incident goes."""
STARTS = {
    SlaMetric.ACKNOWLEDGE: SlaStart.ALERTED,
    SlaMetric.FIRST_UPDATE: SlaStart.IMPACT,
    SlaMetric.NEXT_UPDATE: SlaStart.OPENED,
    SlaMetric.RESTORE: SlaStart.IMPACT,
    SlaMetric.PREVENT: SlaStart.RESTORED,
}
"""When the clock of a new promise starts; one that exists keeps its rule."""
USUAL_POSITION = 10
"""Where a new target stands, so that teams' own have room before it."""
UNSAVED = 0
"""The key of a severity that is not stored yet, in the conditions of what it would promise."""


@dataclass(frozen=True)
class Promise:
    """A goal in minutes, counted on a calendar; without one every minute of every day counts."""

    goal_minutes: int
    calendar: Calendar | None = None


Promises = Mapping[SlaMetric, Promise]
"""What a severity promises; a metric that is not in it is not promised."""


@dataclass(frozen=True)
class OwnTarget:
    """The severity's own target about one metric: what is in force at a moment, and what is planned after it."""

    target: SlaTarget
    version: SlaTargetVersion | None
    planned: tuple[SlaTargetVersion, ...]

    @property
    def promise(self) -> Promise | None:
        """What it promises at the moment; None before it begins and after it has ended."""
        if self.version is None or self.version.is_retired:
            return None
        return Promise(self.version.goal_minutes, self.version.calendar)


OwnTargets = Mapping[SlaMetric, OwnTarget]


def own_targets(severity: Severity, *, at: datetime) -> dict[SlaMetric, OwnTarget]:
    """The severity's own targets as they are at a moment, by metric; one query."""
    if severity.pk is None:
        return {}
    rows = SlaTargetVersion.objects.filter(
        target__kind=SlaKind.SLA, target__metric__in=PROMISED, withdrawn_at=None
    ).select_related("target", "calendar")
    by_target: dict[int, list[SlaTargetVersion]] = {}
    for row in rows.order_by("effective_from", "created_at", "pk"):
        by_target.setdefault(row.target_id, []).append(row)
    chosen: dict[SlaMetric, tuple[tuple[bool, int, int], OwnTarget]] = {}
    for versions in by_target.values():
        begun = [version for version in versions if version.effective_from <= at]
        latest = begun[-1] if begun else versions[0]
        if latest.conditions != {"severity": [severity.pk]}:
            continue
        own = OwnTarget(latest.target, begun[-1] if begun else None, tuple(versions[len(begun) :]))
        rank = (own.promise is None, latest.position, latest.target_id)
        metric = SlaMetric(latest.target.metric)
        if metric not in chosen or rank < chosen[metric][0]:
            chosen[metric] = (rank, own)
    return {metric: chosen[metric][1] for metric in PROMISED if metric in chosen}


def stated(own: OwnTargets) -> dict[SlaMetric, Promise]:
    """What own targets promise."""
    return {metric: row.promise for metric, row in own.items() if row.promise is not None}


def soonest(own: OwnTargets, *, at: datetime) -> datetime:
    """The next whole minute from which all of the severity's promises can change together."""
    moments = [targets.soonest(row.target, at=at) for row in own.values()]
    return max([targets.soonest(SlaTarget(), at=at), *moments])


def next_targets(severity: Severity, *, at: datetime) -> tuple[datetime, dict[SlaMetric, OwnTarget]]:
    """The next moment from which promises can change, and the own targets as they are then; two queries.

    A change of the same minute is in force from the next one on, so it is among them.
    """
    own = own_targets(severity, at=at)
    moment = soonest(own, at=at)
    return moment, own_targets(severity, at=moment)


def plan_changes(
    *,
    severity: Severity,
    own: OwnTargets,
    promises: Promises,
    positions: Mapping[SlaMetric, int],
    effective_from: datetime,
    scope: str = SlaScope.ALL,
) -> dict[SlaMetric, Planned]:
    """The versions that make the severity promise this and nothing else, by metric; what stays is not among them.

    `own` are its targets as they are at `effective_from`; `positions` say where new targets stand.
    """
    planned = {}
    for metric in PROMISED:
        promise, existing = promises.get(metric), own.get(metric)
        if promise is None:
            if existing is not None and existing.version is not None and existing.promise is not None:
                last = draft_of(existing.version)
                planned[metric] = Planned(existing.target, last, effective_from, SlaScope.ALL, is_retired=True)
            continue
        draft = _draft(severity, metric, promise, existing, positions.get(metric, USUAL_POSITION))
        if existing is None or existing.promise is None or draft != draft_of(_in_force(existing)):
            target = existing.target if existing else SlaTarget(kind=SlaKind.SLA, metric=metric)
            planned[metric] = Planned(target, draft, effective_from, scope)
    return planned


def store_changes(
    planned: Mapping[SlaMetric, Planned], *, severity: Severity, note: str, at: datetime, actor: User | None
) -> None:
    """Write the planned versions. Raises ValidationError as `targets.add_version`."""
    for metric, change in planned.items():
        if change.is_retired:
            targets.retire_target(
                target=change.target, effective_from=change.effective_from, note=note, at=at, actor=actor
            )
            continue
        draft = replace(change.draft, conditions={"severity": [severity.pk]})
        if change.target.pk is None:
            targets.create_target(
                name=_free_name(metric, severity), kind=SlaKind.SLA, metric=metric, draft=draft, scope=change.scope,
                effective_from=change.effective_from, note=note, at=at, actor=actor,
            )  # fmt: skip
        else:
            targets.add_version(
                target=change.target, draft=draft, scope=change.scope, effective_from=change.effective_from,
                note=note, at=at, actor=actor,
            )  # fmt: skip


def goal_field(metric: SlaMetric) -> str:
    """The name under which a fault of a metric's goal is entries."""
    return f"{metric}_goal"


def calendar_field(metric: SlaMetric) -> str:
    """The name under which a fault of a metric's calendar is entries."""
    return f"{metric}_calendar"


def find_faults(planned: Mapping[SlaMetric, Planned], *, at: datetime) -> dict[str, list[str]]:
    """What is wrong with planned versions by themselves, by field; empty if they can be written (K-5, K-24)."""
    faults: dict[str, list[str]] = {}
    for metric, change in planned.items():
        names = {"goal_minutes": goal_field(metric), "calendar": calendar_field(metric)}
        try:
            _check(change, at=at)
        except ValidationError as refusal:
            for name, sentences in refusal.message_dict.items():
                entries = faults.setdefault(names.get(name, name), [])
                entries += [sentence for sentence in sentences if sentence not in entries]
    return faults


def _check(change: Planned, *, at: datetime) -> None:
    """Raise ValidationError as writing the version does."""
    target, moment = change.target, change.effective_from
    if change.is_retired:
        targets.check_end(target=target, effective_from=moment, at=at)
    else:
        # A severity that is not stored yet is no value of a condition.
        is_new = change.draft.conditions == {"severity": [UNSAVED]}
        draft = replace(change.draft, conditions={}) if is_new else change.draft
        targets.check_version(target=target, draft=draft, scope=change.scope, effective_from=moment, at=at)


def start_of(severity: Severity, metric: SlaMetric, existing: OwnTarget | None) -> str:
    """When the clock starts: as before, but never with a page that a severity does not send."""
    start = existing.version.start if existing and existing.version else STARTS[metric]
    return SlaStart.OPENED if start == SlaStart.ALERTED and not severity.pages else start


def _draft(
    severity: Severity, metric: SlaMetric, promise: Promise, existing: OwnTarget | None, position: int
) -> VersionDraft:
    last = existing.version if existing and existing.version else None
    base = draft_of(last) if last else VersionDraft(promise.goal_minutes, position=position)
    return replace(
        base,
        goal_minutes=promise.goal_minutes,
        calendar=promise.calendar,
        start=start_of(severity, metric, existing),
        conditions={"severity": [severity.pk or UNSAVED]},
    )


def _in_force(existing: OwnTarget) -> SlaTargetVersion:
    if existing.version is None:
        raise ValueError("Nothing is in force.")
    return existing.version


def _free_name(metric: SlaMetric, severity: Severity) -> str:
    """A name that no target has, as "Restore, SEV2"."""
    name = f"{metric.label}, {severity.name}"
    taken = set(SlaTarget.objects.filter(name__startswith=name).values_list("name", flat=True))
    return next(each for each in (name, *(f"{name} ({n})" for n in range(2, len(taken) + 3))) if each not in taken)
