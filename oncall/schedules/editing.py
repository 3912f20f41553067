"""New versions of a schedule: the past stays, and nobody's turn shifts unasked (R-V)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from config.base.data.clock import ceil_minute, floor_minute
from config.base.data.lifecycle import Refusal
from config.base.data.models import Origin
from oncall import signals
from oncall.models import Calendar, Layer, LayerMember, Schedule, ScheduleVersion, User
from oncall.schedules import drafts, hours_text
from oncall.schedules.drafts import LayerDraft
from oncall.schedules.loading import Dated, counting, hours_from
from oncall.schedules.plan import Layer as PlannedLayer
from oncall.schedules.plan import Plan, Version
from oncall.schedules.rotation import Rotation
from oncall.schedules.wall_clock import resolve, wall

_MOST_STEPS_BACK = 400


NOTHING_CHANGES = (
    "Nothing would change: the version in force at that moment says the same already. Change people, turns or hours,"
    " or leave it as it is."
)


class NotPlanned(Refusal):
    """A version can be withdrawn only before its time."""


class NothingChanges(Refusal):
    """A version would say what the one in force then says already."""


@transaction.atomic
def save_version(
    *,
    schedule: Schedule,
    layers: Sequence[LayerDraft],
    time_zone: str,
    effective_from: datetime,
    actor: User | None,
    at: datetime,
    note: str = "",
    origin: str = Origin.EDIT,
) -> ScheduleVersion:
    """Let these layers be in force from `effective_from` on, a whole UTC minute (R-V1, R-V4).

    What was planned for a later date stays planned (R-V2). Raises ValidationError that names the wrong
    fields, and for a date that has passed; nothing is stored then.
    """
    drafts.check(layers, time_zone=time_zone)
    check_start(effective_from, at=at)
    check_known(layers)
    version = ScheduleVersion.objects.create(
        schedule=schedule,
        effective_from=effective_from,
        time_zone=time_zone,
        note=note,
        created_by=actor,
        created_at=at,
        origin=origin,
    )
    for draft in layers:
        _write_layer(version, draft)
    signals.send_reachability_changed(at=at, schedules=[schedule.pk])
    return version


@transaction.atomic
def set_layers(
    *,
    schedule: Schedule,
    layers: Sequence[LayerDraft],
    time_zone: str,
    effective_from: datetime,
    actor: User | None,
    at: datetime,
    note: str = "",
) -> ScheduleVersion:
    """As `save_version`, unless the newest version says the same already: then that one, and nothing is stored."""
    newest = _locked(schedule).last()
    if newest is not None and _says(newest, layers, time_zone=time_zone):
        return newest
    return save_version(
        schedule=schedule, layers=layers, time_zone=time_zone, effective_from=effective_from, actor=actor, at=at,
        note=note,
    )  # fmt: skip


@transaction.atomic
def change_layers(
    *,
    schedule: Schedule,
    layers: Sequence[LayerDraft],
    time_zone: str,
    effective_from: datetime,
    actor: User | None,
    at: datetime,
    note: str = "",
) -> ScheduleVersion:
    """As `save_version`; raises NothingChanges where the version in force then says the same already (R-V2)."""
    _locked(schedule)
    if would_change_nothing(schedule=schedule, layers=layers, time_zone=time_zone, effective_from=effective_from):
        raise NothingChanges(NOTHING_CHANGES)
    return save_version(
        schedule=schedule, layers=layers, time_zone=time_zone, effective_from=effective_from, actor=actor, at=at,
        note=note,
    )  # fmt: skip


def would_change_nothing(
    *, schedule: Schedule, layers: Sequence[LayerDraft], time_zone: str, effective_from: datetime
) -> bool:
    """Whether the version that is to be in force then says the same already."""
    standing = _standing(schedule).filter(effective_from__lte=effective_from).last()
    return standing is not None and _says(standing, layers, time_zone=time_zone)


def _locked(schedule: Schedule) -> QuerySet[ScheduleVersion]:
    """The versions that stand, once nobody else is changing the schedule."""
    Schedule.objects.select_for_update(no_key=True).get(pk=schedule.pk)
    return _standing(schedule)


def _standing(schedule: Schedule) -> QuerySet[ScheduleVersion]:
    """The versions that were not withdrawn; of those that have begun, the last is in force (R-V2)."""
    rows = schedule.versions.filter(withdrawn_at__isnull=True).prefetch_related("layers__members")
    return rows.order_by("effective_from", "created_at", "pk")


def _says(version: ScheduleVersion, layers: Sequence[LayerDraft], *, time_zone: str) -> bool:
    """Whether a version says the same as these drafts, however its hours are spelled."""
    stored = [drafts.draft_of(layer) for layer in sorted(version.layers.all(), key=lambda one: one.pk)]
    return version.time_zone == time_zone and list(map(_spelled, stored)) == list(map(_spelled, layers))


def _spelled(draft: LayerDraft) -> LayerDraft:
    """The draft with its hours written in the one way: no days and all seven are every day."""
    return replace(draft, restrictions=hours_text.read(hours_text.write(draft.restrictions)))


def _write_layer(version: ScheduleVersion, draft: LayerDraft) -> None:
    fields = {name: getattr(draft, name) for name in LayerDraft.__dataclass_fields__ if name != "slots"}
    fields["lengths"] = list(draft.lengths)
    layer = Layer.objects.create(version=version, slots=len(draft.slots), **fields)
    LayerMember.objects.bulk_create(
        LayerMember(layer=layer, slot=slot, user_id=user)
        for slot, users in enumerate(draft.slots)
        for user in dict.fromkeys(users)
    )


def check_start(effective_from: datetime, *, at: datetime) -> None:
    """Raise ValidationError unless a version may begin then: a whole minute, now or later (R-T1, R-V1)."""
    if effective_from != floor_minute(effective_from):
        raise ValidationError({"effective_from": "Write the time to the minute, without seconds."})
    if effective_from < floor_minute(at):
        raise ValidationError(
            {"effective_from": "What was is not changed: choose now or a later moment. Corrections go to attendance."}
        )
    if effective_from.year > drafts.LAST_YEAR:
        raise ValidationError({"effective_from": f"Choose a moment up to the year {drafts.LAST_YEAR}."})


def check_known(layers: Sequence[LayerDraft]) -> None:
    """Raise ValidationError unless everybody named has an account and every calendar is there."""
    named = {user for layer in layers for slot in layer.slots for user in slot}
    missing = named - set(User.objects.filter(pk__in=named).values_list("pk", flat=True))
    if missing:
        raise ValidationError({"layers": f"Nobody has the number {min(missing)}: choose people of the directory."})
    calendars = {layer.calendar_id for layer in layers if layer.calendar_id is not None}
    if Calendar.objects.filter(pk__in=calendars).count() != len(calendars):
        raise ValidationError({"layers": "One of the calendars is not there any more: choose another."})


@transaction.atomic
def withdraw_version(*, version_id: int, actor: User | None, at: datetime) -> ScheduleVersion:
    """Take back a version that is not in force yet (R-V3); raises NotPlanned once it is, or if it is gone."""
    version = ScheduleVersion.objects.select_for_update(no_key=True).get(pk=version_id)
    if version.withdrawn_at is not None:
        raise NotPlanned("This version was already withdrawn.")
    if at >= version.effective_from:
        raise NotPlanned("This version was in force already and stays in the history: make a new one instead.")
    version.withdrawn_at, version.withdrawn_by = at, actor
    version.save(update_fields=["withdrawn_at", "withdrawn_by"])
    signals.send_reachability_changed(at=at, schedules=[version.schedule_id])
    return version


def next_handoff(plan: Plan, *, at: datetime) -> datetime:
    """The first handoff after `at` of the version in force; the next whole minute where there is none (R-V4).

    Before the first version of all, it is when that takes over: a change made until then goes in its place.
    """
    soon = ceil_minute(at)
    version = plan.version_at(soon)
    if version is None:
        return min((one.effective_from for one in plan.versions), default=soon)
    handoffs = []
    for layer in version.layers:
        if layer.rotation.slots and not layer.is_shadow:
            turn = layer.rotation.turn_at(soon, layer.zone) + 1
            while (handoff := layer.rotation.handoff(turn, layer.zone)) <= soon:
                turn += 1
            handoffs.append(handoff)
    return min(handoffs, default=soon)


def keep_all(
    layers: Sequence[LayerDraft],
    *,
    sources: Sequence[int | None],
    time_zone: str,
    plan: Plan,
    effective_from: datetime,
) -> list[LayerDraft]:
    """The drafts, with turns kept in each layer in which only people change (R-V4).

    `sources` are the stored layers that the drafts come from. Whoever moved the handoff meant to. Raises
    ValidationError for drafts that cannot be saved.
    """
    drafts.check(layers, time_zone=time_zone)
    zone = ZoneInfo(time_zone)
    version = plan.version_at(effective_from)
    stored = {layer.id: layer for layer in version.layers} if version else {}
    return [
        _kept(draft, old=old, zone=zone, plan=plan, effective_from=effective_from)
        if source is not None and (old := stored.get(source))
        else draft
        for draft, source in zip(layers, sources, strict=True)
    ]


def _kept(draft: LayerDraft, *, old: PlannedLayer, zone: ZoneInfo, plan: Plan, effective_from: datetime) -> LayerDraft:
    """The draft with turns kept, if it differs from the stored layer in its people and keeps its rhythm."""
    new = planned(draft, number=old.id, zone=zone)
    before, after = old.rotation.slots, new.rotation.slots
    if new.zone != old.zone or replace(new.rotation, slots=before) != old.rotation or before == after:
        return draft
    if any(before[n:] + before[:n] == after for n in range(len(before))):
        # The same order, begun elsewhere: where everybody keeps their turn, that is the stored one.
        return replace(draft, slots=before)
    return keep_turns(draft, old=old, plan=plan, effective_from=effective_from)


def keep_turns(draft: LayerDraft, *, old: PlannedLayer, plan: Plan, effective_from: datetime) -> LayerDraft:
    """The draft with its anchor and places turned so that only the people who changed notice (R-V4).

    Whoever is on turn at `effective_from` stays on turn, if still in the list; else the next of the old
    order who is. A person taken out never shifts the others silently.
    """
    rotation, zone = old.rotation, old.zone
    if not draft.slots or not rotation.slots:
        return draft
    turn = rotation.turn_at(effective_from, zone)
    back = _steps_back(rotation, turn, zone)
    anchor = _naive(rotation, turn - back, zone)
    lengths = draft.lengths
    if draft.unit == "custom" and lengths and len(lengths) == len(rotation.lengths):
        begin = (turn - back) % len(lengths)
        lengths = (*lengths[begin:], *lengths[:begin])
    kept = replace(draft, anchor=anchor.isoformat(timespec="minutes"), lengths=lengths)
    # Which place has the turn that is `back` turns after the new anchor, counted as the layer counts.
    counted = planned(kept, number=0, zone=zone).rotation
    place = counted.count_before(back) if counted.counts_active else back
    shift = (_first_place(draft, rotation, turn, plan, effective_from) - place) % len(draft.slots)
    return replace(kept, slots=(*draft.slots[shift:], *draft.slots[:shift]))


def _first_place(draft: LayerDraft, rotation: Rotation, turn: int, plan: Plan, at: datetime) -> int:
    """The place in the new list whose turn it is: that of the first active person who is still in it.

    Somebody may have several places; theirs is the one after which most goes on as before.
    """
    count = rotation.count_before(turn) if rotation.counts_active else turn
    old = [rotation.slots[(count + n) % len(rotation.slots)] for n in range(len(rotation.slots))]
    for ahead, users in enumerate(old):
        for user in users:
            places = [place for place, slot in enumerate(draft.slots) if user in slot]
            if places and not plan.is_inactive(user, at):
                coming = [*old[ahead:], *old[:ahead]]
                return max(places, key=lambda place: _alike(coming, [*draft.slots[place:], *draft.slots[:place]]))
    return 0


def _alike(old: Sequence[tuple[int, ...]], new: Sequence[tuple[int, ...]]) -> int:
    """For how many turns two orders agree, leaving out who is only in one of them."""
    both = {user for slot in old for user in slot} & {user for slot in new for user in slot}
    pairs = zip(_only(old, both), _only(new, both), strict=False)
    return next((n for n, (before, after) in enumerate(pairs) if before != after), len(old))


def _only(slots: Sequence[tuple[int, ...]], kept: set[int]) -> Iterator[frozenset[int]]:
    return (found for slot in slots if (found := frozenset(kept.intersection(slot))))


def _steps_back(rotation: Rotation, turn: int, zone: ZoneInfo) -> int:
    """How many turns before this one an anchor says the same of all that follow.

    Months count from their anchor, so one that was cut short (31 January, then 28 February) is no anchor;
    nor, for elapsed hours, is an instant whose wall clock had been there before.
    """
    for back in range(_MOST_STEPS_BACK):
        naive = _naive(rotation, turn - back, zone)
        if rotation.unit == "month" and naive.day != rotation.anchor.day:
            continue
        if rotation.is_elapsed and resolve(naive, zone) != rotation.handoff(turn - back, zone):
            continue
        return back
    return 0


def _naive(rotation: Rotation, turn: int, zone: ZoneInfo) -> datetime:
    return wall(rotation.handoff(turn, zone), zone) if rotation.is_elapsed else rotation.naive_handoff(turn)


def planned(draft: LayerDraft, *, number: int, zone: ZoneInfo, dates: Sequence[Dated] = ()) -> PlannedLayer:
    """A draft as the resolver sees it, under a number of its own; `dates` are its calendar's."""
    zone = ZoneInfo(draft.time_zone) if draft.time_zone else zone
    hours = hours_from(draft.restrictions)
    rotation = Rotation(
        anchor=datetime.fromisoformat(draft.anchor),
        unit=draft.unit,
        length=draft.length,
        slots=draft.slots,
        lengths=draft.lengths,
        is_elapsed=draft.clock == "elapsed",
        counts_active=draft.count == "active",
        concurrent=draft.concurrent,
        hours=hours,
    )
    return PlannedLayer(
        id=number,
        priority=draft.priority,
        zone=zone,
        rotation=rotation,
        is_shadow=draft.kind == "shadow",
        starts_at=datetime.fromisoformat(draft.starts_at) if draft.starts_at else None,
        ends_at=datetime.fromisoformat(draft.ends_at) if draft.ends_at else None,
        hours=hours,
        holidays=counting(dates, zone),
        only_holidays=draft.holiday_mode == "only" if draft.holiday_mode else None,
    )


def preview(
    plan: Plan,
    *,
    layers: Sequence[LayerDraft],
    time_zone: str,
    effective_from: datetime,
    at: datetime,
    dates: Mapping[int, Sequence[Dated]],
) -> Plan:
    """The plan as it would be, were these layers saved: nothing is stored. `dates` are by calendar.

    Raises ValidationError as `save_version` does.
    """
    drafts.check(layers, time_zone=time_zone)
    check_start(effective_from, at=at)
    zone = ZoneInfo(time_zone)
    version = Version(
        id=0,
        effective_from=effective_from,
        created_at=at,
        zone=zone,
        layers=tuple(
            # Numbers below zero: none is a stored layer's, and none is taken for "no layer".
            planned(draft, number=-1 - number, zone=zone, dates=dates.get(draft.calendar_id or 0, ()))
            for number, draft in enumerate(layers)
        ),
    )
    ordered = sorted([*plan.versions, version], key=lambda one: (one.effective_from, one.created_at))
    return replace(plan, versions=tuple(ordered))
