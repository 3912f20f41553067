"""Drafts of layers, checked before anything is stored (R-R7, R-T1)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from oncall.models import HolidayMode, Layer, LayerKind, RotationClock, RotationCount, RotationUnit
from oncall.models.people import ZONES
from oncall.schedules.loading import minute_of_day

MAX_LAYERS = 50
MAX_SLOTS = 200
MAX_LENGTH_BY_UNIT = {RotationUnit.HOUR: 720}
MAX_LENGTH = 366
MIN_CUSTOM_MINUTES = 15
MAX_CUSTOM_MINUTES = 366 * 24 * 60
MAX_CONCURRENT = 20
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
FIRST_YEAR, LAST_YEAR = 1970, 2199


@dataclass(frozen=True)
class LayerDraft:
    """One layer that is not stored yet; the fields are those of `Layer`, and `slots` are lists of user ids."""

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
    """A stored layer as a draft; prefetch its members for speed."""
    slots: list[list[int]] = [[] for _ in range(layer.slots)]
    for member in sorted(layer.members.all(), key=lambda member: (member.slot, member.pk)):
        slots[member.slot].append(member.user_id)
    return LayerDraft(
        slots=tuple(map(tuple, slots)),
        lengths=tuple(layer.lengths),
        **{name: getattr(layer, name) for name in LayerDraft.__dataclass_fields__ if name not in {"slots", "lengths"}},
    )


def check_layers(layers: Sequence[LayerDraft], *, time_zone: str) -> None:
    """Raise ValidationError that names each wrong field, as `layers.0.length`."""
    errors: dict[str, str] = {}
    if time_zone not in ZONES:
        errors["time_zone"] = "This is not the name of a time zone. Write it as Europe/Berlin or America/Chicago."
    if len(layers) > MAX_LAYERS:
        errors["layers"] = f"A schedule has at most {MAX_LAYERS} layers."
    for number, layer in enumerate(layers[:MAX_LAYERS]):
        errors |= {f"layers.{number}.{name}": message for name, message in _layer_errors(layer)}
    if errors:
        raise ValidationError(errors)


def _layer_errors(layer: LayerDraft) -> Iterator[tuple[str, str]]:
    yield from _time_errors(layer)
    yield from _rotation_errors(layer)
    for number, restriction in enumerate(layer.restrictions):
        message = restriction_error(restriction)
        if message:
            yield f"restrictions.{number}", message
    if layer.kind not in LayerKind.values:
        yield "kind", "Choose primary or shadow."
    if layer.holiday_mode not in HolidayMode.values:
        yield "holiday_mode", "Choose exclude, only, or nothing."
    if bool(layer.holiday_mode) != (layer.calendar_id is not None):
        yield "calendar", "Choose both a calendar and a rule for its days, or neither."


def _time_errors(layer: LayerDraft) -> Iterator[tuple[str, str]]:
    if layer.time_zone and layer.time_zone not in ZONES:
        yield "time_zone", "This is not the name of a time zone. Write it as Europe/Berlin or America/Chicago."
    for name in ("anchor", "starts_at", "ends_at"):
        value = getattr(layer, name)
        if (value or name == "anchor") and not is_local_time(value):
            yield name, "Write a date and a time to the minute, without seconds or zone, as 2026-01-05T09:00."


def is_local_time(value: str) -> bool:
    """Whether a text is a local time of a supported year, to the minute (R-T1)."""
    if not isinstance(value, str) or not _LOCAL.fullmatch(value):
        return False
    try:
        return FIRST_YEAR <= datetime.fromisoformat(value).year <= LAST_YEAR
    except ValueError:
        return False


def _rotation_errors(layer: LayerDraft) -> Iterator[tuple[str, str]]:
    if layer.unit not in RotationUnit.values:
        yield "unit", f"Choose one of {', '.join(RotationUnit.values)}."
        return
    max_length = MAX_LENGTH_BY_UNIT.get(RotationUnit(layer.unit), MAX_LENGTH)
    if not 1 <= layer.length <= max_length:
        yield "length", f"A turn lasts 1 to {max_length} units."
    yield from _length_errors(layer)
    if len(layer.slots) > MAX_SLOTS or len(layer.lengths) > MAX_SLOTS:
        yield "slots", f"A rotation has at most {MAX_SLOTS} places."
    if not 1 <= layer.concurrent <= MAX_CONCURRENT:
        yield "concurrent", f"1 to {MAX_CONCURRENT} places can be on call at once."
    if layer.clock not in RotationClock.values:
        yield "clock", "Choose wall or elapsed."
    elif layer.clock == RotationClock.ELAPSED and layer.unit != RotationUnit.HOUR:
        yield "clock", "Elapsed time is for rotations by the hour."
    if layer.count not in RotationCount.values:
        yield "count", "Choose calendar or active."
    elif layer.count == RotationCount.ACTIVE and not layer.restrictions:
        yield "count", "To count only turns within the hours, add a restriction."


def _length_errors(layer: LayerDraft) -> Iterator[tuple[str, str]]:
    is_custom = layer.unit == RotationUnit.CUSTOM
    if is_custom and not layer.lengths:
        yield "lengths", "Write how many minutes each turn lasts."
    if layer.lengths and not is_custom:
        yield "lengths", "Leave the list of minutes empty, or choose turns of different lengths."
    if is_custom and any(not MIN_CUSTOM_MINUTES <= length <= MAX_CUSTOM_MINUTES for length in layer.lengths):
        yield "lengths", f"A turn lasts at least {MIN_CUSTOM_MINUTES} minutes and at most 366 days."


def restriction_error(restriction: dict[str, Any]) -> str:
    """What is wrong with one restriction, or an empty text (R-L2)."""
    if not isinstance(restriction, dict) or restriction.get("type") not in ("daily", "weekly"):
        return "A restriction has the type daily or weekly."
    expected = {"type", "start", "end"} | ({"days"} if restriction["type"] == "daily" else {"start_day", "end_day"})
    if set(restriction) - expected:
        return f"Unknown fields: {', '.join(sorted(set(restriction) - expected))}."
    for name in ("start", "end"):
        if not isinstance(restriction.get(name), str) or not _CLOCK.fullmatch(restriction[name]):
            return "Write times as HH:MM, from 00:00 to 24:00, without seconds."
    if minute_of_day(restriction["start"]) == minute_of_day("24:00"):
        return "A window cannot start at 24:00. Write 00:00 of the next day."
    return "" if _has_valid_days(restriction) else "Days are numbers from 0 for Monday to 6 for Sunday."


def _has_valid_days(restriction: dict[str, object]) -> bool:
    if restriction["type"] == "weekly":
        return _is_weekday(restriction.get("start_day")) and _is_weekday(restriction.get("end_day"))
    days = restriction.get("days")
    return days is None or (isinstance(days, list) and bool(days) and all(map(_is_weekday, days)))


def _is_weekday(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 6
