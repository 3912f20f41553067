"""Create new versions of a schedule: the past stays, and turns do not shift unexpectedly (R-V)."""

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
from oncall.schedules.loading import RecordedDate, effective_dates, restriction_hours
from oncall.schedules.plan import Layer as PlannedLayer
from oncall.schedules.plan import Plan, Version
from oncall.schedules.rotation import Rotation
from oncall.schedules.wall_clock import resolve, wall_time

_MAX_STEPS_BACK = 400


NOTHING_CHANGES = (
    "Nothing would change: the version in force at that moment is already the same. Change people, turns or hours,"
    " or leave it as it is."
)


class NotPlanned(Refusal):
    """Only a version that is not in force yet can be withdrawn."""


class NothingChanges(Refusal):
    """The new version would be the same as the version in force at that moment."""


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
    """Save a version with these layers, in force from `effective_from` on, a whole UTC minute (R-V1, R-V4).

    Versions planned for a later date stay planned (R-V2). Raises ValidationError that names the wrong
    fields, also for a date that has passed; nothing is stored then.
    """
    drafts.check_layers(layers, time_zone=time_zone)
    check_start(effective_from, at=at)
    check_references(layers)
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
    """As `save_version`, unless the newest version is already the same: then return that, and store nothing."""
    newest = _lock_versions(schedule).last()
    if newest is not None and _has_content(newest, layers, time_zone=time_zone):
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
    """As `save_version`; raises NothingChanges if the version in force then is already the same (R-V2)."""
    _lock_versions(schedule)
    if would_change_nothing(schedule=schedule, layers=layers, time_zone=time_zone, effective_from=effective_from):
        raise NothingChanges(NOTHING_CHANGES)
    return save_version(
        schedule=schedule, layers=layers, time_zone=time_zone, effective_from=effective_from, actor=actor, at=at,
        note=note,
    )  # fmt: skip


def would_change_nothing(
    *, schedule: Schedule, layers: Sequence[LayerDraft], time_zone: str, effective_from: datetime
) -> bool:
    """Whether the version in force at `effective_from` is already the same."""
    version_in_force = _active_versions(schedule).filter(effective_from__lte=effective_from).last()
    return version_in_force is not None and _has_content(version_in_force, layers, time_zone=time_zone)


def _lock_versions(schedule: Schedule) -> QuerySet[ScheduleVersion]:
    """Lock the schedule against other changes, and return its versions that were not withdrawn."""
    Schedule.objects.select_for_update(no_key=True).get(pk=schedule.pk)
    return _active_versions(schedule)


def _active_versions(schedule: Schedule) -> QuerySet[ScheduleVersion]:
    """The versions that were not withdrawn, in order; of those that have begun, the last is in force (R-V2)."""
    rows = schedule.versions.filter(withdrawn_at__isnull=True).prefetch_related("layers__members")
    return rows.order_by("effective_from", "created_at", "pk")


def _has_content(version: ScheduleVersion, layers: Sequence[LayerDraft], *, time_zone: str) -> bool:
    """Whether a version has the same content as these drafts, however its hours are written."""
    stored = [drafts.draft_of(layer) for layer in sorted(version.layers.all(), key=lambda layer: layer.pk)]
    return version.time_zone == time_zone and list(map(_normalized, stored)) == list(map(_normalized, layers))


def _normalized(draft: LayerDraft) -> LayerDraft:
    """The draft with its hours in one form: no days and all seven both mean every day."""
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
            {"effective_from": "The past cannot change: choose now or later. Correct past times in attendance."}
        )
    if effective_from.year > drafts.LAST_YEAR:
        raise ValidationError({"effective_from": f"Choose a moment up to the year {drafts.LAST_YEAR}."})


def check_references(layers: Sequence[LayerDraft]) -> None:
    """Raise ValidationError unless all people have an account and all calendars exist."""
    users = {user for layer in layers for slot in layer.slots for user in slot}
    missing = users - set(User.objects.people().filter(pk__in=users).values_list("pk", flat=True))
    if missing:
        raise ValidationError({"layers": f"There is no person {min(missing)}: choose people of the directory."})
    calendars = {layer.calendar_id for layer in layers if layer.calendar_id is not None}
    if Calendar.objects.filter(pk__in=calendars).count() != len(calendars):
        raise ValidationError({"layers": "One of the calendars does not exist any more: choose another one."})


