"""Layers as somebody typed them, checked before anything is stored (R-R7, R-T1)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from oncall.models import HolidayMode, Layer, LayerKind, RotationClock, RotationCount, RotationUnit
from oncall.models.people import ZONES
from oncall.schedules.loading import minute_of

MOST_LAYERS = 50
MOST_SLOTS = 200
MOST_LENGTH = {RotationUnit.HOUR: 720}
ORDINARY_MOST_LENGTH = 366
LEAST_CUSTOM_MINUTES = 15
MOST_CUSTOM_MINUTES = 366 * 24 * 60
MOST_CONCURRENT = 20
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
FIRST_YEAR, LAST_YEAR = 1970, 2199


@dataclass(frozen=True)
class LayerDraft:
    """One layer to be; the fields are those of `Layer`, and `slots` are lists of the keys of users."""

    anchor: str
    slots: tuple[tuple[int, ...], ...]
    unit: str = RotationUnit.WEEK
    length: int = 1
    lengths: tuple[int, ...] = ()
    name: str = ""
    priority: int = 0
    kind: str = LayerKind.PRIMARY
    time_zone: str = ""
    starts_at: str = ""
    ends_at: str = ""
    clock: str = RotationClock.WALL
    count: str = RotationCount.CALENDAR
    concurrent: int = 1
    restrictions: list[dict[str, Any]] = field(default_factory=list)
    calendar_id: int | None = None
    holiday_mode: str = HolidayMode.NONE


def draft_of(layer: Layer) -> LayerDraft:
    """A stored layer as a draft, to be changed; its members are best prefetched."""
    slots: list[list[int]] = [[] for _ in range(layer.slots)]
    for member in sorted(layer.members.all(), key=lambda one: (one.slot, one.pk)):
        slots[member.slot].append(member.user_id)
    return LayerDraft(
        slots=tuple(map(tuple, slots)),
        lengths=tuple(layer.lengths),
        **{name: getattr(layer, name) for name in LayerDraft.__dataclass_fields__ if name not in {"slots", "lengths"}},
    )


def check(layers: Sequence[LayerDraft], *, time_zone: str) -> None:
    """Raise ValidationError that names each wrong field, as `layers.0.length`; nothing is wrong otherwise."""
    errors: dict[str, str] = {}
    if time_zone not in ZONES:
        errors["time_zone"] = "This is not a time zone's name. Write it as Europe/Berlin or America/Chicago."
    if len(layers) > MOST_LAYERS:
        errors["layers"] = f"A schedule has at most {MOST_LAYERS} layers."
    for number, layer in enumerate(layers[:MOST_LAYERS]):
        errors |= {f"layers.{number}.{name}": said for name, said in _wrong(layer)}
    if errors:
        raise ValidationError(errors)


def _wrong(layer: LayerDraft) -> Iterator[tuple[str, str]]:
    yield from _wrong_times(layer)
    yield from _wrong_rotation(layer)
    for number, one in enumerate(layer.restrictions):
        said = _wrong_restriction(one)
        if said:
            yield f"restrictions.{number}", said
    if layer.kind not in LayerKind.values:
        yield "kind", "Choose primary or shadow."
    if layer.holiday_mode not in HolidayMode.values:
        yield "holiday_mode", "Choose exclude, only, or nothing."
    if bool(layer.holiday_mode) != (layer.calendar_id is not None):
        yield "calendar", "A rule for holidays needs a calendar, and a calendar needs a rule."


def _wrong_times(layer: LayerDraft) -> Iterator[tuple[str, str]]:
    if layer.time_zone and layer.time_zone not in ZONES:
        yield "time_zone", "This is not a time zone's name. Write it as Europe/Berlin or America/Chicago."
    for name in ("anchor", "starts_at", "ends_at"):
        value = getattr(layer, name)
        if (value or name == "anchor") and not is_local(value):
            yield name, "Write a date and a time to the minute, without seconds or zone, as 2026-01-05T09:00."


def is_local(value: str) -> bool:
    """Whether a text is a wall clock of our years, to the minute (R-T1)."""
    if not isinstance(value, str) or not _LOCAL.fullmatch(value):
        return False
    try:
        return FIRST_YEAR <= datetime.fromisoformat(value).year <= LAST_YEAR
    except ValueError:
        return False


def _wrong_rotation(layer: LayerDraft) -> Iterator[tuple[str, str]]:
    if layer.unit not in RotationUnit.values:
        yield "unit", f"Choose one of {', '.join(RotationUnit.values)}."
        return
    most = MOST_LENGTH.get(RotationUnit(layer.unit), ORDINARY_MOST_LENGTH)
    if not 1 <= layer.length <= most:
        yield "length", f"A turn lasts 1 to {most} of these."
    yield from _wrong_lengths(layer)
    if len(layer.slots) > MOST_SLOTS or len(layer.lengths) > MOST_SLOTS:
        yield "slots", f"A rotation has at most {MOST_SLOTS} places."
    if not 1 <= layer.concurrent <= MOST_CONCURRENT:
        yield "concurrent", f"1 to {MOST_CONCURRENT} places can be on call at once."
    if layer.clock not in RotationClock.values:
        yield "clock", "Choose wall or elapsed."
    elif layer.clock == RotationClock.ELAPSED and layer.unit != RotationUnit.HOUR:
        yield "clock", "Elapsed time is for rotations by the hour."
    if layer.count not in RotationCount.values:
        yield "count", "Choose calendar or active."
    elif layer.count == RotationCount.ACTIVE and not layer.restrictions:
        yield "count", "Counting only turns within the hours needs hours: add a restriction."


def _wrong_lengths(layer: LayerDraft) -> Iterator[tuple[str, str]]:
    is_custom = layer.unit == RotationUnit.CUSTOM
    if is_custom and not layer.lengths:
        yield "lengths", "Say how many minutes each turn lasts."
    if layer.lengths and not is_custom:
        yield "lengths", "Only turns of different lengths have a list of minutes."
    if is_custom and any(not LEAST_CUSTOM_MINUTES <= length <= MOST_CUSTOM_MINUTES for length in layer.lengths):
        yield "lengths", f"A turn lasts at least {LEAST_CUSTOM_MINUTES} minutes and at most 366 days."


def _wrong_restriction(one: dict[str, Any]) -> str:
    """What is wrong with one restriction, or nothing (R-L2)."""
    if not isinstance(one, dict) or one.get("type") not in ("daily", "weekly"):
        return "A restriction has the type daily or weekly."
    wanted = {"type", "start", "end"} | ({"days"} if one["type"] == "daily" else {"start_day", "end_day"})
    if set(one) - wanted:
        return f"Unknown here: {', '.join(sorted(set(one) - wanted))}."
    for name in ("start", "end"):
        if not isinstance(one.get(name), str) or not _CLOCK.fullmatch(one[name]):
            return "Write times as HH:MM, from 00:00 to 24:00, without seconds."
    if minute_of(one["start"]) == minute_of("24:00"):
        return "A window cannot start at 24:00: write 00:00 of the next day."
    return "" if _names_days(one) else "Days are numbers from 0 for Monday to 6 for Sunday."


def _names_days(one: dict[str, Any]) -> bool:
    if one["type"] == "weekly":
        return _is_day(one.get("start_day")) and _is_day(one.get("end_day"))
    days = one.get("days")
    return days is None or (isinstance(days, list) and bool(days) and all(map(_is_day, days)))


def _is_day(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 6
