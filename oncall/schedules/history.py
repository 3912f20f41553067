"""Who changed a schedule, when and why, and what: two versions compared in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.models import HolidayMode, Layer, LayerKind, RotationUnit, Schedule, ScheduleVersion
from oncall.schedules import hours_text
from oncall.schedules.drafts import LayerDraft, draft_of

MOST_SHOWN = 50
_UNITS = {"hour": "hour", "day": "day", "week": "week", "month": "month"}
_SLOTS = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Entry:
    """One version: where it stands, who made it, and how it differs from the one that it followed."""

    version: ScheduleVersion
    state: str
    changes: tuple[str, ...]
    # A moment at which nothing of it was known yet.
    before: datetime

    @property
    def is_planned(self) -> bool:
        """Whether it can still be withdrawn (R-V3)."""
        return self.state == "planned"


def history(schedule: Schedule, *, in_force: int | None, at: datetime) -> list[Entry]:
    """The newest versions first, in a constant number of queries; `in_force` is the key of the one in force."""
    versions = list(
        schedule.versions.select_related("created_by", "withdrawn_by")
        .prefetch_related("layers__members__user", "layers__calendar")
        .order_by("-created_at", "-pk")[:MOST_SHOWN]
    )
    return [
        Entry(one, _state(one, in_force, at), tuple(_changes(one, versions)), one.created_at - timedelta(seconds=1))
        for one in versions
    ]


def _state(version: ScheduleVersion, in_force: int | None, at: datetime) -> str:
    if version.withdrawn_at is not None:
        return "withdrawn"
    if version.effective_from > at:
        return "planned"
    return "in force" if version.pk == in_force else "past"


def _changes(version: ScheduleVersion, versions: Sequence[ScheduleVersion]) -> list[str]:
    """Compared with the version that was to be in force at its start when it was made."""
    known = [
        one
        for one in versions
        if (one.created_at, one.pk) < (version.created_at, version.pk)
        and one.effective_from <= version.effective_from
        and (one.withdrawn_at is None or one.withdrawn_at > version.created_at)
    ]
    former = max(known, key=lambda one: (one.effective_from, one.created_at, one.pk), default=None)
    new = _layers(version)
    names = _names(version) | (_names(former) if former else {})
    if former is None:
        return [f"{_label(n, new)}: {line}" for n, (_, draft) in enumerate(new) for line in described(draft, names)]
    said = []
    if former.time_zone != version.time_zone:
        said.append(f"Time zone: {former.time_zone} → {version.time_zone}")
    old = _layers(former)
    for n, (layer, draft) in enumerate(new):
        if n >= len(old):
            said.append(f"{_label(n, new)} added: {_people(draft.slots, names)}")
            continue
        said += [f"{_label(n, new)}: {line}" for line in differences(old[n][1], draft, names)]
        said += _calendars(old[n][0], layer, _label(n, new))
    said += [f"{_label(n, old)} removed: {_people(old[n][1].slots, names)}" for n in range(len(new), len(old))]
    return said or ["Nothing but its moment."]


def _layers(version: ScheduleVersion) -> list[tuple[Layer, LayerDraft]]:
    return [(one, draft_of(one)) for one in sorted(version.layers.all(), key=lambda one: one.pk)]


def _names(version: ScheduleVersion) -> dict[int, str]:
    return {member.user_id: member.user.name for layer in version.layers.all() for member in layer.members.all()}


def _label(number: int, layers: Sequence[tuple[Layer, LayerDraft]]) -> str:
    return layers[number][1].name or ("Rotation" if len(layers) == 1 else f"Layer {number + 1}")


def described(draft: LayerDraft, names: Mapping[int, str]) -> list[str]:
    """A layer from the beginning: people, turns and hours."""
    said = [_people(draft.slots, names), f"{turn(draft)} each, handed off {handoff(draft)}"]
    return said + ([_hours(draft)] if draft.restrictions else [])


def differences(old: LayerDraft, new: LayerDraft, names: Mapping[int, str]) -> list[str]:
    """What changed in a layer; a list that was only turned to keep turns did not (R-V4)."""
    said = []
    # Turned while the first handoff stays, it gives everybody another turn.
    is_shifted = old.anchor == new.anchor and old.slots != new.slots
    if is_shifted or not _is_turned(old.slots, new.slots):
        said.append(f"{_people(old.slots, names)} ⇒ {_people(new.slots, names)}{_who(old.slots, new.slots, names)}")
    for what in (turn, handoff, _hours, _other):
        before, after = what(old), what(new)
        if before != after:
            said.append(f"{before or 'nothing'} ⇒ {after or 'nothing'}")
    return said


def _is_turned(old: _SLOTS, new: _SLOTS) -> bool:
    return len(old) == len(new) and any(old[n:] + old[:n] == new for n in range(len(old) or 1))


def _who(old: _SLOTS, new: _SLOTS, names: Mapping[int, str]) -> str:
    before = dict.fromkeys(user for slot in old for user in slot)
    after = dict.fromkeys(user for slot in new for user in slot)
    joined = ", ".join(names.get(user, "?") for user in after if user not in before)
    left = ", ".join(names.get(user, "?") for user in before if user not in after)
    parts = [f"{joined} joined"] * bool(joined) + [f"{left} left"] * bool(left)
    return f" ({'; '.join(parts)})" if parts else " (new order)"


def _people(slots: _SLOTS, names: Mapping[int, str]) -> str:
    places = [" with ".join(names.get(user, "?") for user in slot) or "nobody" for slot in slots]
    return " → ".join(places) or "nobody"


def turn(draft: LayerDraft) -> str:
    """How long a turn lasts, as "2 weeks"."""
    if draft.unit == RotationUnit.CUSTOM:
        return f"turns of {', '.join(map(str, draft.lengths))} minutes"
    unit = _UNITS[draft.unit]
    return f"1 {unit}" if draft.length == 1 else f"{draft.length} {unit}s"


def handoff(draft: LayerDraft) -> str:
    """When turns change hands, as "Mon at 09:00"."""
    anchor = datetime.fromisoformat(draft.anchor)
    if draft.unit == RotationUnit.WEEK:
        return f"{hours_text.DAYS[anchor.weekday()]} at {anchor:%H:%M}"
    if draft.unit == RotationUnit.MONTH:
        return f"on day {anchor.day} at {anchor:%H:%M}"
    return f"at {anchor:%H:%M}" if draft.unit == RotationUnit.DAY else f"counted from {anchor:%Y-%m-%d %H:%M}"


def _hours(draft: LayerDraft) -> str:
    return hours_text.write(draft.restrictions).replace("\n", "; ") or "around the clock"


def _other(draft: LayerDraft) -> str:
    """The rest, of what is not ordinary."""
    said = {
        f"priority {draft.priority}": draft.priority != 0,
        "shadowing": draft.kind == LayerKind.SHADOW,
        f"zone {draft.time_zone}": bool(draft.time_zone),
        f"from {draft.starts_at}": bool(draft.starts_at),
        f"until {draft.ends_at}": bool(draft.ends_at),
        "elapsed hours": draft.clock != "wall",
        "counts only turns within the hours": draft.count != "calendar",
        f"{draft.concurrent} at once": draft.concurrent != 1,
    }
    return ", ".join(words for words, holds in said.items() if holds)


def _calendars(old: Layer, new: Layer, label: str) -> list[str]:
    def said(layer: Layer) -> str:
        if layer.calendar is None:
            return "any day"
        return f"{'only on' if layer.holiday_mode == HolidayMode.ONLY else 'not on'} days of {layer.calendar.name}"

    return [] if said(old) == said(new) else [f"{label}: {said(old)} ⇒ {said(new)}"]
