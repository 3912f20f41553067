"""The history of a schedule: who changed what, when and why, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.models import HolidayMode, Layer, LayerKind, RotationUnit, Schedule, ScheduleVersion
from oncall.schedules import hours_text
from oncall.schedules.drafts import LayerDraft, draft_of

MAX_ENTRIES = 50
_UNITS = {"hour": "hour", "day": "day", "week": "week", "month": "month"}
_SLOTS = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Entry:
    """One version: its state, and how it differs from the version before it."""

    version: ScheduleVersion
    state: str
    changes: tuple[str, ...]
    # A moment just before it was recorded.
    before: datetime

    @property
    def is_planned(self) -> bool:
        """Whether it can still be withdrawn (R-V3)."""
        return self.state == "planned"


def history(schedule: Schedule, *, in_force: int | None, at: datetime) -> list[Entry]:
    """The newest versions first, in a constant number of queries; `in_force` is the id of the version in force."""
    versions = list(
        schedule.versions.select_related("created_by", "withdrawn_by")
        .prefetch_related("layers__members__user", "layers__calendar")
        .order_by("-created_at", "-pk")[:MAX_ENTRIES]
    )
    return [
        Entry(
            version,
            _state(version, in_force, at),
            tuple(_changes(version, versions)),
            version.created_at - timedelta(seconds=1),
        )
        for version in versions
    ]


def _state(version: ScheduleVersion, in_force: int | None, at: datetime) -> str:
    if version.withdrawn_at is not None:
        return "withdrawn"
    if version.effective_from > at:
        return "planned"
    return "in force" if version.pk == in_force else "past"


def _changes(version: ScheduleVersion, versions: Sequence[ScheduleVersion]) -> list[str]:
    """The differences from the version that, when this was made, was to be in force at its start."""
    earlier = [
        other
        for other in versions
        if (other.created_at, other.pk) < (version.created_at, version.pk)
        and other.effective_from <= version.effective_from
        and (other.withdrawn_at is None or other.withdrawn_at > version.created_at)
    ]
    previous = max(earlier, key=lambda other: (other.effective_from, other.created_at, other.pk), default=None)
    new = _layers(version)
    names = _names(version) | (_names(previous) if previous else {})
    if previous is None:
        return [
            f"{_layer_label(n, new)}: {line}"
            for n, (_, draft) in enumerate(new)
            for line in layer_description(draft, names)
        ]
    lines = []
    if previous.time_zone != version.time_zone:
        lines.append(f"Time zone: {previous.time_zone} → {version.time_zone}")
    old = _layers(previous)
    for n, (layer, draft) in enumerate(new):
        if n >= len(old):
            lines.append(f"{_layer_label(n, new)} added: {_people_text(draft.slots, names)}")
            continue
        lines += [f"{_layer_label(n, new)}: {line}" for line in layer_differences(old[n][1], draft, names)]
        lines += _calendar_changes(old[n][0], layer, _layer_label(n, new))
    lines += [
        f"{_layer_label(n, old)} removed: {_people_text(old[n][1].slots, names)}" for n in range(len(new), len(old))
    ]
    return lines or ["Only the time from which it is in force."]


def _layers(version: ScheduleVersion) -> list[tuple[Layer, LayerDraft]]:
    return [(layer, draft_of(layer)) for layer in sorted(version.layers.all(), key=lambda layer: layer.pk)]


def _names(version: ScheduleVersion) -> dict[int, str]:
    return {member.user_id: member.user.name for layer in version.layers.all() for member in layer.members.all()}


def _layer_label(number: int, layers: Sequence[tuple[Layer, LayerDraft]]) -> str:
    return layers[number][1].name or ("Rotation" if len(layers) == 1 else f"Layer {number + 1}")


def layer_description(draft: LayerDraft, names: Mapping[int, str]) -> list[str]:
    """A new layer in words: people, turns and hours."""
    lines = [_people_text(draft.slots, names), f"{turn_text(draft)} each, handed off {handoff_text(draft)}"]
    return lines + ([_hours_settings(draft)] if draft.restrictions else [])


def layer_differences(old: LayerDraft, new: LayerDraft, names: Mapping[int, str]) -> list[str]:
    """What changed in a layer; a list that was only rotated to keep turns is no change (R-V4)."""
    lines = []
    # If the first handoff stays, a rotated list gives everybody another turn.
    is_shifted = old.anchor == new.anchor and old.slots != new.slots
    if is_shifted or not _is_rotated(old.slots, new.slots):
        lines.append(
            f"{_people_text(old.slots, names)} ⇒ {_people_text(new.slots, names)}"
            f"{_membership_changes(old.slots, new.slots, names)}"
        )
    for describe in (turn_text, handoff_text, _hours_settings, _other_settings):
        old_text, new_text = describe(old), describe(new)
        if old_text != new_text:
            lines.append(f"{old_text or 'nothing'} ⇒ {new_text or 'nothing'}")
    return lines


def _is_rotated(old: _SLOTS, new: _SLOTS) -> bool:
    return len(old) == len(new) and any(old[n:] + old[:n] == new for n in range(len(old) or 1))


def _membership_changes(old: _SLOTS, new: _SLOTS, names: Mapping[int, str]) -> str:
    old_users = dict.fromkeys(user for slot in old for user in slot)
    new_users = dict.fromkeys(user for slot in new for user in slot)
    joined = ", ".join(names.get(user, "?") for user in new_users if user not in old_users)
    removed = ", ".join(names.get(user, "?") for user in old_users if user not in new_users)
    parts = [f"{joined} joined"] * bool(joined) + [f"{removed} left"] * bool(removed)
    return f" ({'; '.join(parts)})" if parts else " (new order)"


def _people_text(slots: _SLOTS, names: Mapping[int, str]) -> str:
    places = [" with ".join(names.get(user, "?") for user in slot) or "nobody" for slot in slots]
    return " → ".join(places) or "nobody"


def turn_text(draft: LayerDraft) -> str:
    """The length of a turn, as "2 weeks"."""
    if draft.unit == RotationUnit.CUSTOM:
        return f"turns of {', '.join(map(str, draft.lengths))} minutes"
    unit = _UNITS[draft.unit]
    return f"1 {unit}" if draft.length == 1 else f"{draft.length} {unit}s"


def handoff_text(draft: LayerDraft) -> str:
    """When turns change hands, as "Mon at 09:00"."""
    anchor = datetime.fromisoformat(draft.anchor)
    if draft.unit == RotationUnit.WEEK:
        return f"{hours_text.DAYS[anchor.weekday()]} at {anchor:%H:%M}"
    if draft.unit == RotationUnit.MONTH:
        return f"on day {anchor.day} at {anchor:%H:%M}"
    return f"at {anchor:%H:%M}" if draft.unit == RotationUnit.DAY else f"counted from {anchor:%Y-%m-%d %H:%M}"


def _hours_settings(draft: LayerDraft) -> str:
    return hours_text.write(draft.restrictions).replace("\n", "; ") or "around the clock"


def _other_settings(draft: LayerDraft) -> str:
    """All other settings that differ from the default."""
    settings = {
        f"priority {draft.priority}": draft.priority != 0,
        "shadowing": draft.kind == LayerKind.SHADOW,
        f"zone {draft.time_zone}": bool(draft.time_zone),
        f"from {draft.starts_at}": bool(draft.starts_at),
        f"until {draft.ends_at}": bool(draft.ends_at),
        "elapsed hours": draft.clock != "wall",
        "counts only turns within the hours": draft.count != "calendar",
        f"{draft.concurrent} at once": draft.concurrent != 1,
    }
    return ", ".join(setting for setting, applies in settings.items() if applies)


def _calendar_changes(old: Layer, new: Layer, label: str) -> list[str]:
    def calendar_text(layer: Layer) -> str:
        if layer.calendar is None:
            return "any day"
        return f"{'only on' if layer.holiday_mode == HolidayMode.ONLY else 'not on'} days of {layer.calendar.name}"

    return (
        [] if calendar_text(old) == calendar_text(new) else [f"{label}: {calendar_text(old)} ⇒ {calendar_text(new)}"]
    )