@transaction.atomic
def withdraw_version(*, version_id: int, actor: User | None, at: datetime) -> ScheduleVersion:
    """Withdraw a version that is not in force yet (R-V3). Raises NotPlanned once it is in force or withdrawn."""
    version = ScheduleVersion.objects.select_for_update(no_key=True).get(pk=version_id)
    if version.withdrawn_at is not None:
        raise NotPlanned("This version was already withdrawn.")
    if at >= version.effective_from:
        raise NotPlanned("This version has already been in force and stays in the history. Make a new one instead.")
    version.withdrawn_at, version.withdrawn_by = at, actor
    version.save(update_fields=["withdrawn_at", "withdrawn_by"])
    signals.send_reachability_changed(at=at, schedules=[version.schedule_id])
    return version


def next_handoff(plan: Plan, *, at: datetime) -> datetime:
    """The first handoff after `at` of the version in force; the next whole minute if there is none (R-V4).

    Before the first version, it is the moment when that takes over, so that a change until then replaces it.
    """
    soon = ceil_minute(at)
    version = plan.version_at(soon)
    if version is None:
        return min((planned_version.effective_from for planned_version in plan.versions), default=soon)
    handoffs = []
    for layer in version.layers:
        if layer.rotation.slots and not layer.is_shadow:
            turn = layer.rotation.turn_at(soon, layer.zone) + 1
            while (handoff := layer.rotation.handoff(turn, layer.zone)) <= soon:
                turn += 1
            handoffs.append(handoff)
    return min(handoffs, default=soon)


def keep_all_turns(
    layers: Sequence[LayerDraft],
    *,
    sources: Sequence[int | None],
    time_zone: str,
    plan: Plan,
    effective_from: datetime,
) -> list[LayerDraft]:
    """Return the drafts so that turns stay in each layer in which only people change (R-V4).

    `sources` are the ids of the stored layers that the drafts come from. A changed handoff is taken as it is.
    Raises ValidationError for drafts that cannot be saved.
    """
    drafts.check_layers(layers, time_zone=time_zone)
    zone = ZoneInfo(time_zone)
    version = plan.version_at(effective_from)
    stored = {layer.id: layer for layer in version.layers} if version else {}
    return [
        _keep_turns_if_same_rhythm(draft, old=old, zone=zone, plan=plan, effective_from=effective_from)
        if source is not None and (old := stored.get(source))
        else draft
        for draft, source in zip(layers, sources, strict=True)
    ]


def _keep_turns_if_same_rhythm(
    draft: LayerDraft, *, old: PlannedLayer, zone: ZoneInfo, plan: Plan, effective_from: datetime
) -> LayerDraft:
    """Keep turns if the draft differs from the stored layer only in its people; else return it unchanged."""
    new = planned_layer(draft, number=old.id, zone=zone)
    old_slots, new_slots = old.rotation.slots, new.rotation.slots
    if new.zone != old.zone or replace(new.rotation, slots=old_slots) != old.rotation or old_slots == new_slots:
        return draft
    if any(old_slots[n:] + old_slots[:n] == new_slots for n in range(len(old_slots))):
        # The same order with another start: everybody keeps their turn with the stored order.
        return replace(draft, slots=old_slots)
    return keep_turns(draft, old=old, plan=plan, effective_from=effective_from)


def keep_turns(draft: LayerDraft, *, old: PlannedLayer, plan: Plan, effective_from: datetime) -> LayerDraft:
    """Rotate anchor and slots of the draft so that turns change only for people who join or leave (R-V4).

    The person on turn at `effective_from` stays on turn if they are still in the list; else the next person of
    the old order who is. Removing a person never shifts the turns of others.
    """
    rotation, zone = old.rotation, old.zone
    if not draft.slots or not rotation.slots:
        return draft
    turn = rotation.turn_at(effective_from, zone)
    steps_back = _steps_back(rotation, turn, zone)
    anchor = _local_handoff(rotation, turn - steps_back, zone)
    lengths = draft.lengths
    if draft.unit == "custom" and lengths and len(lengths) == len(rotation.lengths):
        begin = (turn - steps_back) % len(lengths)
        lengths = (*lengths[begin:], *lengths[:begin])
    turned = replace(draft, anchor=anchor.isoformat(timespec="minutes"), lengths=lengths)
    # The slot whose turn is `steps_back` turns after the new anchor, as the layer counts turns.
    new_rotation = planned_layer(turned, number=0, zone=zone).rotation
    slot = new_rotation.count_before(steps_back) if new_rotation.counts_active else steps_back
    shift = (_first_slot(draft, rotation, turn, plan, effective_from) - slot) % len(draft.slots)
    return replace(turned, slots=(*draft.slots[shift:], *draft.slots[:shift]))


