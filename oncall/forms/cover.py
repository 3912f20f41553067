"""Forms of overrides, swaps and leave; times are on the clock of whoever types them."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from config.base.web.forms import Form
from oncall.models import OverrideOp, Schedule, User
from oncall.schedules import resolve
from oncall.schedules.wall_clock import DAY, day_start

_MINUTE = "%Y-%m-%dT%H:%M"


class InstantField(forms.Field):
    """A wall clock of the reader's zone as an instant, to the minute.

    A time that comes twice on the night the clocks go back is the first of the two, and one that is
    skipped is the end of the gap (R-T3): nobody is sent away at three in the morning.
    """

    default_error_messages = {"invalid": "This is not a time. Write it as 2026-03-01T18:00, by your clock."}

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(format=_MINUTE, attrs={"type": "datetime-local"})
        super().__init__(**{"widget": widget} | options)

    def prepare_value(self, value: Any) -> Any:
        """An instant on the reader's clock; what was typed stays as it was."""
        return timezone.localtime(value).strftime(_MINUTE) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        """The instant; with an offset, as programs write it, the one it names."""
        if value in self.empty_values:
            return None
        try:
            found = parse_datetime(str(value).strip())
        except ValueError:
            found = None
        if found is None or not 2000 <= found.year < 2100:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if found.tzinfo is not None:
            return found
        if found.second or found.microsecond:
            raise forms.ValidationError("Write the time to the minute, without seconds.", code="invalid")
        return resolve(found, ZoneInfo(timezone.get_current_timezone_name()))


def instant_of(typed: Any) -> datetime | None:
    """The instant that was typed, or none if it is no time."""
    try:
        return InstantField(required=False).clean(typed)
    except forms.ValidationError:
        return None


class PersonField(forms.ModelChoiceField):
    """A person, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """Without the address."""
        return str(obj.name)


class PeopleField(forms.ModelMultipleChoiceField):
    """Some people, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """Without the address."""
        return str(obj.name)


class SpanForm(Form):
    """From when to when on a schedule, by the reader's clock, the schedule's beside it."""

    starts_at = InstantField(label="From")
    ends_at = InstantField(label="Until")
    times = ("starts_at", "ends_at")

    def __init__(self, *args: Any, schedule: Schedule, zone: str, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = timezone.get_current_timezone_name()
        hint = f"Your clock, {own}."
        if own != zone:
            there = f"{timezone.localtime(at, ZoneInfo(zone)):%a %H:%M}"
            hint += f" The schedule's, {zone}, shows {there} now, yours {timezone.localtime(at):%a %H:%M}."
        for name in self.times:
            self.fields[name].help_text = self._beside(name, zone) if own != zone and self.is_bound else ""
        self.fields[self.times[0]].help_text = f"{hint} {self.fields[self.times[0]].help_text}".strip()

    def _beside(self, name: str, zone: str) -> str:
        """What was typed, on the schedule's clock."""
        found = instant_of(self.data.get(name))
        return f"That is {timezone.localtime(found, ZoneInfo(zone)):%a %-d %b %H:%M} in {zone}." if found else ""


def people_of(schedule: Schedule, on_schedule: set[int]) -> Any:
    """Those who may stand by on a schedule: its team's people, and whoever takes turns on it."""
    wanted = Q(memberships__team=schedule.team_id) | Q(pk__in=on_schedule)
    return User.objects.filter(wanted, is_active=True).distinct().order_by("name", "pk")


class CoverForm(SpanForm):
    """I stand in for somebody."""

    out = PersonField(label="For whom", queryset=User.objects.none())
    reason = forms.CharField(label="Why", max_length=200, required=False)
    field_order = ("out", "starts_at", "ends_at", "reason")

    def __init__(self, *args: Any, people: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["out"]
        choice.queryset = people.exclude(pk=user.pk)


class ChangeForm(SpanForm):
    """What managers may do: put people in, add them, leave them out."""

    op = forms.ChoiceField(label="What", choices=OverrideOp.choices, initial=OverrideOp.REPLACE)
    users = PeopleField(
        label="Who", queryset=User.objects.none(), help_text="Who stands in, comes in addition, or is left out."
    )
    out = PersonField(
        label="Instead of",
        queryset=User.objects.none(),
        required=False,
        help_text="Only if one stands in for another.",
    )
    reason = forms.CharField(label="Why", max_length=200, required=False)
    field_order = ("op", "users", "out", "starts_at", "ends_at", "reason")

    def __init__(self, *args: Any, people: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("users", "out"):
            choice: Any = self.fields[name]
            choice.queryset = people


class SwapForm(SpanForm):
    """I ask others to take this of mine."""

    note = forms.CharField(label="A word to the others", max_length=200, required=False)


class OfferForm(SpanForm):
    """I would take it, perhaps for a time of mine in return."""

    starts_at = None  # type: ignore[assignment]  # takes the form's field away
    ends_at = None  # type: ignore[assignment]  # takes the form's field away
    return_starts_at = InstantField(label="In return you stand by for me from", required=False)
    return_ends_at = InstantField(label="until", required=False)
    note = forms.CharField(label="A word with it", max_length=200, required=False)
    times = ("return_starts_at", "return_ends_at")


class AnswerForm(Form):
    """Why not."""

    answer = forms.CharField(label="Why not", max_length=200)


class LeaveForm(Form):
    """Days away, or a part of one."""

    first = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    first_time = forms.TimeField(
        label="From", required=False, widget=forms.TimeInput(attrs={"type": "time"}), help_text="Empty: the whole day."
    )
    last = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))
    last_time = forms.TimeField(label="Until", required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    note = forms.CharField(label="Note", max_length=120, required=False, help_text="Your colleagues can read it.")

    def clean(self) -> dict[str, Any]:
        """Both ends as instants, by the reader's clock (R-T5)."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first is None or last is None:
            return cleaned
        if not 2000 <= min(first.year, last.year) <= max(first.year, last.year) < 2100:
            self.add_error("first", "Choose days between the years 2000 and 2100.")
            return cleaned
        if last < first:
            self.add_error("last", "The last day must not come before the first.")
            return cleaned
        zone = ZoneInfo(timezone.get_current_timezone_name())
        start = datetime.combine(first, cleaned.get("first_time") or time.min)
        end = datetime.combine(last, cleaned["last_time"]) if cleaned.get("last_time") else None
        cleaned["starts_at"] = resolve(start, zone)
        cleaned["ends_at"] = resolve(end, zone) if end else day_start(last + DAY, zone)
        if cleaned["ends_at"] <= cleaned["starts_at"]:
            self.add_error("last_time", "The leave must end after it starts.")
        return cleaned
