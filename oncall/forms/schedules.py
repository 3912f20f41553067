"""Forms of the rotation editor: the typed values, a form for each layer, and the resulting drafts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict

from config.base.data.lengths import CONFIG_TEXT
from config.base.data.retirement import offered
from config.base.web.forms import EditForm, Form
from oncall.models import HolidayMode, LayerKind, RotationClock, RotationCount, RotationUnit, Team
from oncall.schedules import hours_text
from oncall.schedules.drafts import FIRST_YEAR, LAST_YEAR, LayerDraft

NOBODY = "nobody"
_LOCAL = forms.TextInput(attrs={"type": "datetime-local"})
_ZONE = {"list": "zones", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
# The form field that shows the errors of a draft's field.
_FIELDS = {"anchor": "starts_on", "time_zone": "layer_zone", "starts_at": "first", "ends_at": "last"}


@dataclass(frozen=True)
class PersonRow:
    """A row of the list: people with the same number are on call together; no user is an empty turn (R-R7)."""

    place: int
    user: int | None


@dataclass(frozen=True)
class LayerState:
    """One layer as typed: its field values by name, and its people."""

    prefix: str
    values: Mapping[str, object] = field(default_factory=dict)
    rows: tuple[PersonRow, ...] = ()

    def numbered(self) -> "LayerState":
        """The layer with people in order of their numbers, renumbered from 1 without gaps."""
        ordered = sorted(self.rows, key=lambda row: row.place)
        places = {place: n for n, place in enumerate(dict.fromkeys(row.place for row in ordered), start=1)}
        return replace(self, rows=tuple(PersonRow(places[row.place], row.user) for row in ordered))

    def with_people(self, users: Iterable[int | None]) -> "LayerState":
        """The layer with these people added at the end."""
        last = max((row.place for row in self.rows), default=0)
        added = tuple(PersonRow(last + n, user) for n, user in enumerate(users, start=1))
        return replace(self, rows=(*self.rows, *added))

    def without_row(self, index: int) -> "LayerState":
        """The layer without one row."""
        return replace(self, rows=(*self.rows[:index], *self.rows[index + 1 :]))

    def with_row_moved(self, index: int, step: int) -> "LayerState":
        """The layer with a person moved a turn earlier or later; the people of both turns change places."""
        place = self.rows[index].place
        new_places = {place: place + step, place + step: place}
        return replace(
            self, rows=tuple(PersonRow(new_places.get(row.place, row.place), row.user) for row in self.rows)
        )

    @property
    def slots(self) -> tuple[tuple[int, ...], ...]:
        """The users of each turn, in order."""
        users_by_place: dict[int, list[int]] = {}
        for row in self.numbered().rows:
            users_by_place.setdefault(row.place, []).extend([] if row.user is None else [row.user])
        return tuple(tuple(dict.fromkeys(users)) for users in users_by_place.values())


class LayerForm(Form):
    """One rotation: five ordinary fields, and the advanced ones."""

    ordinary = ("length", "unit", "handoff_at", "weekday", "starts_on")
    advanced = (
        "name", "hours", "count", "layer_zone", "priority", "kind", "concurrent", "clock", "lengths", "first", "last",
        "calendar", "holiday_mode",
    )  # fmt: skip

    source = forms.IntegerField(required=False, widget=forms.HiddenInput)
    length = forms.IntegerField(label="A turn lasts", min_value=1, max_value=720, initial=1)
    unit = forms.ChoiceField(label="Unit", choices=RotationUnit.choices, initial=RotationUnit.WEEK)
    handoff_at = forms.TimeField(
        label="Handoff at",
        initial="09:00",
        input_formats=["%H:%M"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "Write the time as 09:00, without seconds."},
    )
    weekday = forms.ChoiceField(
        label="On (for weeks)", choices=[*enumerate(hours_text.DAYS)], initial=0, required=False
    )
    starts_on = forms.DateField(
        label="The first turn starts on",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write the date as 2026-01-05."},
    )
    name = forms.CharField(label="Name of the layer", required=False, max_length=80)
    hours = forms.CharField(
        label="Only at these hours",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A window on each line, as Mon-Fri 09:00-17:00 or Fri 17:00 to Mon 09:00. Empty: around the clock.",
    )
    count = forms.ChoiceField(label="Which turns count", choices=RotationCount.choices)
    layer_zone = forms.CharField(
        label="Time zone of the layer", required=False, max_length=64, widget=forms.TextInput(attrs=_ZONE),
        help_text="Empty: the schedule's. Use it for a follow-the-sun rota.",
    )  # fmt: skip
    priority = forms.IntegerField(
        initial=0,
        min_value=-1000,
        max_value=1000,
        help_text="The layer with the highest priority wins; layers with equal priority are combined.",
    )
    kind = forms.ChoiceField(choices=LayerKind.choices)
    concurrent = forms.IntegerField(label="Turns on call at once", initial=1, min_value=1)
    clock = forms.ChoiceField(choices=RotationClock.choices)
    lengths = forms.CharField(
        label="Minutes of each turn", required=False, max_length=2000,
        help_text="For turns of different lengths, with commas: 1440, 2880.",
    )  # fmt: skip
    first = forms.CharField(label="Covers only from", max_length=40, required=False, widget=_LOCAL)
    last = forms.CharField(label="Covers only until", max_length=40, required=False, widget=_LOCAL)
    calendar = forms.ChoiceField(label="Calendar of days off", required=False)
    holiday_mode = forms.ChoiceField(label="On days off", choices=HolidayMode.choices, required=False)

    def __init__(
        self, *args: object, state: LayerState, calendars: Sequence[tuple[int, str]], **kwargs: object
    ) -> None:
        super().__init__(*args, **{"prefix": state.prefix, "initial": dict(state.values)} | kwargs)
        self.state = state
        choices: Any = self.fields["calendar"]
        choices.choices = [("", "No calendar"), *calendars]

    @property
    def is_advanced(self) -> bool:
        """Whether an advanced field has an error or a value of its own; the layer's name alone does not count."""
        return any(
            (self.is_bound and field.errors) or (field.name != "name" and _is_changed(field))
            for field in self.advanced_fields
        )

    @property
    def ordinary_fields(self) -> list[forms.BoundField]:
        """The ordinary bound fields, always visible."""
        return [self[name] for name in self.ordinary]

    @property
    def advanced_fields(self) -> list[forms.BoundField]:
        """The advanced bound fields, folded away."""
        return [self[name] for name in self.advanced]

    def clean_starts_on(self) -> date:
        """Only a day of a supported year."""
        day: date = self.cleaned_data["starts_on"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(f"Choose a day in the years {FIRST_YEAR} to {LAST_YEAR}.")
        return day

    def clean_hours(self) -> list[dict[str, object]]:
        """Parse the lines into windows."""
        return hours_text.read(self.cleaned_data["hours"])

    def clean_lengths(self) -> tuple[int, ...]:
        """Parse the minutes."""
        parts = self.cleaned_data["lengths"].replace(",", " ").split()
        if not all(part.isascii() and part.isdecimal() and len(part) < 9 for part in parts):
            raise ValidationError("Write whole minutes with commas between, as 1440, 2880.")
        return tuple(map(int, parts))

    def draft(self) -> LayerDraft:
        """The layer as a draft for the domain."""
        cleaned = self.cleaned_data
        return LayerDraft(
            anchor=_anchor(cleaned["starts_on"], cleaned["handoff_at"], cleaned["unit"], cleaned["weekday"]),
            slots=self.state.slots,
            unit=cleaned["unit"],
            length=cleaned["length"],
            lengths=cleaned["lengths"],
            name=cleaned["name"],
            priority=cleaned["priority"],
            kind=cleaned["kind"],
            time_zone=cleaned["layer_zone"],
            starts_at=cleaned["first"],
            ends_at=cleaned["last"],
            clock=cleaned["clock"],
            count=cleaned["count"],
            concurrent=cleaned["concurrent"],
            restrictions=cleaned["hours"],
            calendar_id=int(cleaned["calendar"]) if cleaned["calendar"] else None,
            holiday_mode=cleaned["holiday_mode"],
        )

    def take(self, name: str, messages: Sequence[str]) -> None:
        """Show the domain's errors at the field they are about."""
        field_name = "hours" if name.startswith("restrictions") else _FIELDS.get(name, name)
        self.add_error(field_name if field_name in self.fields else None, list(messages))


def _is_changed(field: forms.BoundField) -> bool:
    """Whether a field differs from its default."""
    choices = getattr(field.field, "choices", None)
    default = next(iter(choices))[0] if choices else field.field.initial or ""
    return str(field.value() or default) not in {str(default), "0"}


def _anchor(starts_on: date, handoff_at: time, unit: str, weekday: str) -> str:
    """The handoff that begins the turn of the first day."""
    if unit == RotationUnit.WEEK and weekday:
        starts_on -= timedelta(days=(starts_on.weekday() - int(weekday)) % 7)
    return datetime.combine(starts_on, handoff_at).isoformat(timespec="minutes")


class EditorForm(Form):
    """The fields of a whole version: time zone, when it takes over, and why."""

    draft_rows = "redrawn"

    time_zone = forms.CharField(
        label="Time zone", max_length=64, widget=forms.TextInput(attrs=_ZONE), help_text="Such as Europe/Berlin."
    )
    effective = forms.ChoiceField(label="Takes over", widget=forms.RadioSelect)
    effective_at = forms.CharField(
        label="Date and time",
        max_length=40,
        required=False,
        widget=_LOCAL,
        help_text="In the schedule's time zone; for “At a date”.",
    )
    keep_turns = forms.BooleanField(
        label="Keep turns: if only people change, nobody else's turn moves", required=False, initial=True
    )
    note = forms.CharField(
        label="Reason for the change", required=False, max_length=200, help_text="It is shown in the history."
    )

    def __init__(self, *args: object, effective: Sequence[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["effective"]
        choice.choices, choice.initial = effective, effective[0][0]

    def clean(self) -> dict[str, object]:
        """The choice “At a date” needs a date."""
        cleaned = super().clean() or {}
        if cleaned.get("effective") == "date":
            try:
                # On the wall clock of the schedule's zone, in which the view resolves it.
                moment = datetime.strptime(cleaned.get("effective_at") or "", "%Y-%m-%dT%H:%M")  # noqa: DTZ007
            except ValueError:
                self.add_error("effective_at", "Write a date and a time to the minute, as 2026-01-05T09:00.")
                return cleaned
            cleaned["effective_at"] = moment
            if not FIRST_YEAR <= moment.year <= LAST_YEAR:
                self.add_error("effective_at", f"Choose a time in the years {FIRST_YEAR} to {LAST_YEAR}.")
        return cleaned


class NewEditorForm(EditorForm):
    """A new schedule with its first version."""

    name = forms.CharField(max_length=80)
    team: Any = forms.ModelChoiceField(queryset=None, to_field_name="slug")
    description = forms.CharField(required=False, max_length=CONFIG_TEXT, widget=forms.Textarea(attrs={"rows": 2}))
    field_order = ("name", "team", "description")

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.queryset = offered(teams)
        del self.fields["keep_turns"]


class AboutScheduleForm(EditForm):
    """The schedule itself, without its rotation."""

    name = forms.CharField(max_length=80)
    team: Any = forms.ModelChoiceField(queryset=None)
    description = forms.CharField(required=False, max_length=CONFIG_TEXT, widget=forms.Textarea(attrs={"rows": 3}))
    external_id = forms.CharField(
        label="External id", required=False, max_length=120, help_text="How another system knows it."
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.queryset = offered(teams, also=[self.initial["team"]])


def typed_layers(data: QueryDict) -> list[LayerState]:
    """The layers as sent, each with the person that was just chosen to be added."""
    return [_typed_layer(data, prefix) for prefix in dict.fromkeys(data.getlist("layer"))]


def after_button(
    layers: Sequence[LayerState], action: str, target: str, *, team: Sequence[int], first: Mapping[str, object]
) -> list[LayerState]:
    """The layers after one of the small buttons; `team` can be added to a list, `first` are a new layer's values."""
    prefix, _, number = target.partition(":")
    if action == "add-layer":
        numbers = [int(layer.prefix[1:]) for layer in layers if layer.prefix[1:].isdecimal()]
        return [*layers, LayerState(f"l{max(numbers, default=0) + 1}", first)]
    if action == "remove-layer":
        return [layer for layer in layers if layer.prefix != prefix]
    index = int(number) if number.isdecimal() and len(number) < 5 else -1
    return [_after_button(layer, action, index, team) if layer.prefix == prefix else layer for layer in layers]


def _after_button(layer: LayerState, action: str, index: int, team: Sequence[int]) -> LayerState:
    if action == "add-team":
        existing = {row.user for row in layer.rows}
        return layer.with_people(user for user in team if user not in existing).numbered()
    if not 0 <= index < len(layer.rows):
        return layer
    if action == "remove":
        return layer.without_row(index).numbered()
    step = {"up": -1, "down": 1}.get(action, 0)
    return layer.with_row_moved(index, step).numbered() if step else layer


def _typed_layer(data: QueryDict, prefix: str) -> LayerState:
    places, users = data.getlist(f"{prefix}-place"), data.getlist(f"{prefix}-user")
    rows = tuple(
        PersonRow(int(place) if place.isdecimal() and len(place) < 5 else n, _user(user))
        for n, (place, user) in enumerate(zip(places, users, strict=False), start=1)
    )
    values = {name: data.get(f"{prefix}-{name}") or "" for name in LayerForm.base_fields}
    state = LayerState(prefix, values, rows)
    added = data.get(f"{prefix}-add")
    return (state.with_people([_user(added)]) if added else state).numbered()


def _user(text: str) -> int | None:
    """A user id; 0, which no user has, for text that is no id, so that the domain reports it."""
    if text == NOBODY:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


def stored_layer(draft: LayerDraft, *, source: int, prefix: str) -> LayerState:
    """A layer of a version as the editor shows it."""
    anchor = datetime.fromisoformat(draft.anchor)
    values = {
        "source": source, "length": draft.length, "unit": draft.unit, "handoff_at": anchor.time(),
        "weekday": anchor.weekday(), "starts_on": anchor.date(), "name": draft.name,
        "hours": hours_text.write(draft.restrictions), "count": draft.count, "layer_zone": draft.time_zone,
        "priority": draft.priority, "kind": draft.kind, "concurrent": draft.concurrent, "clock": draft.clock,
        "lengths": ", ".join(map(str, draft.lengths)), "first": draft.starts_at, "last": draft.ends_at,
        "calendar": draft.calendar_id or "", "holiday_mode": draft.holiday_mode,
    }  # fmt: skip
    rows = tuple(
        PersonRow(place, user) for place, users in enumerate(draft.slots, start=1) for user in (users or (None,))
    )
    return LayerState(prefix, values, rows)
