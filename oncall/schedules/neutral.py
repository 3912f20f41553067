"""Convert layers to and from the neutral format of the API and of the worked cases."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.functions import Lower

from oncall.models import Layer, User
from oncall.schedules import drafts
from oncall.schedules.drafts import LayerDraft, draft_of

_ROTATION = ("anchor", "unit", "length", "lengths", "slots", "clock", "count", "concurrent")
_HOLIDAY = {"calendar": "calendar", "holiday_mode": "mode"}
_TIMES = ("time_zone", "starts_at", "ends_at")


def as_neutral(layer: Layer) -> dict[str, object]:
    """A stored layer with every default filled in; people by id. Prefetch members and calendar for speed."""
    draft = draft_of(layer)
    rotation = {name: getattr(draft, name) for name in _ROTATION}
    return {
        "id": layer.pk,
        "name": draft.name,
        "priority": draft.priority,
        "kind": draft.kind,
        **{name: getattr(draft, name) or None for name in _TIMES},
        "rotation": rotation | {"slots": list(map(list, draft.slots)), "lengths": list(draft.lengths)},
        "restrictions": draft.restrictions,
        "holiday": {"calendar": layer.calendar.name, "mode": draft.holiday_mode} if layer.calendar else None,
    }


def from_neutral(layers: Sequence[Mapping[str, Any]]) -> list[LayerDraft]:
    """Drafts of layers whose types were checked; people are given by id or e-mail address.

    Raises ValidationError that names the position of an unknown person.
    """
    _check_sizes(layers)
    slots = [layer["rotation"]["slots"] for layer in layers]
    user_ids = _users_by_reference(person for places in slots for place in places for person in place)
    missing = {
        f"layers.{number}.rotation.slots.{place}": f"There is no person {person}: write an id or e-mail address."
        for number, places in enumerate(slots)
        for place, people in enumerate(places)
        for person in people
        if _normalized(person) not in user_ids
    }
    if missing:
        raise ValidationError(missing)
    return [_draft(layer, user_ids) for layer in layers]


def _check_sizes(layers: Sequence[Mapping[str, Any]]) -> None:
    """Refuse too many layers or slots before people are looked up."""
    if len(layers) > drafts.MAX_LAYERS:
        raise ValidationError({"layers": f"A schedule has at most {drafts.MAX_LAYERS} layers."})
    message = f"A rotation has at most {drafts.MAX_SLOTS} places."
    too_long = [n for n, layer in enumerate(layers) if len(layer["rotation"]["slots"]) > drafts.MAX_SLOTS]
    if too_long:
        raise ValidationError({f"layers.{number}.rotation.slots": message for number in too_long})


def _draft(layer: Mapping[str, Any], user_ids: Mapping[int | str, int]) -> LayerDraft:
    rotation, holiday = layer["rotation"], layer.get("holiday")
    fields: dict[str, Any] = {name: layer.get(name) or "" for name in _TIMES}
    fields |= {name: rotation[name] for name in _ROTATION if name in rotation and name not in {"slots", "lengths"}}
    return LayerDraft(
        **fields,
        slots=tuple(
            tuple(dict.fromkeys(user_ids[_normalized(person)] for person in slot)) for slot in rotation["slots"]
        ),
        lengths=tuple(rotation.get("lengths", ())),
        name=layer.get("name", ""),
        priority=layer.get("priority", 0),
        kind=layer.get("kind", "primary"),
        # Null days mean every day, like no days; drop them, so that equal layers are always written alike.
        restrictions=[
            {name: value for name, value in restriction.items() if value is not None}
            for restriction in layer.get("restrictions", ())
        ],
        calendar_id=holiday["calendar"].pk if holiday else None,
        holiday_mode=holiday["mode"] if holiday else "",
    )


def _normalized(person: int | str) -> int | str:
    return person.strip().lower() if isinstance(person, str) else person


def _users_by_reference(references: Iterable[int | str]) -> dict[int | str, int]:
    """Ids of people by the reference that names them: an id or an e-mail address."""
    normalized = {_normalized(person) for person in references}
    addresses = [person for person in normalized if isinstance(person, str)]
    by_address = User.objects.annotate(lower=Lower("email")).filter(lower__in=addresses).values_list("lower", "pk")
    keys = User.objects.filter(pk__in=[person for person in normalized if isinstance(person, int)])
    return {**{key: key for key in keys.values_list("pk", flat=True)}, **dict(by_address)}


def with_neutral_names(refusal: ValidationError) -> ValidationError:
    """The errors of a draft, under the field names of the neutral format."""
    if not hasattr(refusal, "error_dict"):
        return refusal
    return ValidationError({_neutral_path(name): messages for name, messages in refusal.message_dict.items()})


def _neutral_path(name: str) -> str:
    parts = name.split(".")
    if len(parts) < 3 or parts[0] != "layers":
        return name
    if parts[2] in _ROTATION:
        parts.insert(2, "rotation")
    elif parts[2] in _HOLIDAY:
        parts[2:3] = ["holiday", _HOLIDAY[parts[2]]]
    return ".".join(parts)
