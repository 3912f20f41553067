"""Layers in the neutral format of the API and of the worked cases, and the way back."""

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


def as_neutral(layer: Layer) -> dict[str, Any]:
    """A stored layer with every default filled in; people by id. Members and calendar are best prefetched."""
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
    """Drafts of layers whose types were checked; people may be named by id or e-mail address, in one query.

    Raises ValidationError that names the place of a person nobody knows.
    """
    _check_sizes(layers)
    slots = [layer["rotation"]["slots"] for layer in layers]
    known = _people(person for places in slots for place in places for person in place)
    missing = {
        f"layers.{number}.rotation.slots.{place}": f"Nobody here is {person}: give a person's id or e-mail address."
        for number, places in enumerate(slots)
        for place, people in enumerate(places)
        for person in people
        if _spelled(person) not in known
    }
    if missing:
        raise ValidationError(missing)
    return [_draft(layer, known) for layer in layers]


def _check_sizes(layers: Sequence[Mapping[str, Any]]) -> None:
    """Before anybody is looked up."""
    if len(layers) > drafts.MOST_LAYERS:
        raise ValidationError({"layers": f"A schedule has at most {drafts.MOST_LAYERS} layers."})
    said = f"A rotation has at most {drafts.MOST_SLOTS} places."
    crowded = [n for n, layer in enumerate(layers) if len(layer["rotation"]["slots"]) > drafts.MOST_SLOTS]
    if crowded:
        raise ValidationError({f"layers.{number}.rotation.slots": said for number in crowded})


def _draft(layer: Mapping[str, Any], known: Mapping[int | str, int]) -> LayerDraft:
    rotation, holiday = layer["rotation"], layer.get("holiday")
    fields: dict[str, Any] = {name: layer.get(name) or "" for name in _TIMES}
    fields |= {name: rotation[name] for name in _ROTATION if name in rotation and name not in {"slots", "lengths"}}
    return LayerDraft(
        **fields,
        slots=tuple(tuple(dict.fromkeys(known[_spelled(one)] for one in place)) for place in rotation["slots"]),
        lengths=tuple(rotation.get("lengths", ())),
        name=layer.get("name", ""),
        priority=layer.get("priority", 0),
        kind=layer.get("kind", "primary"),
        # No days named is every day; said once, so that the same layer is always written alike.
        restrictions=[
            {name: value for name, value in one.items() if value is not None} for one in layer.get("restrictions", ())
        ],
        calendar_id=holiday["calendar"].pk if holiday else None,
        holiday_mode=holiday["mode"] if holiday else "",
    )


def _spelled(person: int | str) -> int | str:
    return person.strip().lower() if isinstance(person, str) else person


def _people(named: Iterable[int | str]) -> dict[int | str, int]:
    """Keys of people by whatever named them."""
    asked = {_spelled(person) for person in named}
    mails = [person for person in asked if isinstance(person, str)]
    by_mail = User.objects.annotate(lower=Lower("email")).filter(lower__in=mails).values_list("lower", "pk")
    keys = User.objects.filter(pk__in=[person for person in asked if isinstance(person, int)])
    return {**{key: key for key in keys.values_list("pk", flat=True)}, **dict(by_mail)}


def renamed(refusal: ValidationError) -> ValidationError:
    """What is wrong with a draft, under the names that the fields have in the neutral format."""
    if not hasattr(refusal, "error_dict"):
        return refusal
    return ValidationError({_path(name): said for name, said in refusal.message_dict.items()})


def _path(name: str) -> str:
    parts = name.split(".")
    if len(parts) < 3 or parts[0] != "layers":
        return name
    if parts[2] in _ROTATION:
        parts.insert(2, "rotation")
    elif parts[2] in _HOLIDAY:
        parts[2:3] = ["holiday", _HOLIDAY[parts[2]]]
    return ".".join(parts)