def _first_slot(draft: LayerDraft, rotation: Rotation, turn: int, plan: Plan, at: datetime) -> int:
    """The slot in the new list whose turn it is: that of the first active person who is still in it.

    If that person has several slots, choose the one after which most turns stay the same.
    """
    count = rotation.count_before(turn) if rotation.counts_active else turn
    old = [rotation.slots[(count + n) % len(rotation.slots)] for n in range(len(rotation.slots))]
    for offset, users in enumerate(old):
        for user in users:
            slots = [slot for slot, people in enumerate(draft.slots) if user in people]
            if slots and not plan.is_inactive(user, at):
                coming_slots = [*old[offset:], *old[:offset]]
                return max(
                    slots, key=lambda slot: _matching_turns(coming_slots, [*draft.slots[slot:], *draft.slots[:slot]])
                )
    return 0


def _matching_turns(old: Sequence[tuple[int, ...]], new: Sequence[tuple[int, ...]]) -> int:
    """The number of turns for which two orders agree, without people who are only in one of them."""
    common_users = {user for slot in old for user in slot} & {user for slot in new for user in slot}
    pairs = zip(_restrict_slots(old, common_users), _restrict_slots(new, common_users), strict=False)
    return next((n for n, (before, after) in enumerate(pairs) if before != after), len(old))


def _restrict_slots(slots: Sequence[tuple[int, ...]], common_users: set[int]) -> Iterator[frozenset[int]]:
    return (users for slot in slots if (users := frozenset(common_users.intersection(slot))))


def _steps_back(rotation: Rotation, turn: int, zone: ZoneInfo) -> int:
    """How many turns back an anchor gives the same handoffs from this turn on.

    Months count from their anchor, so a shortened month (31 January, then 28 February) is no anchor;
    neither is, for elapsed hours, an instant whose wall clock time occurs twice.
    """
    for steps in range(_MAX_STEPS_BACK):
        local_start = _local_handoff(rotation, turn - steps, zone)
        if rotation.unit == "month" and local_start.day != rotation.anchor.day:
            continue
        if rotation.is_elapsed and resolve(local_start, zone) != rotation.handoff(turn - steps, zone):
            continue
        return steps
    return 0


def _local_handoff(rotation: Rotation, turn: int, zone: ZoneInfo) -> datetime:
    return wall_time(rotation.handoff(turn, zone), zone) if rotation.is_elapsed else rotation.naive_handoff(turn)


def planned_layer(
    draft: LayerDraft, *, number: int, zone: ZoneInfo, dates: Sequence[RecordedDate] = ()
) -> PlannedLayer:
    """A draft as a layer for the resolver, with `number` as id; `dates` are those of its calendar."""
    zone = ZoneInfo(draft.time_zone) if draft.time_zone else zone
    hours = restriction_hours(draft.restrictions)
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
        holidays=effective_dates(dates, zone),
        only_holidays=draft.holiday_mode == "only" if draft.holiday_mode else None,
    )


def preview_plan(
    plan: Plan,
    *,
    layers: Sequence[LayerDraft],
    time_zone: str,
    effective_from: datetime,
    at: datetime,
    dates: Mapping[int, Sequence[RecordedDate]],
) -> Plan:
    """The plan as it would be with these layers saved; nothing is stored. `dates` are by calendar id.

    Raises ValidationError as `save_version` does.
    """
    drafts.check_layers(layers, time_zone=time_zone)
    check_start(effective_from, at=at)
    zone = ZoneInfo(time_zone)
    version = Version(
        id=0,
        effective_from=effective_from,
        created_at=at,
        zone=zone,
        layers=tuple(
            # Negative ids: no stored layer has one, and none is mistaken for "no layer".
            planned_layer(draft, number=-1 - number, zone=zone, dates=dates.get(draft.calendar_id or 0, ()))
            for number, draft in enumerate(layers)
        ),
    )
    ordered = sorted(
        [*plan.versions, version],
        key=lambda planned_version: (planned_version.effective_from, planned_version.created_at),
    )
    return replace(plan, versions=tuple(ordered))
