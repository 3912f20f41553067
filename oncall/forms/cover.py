"""Forms of overrides, swaps and time off; times are in the reader's time zone."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from config.base.web.forms import Form
from config.base.web.moments import MomentField
from oncall.models import OverrideOp, Schedule, User
from oncall.schedules import resolve
from oncall.schedules.wall_clock import DAY, day_start


def parse_instant(typed: object) -> datetime | None:
    """The typed instant, or None if it is not a time."""
    try:
        return MomentField(required=False, whole_minutes=True).clean(typed)
    except forms.ValidationError:
        return None


class PersonField(forms.ModelChoiceField):
    """A person, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """Without the address."""
        return str(obj.name)


class PeopleField(forms.ModelMultipleChoiceField):
    """Several people, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """Without the address."""
        return str(obj.name)


class SpanForm(Form):
    """A time span on a schedule, in the reader's time zone, with the schedule's time zone beside it."""

    starts_at = MomentField(whole_minutes=True, label="From")
    ends_at = MomentField(whole_minutes=True, label="Until")
    times = ("starts_at", "ends_at")

    def __init__(self, *args: object, schedule: Schedule, zone: str, at: datetime, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        own_zone = timezone.get_current_timezone_name()
        hint = f"Your time zone, {own_zone}."
        if own_zone != zone:
            schedule_time = f"{timezone.localtime(at, ZoneInfo(zone)):%a %H:%M}"
            hint += f" It is {schedule_time} now in {zone}, the schedule's time zone,"
            hint += f" and {timezone.localtime(at):%a %H:%M} in yours."
        for name in self.times:
            self.fields[name].help_text = self._beside(name, zone) if own_zone != zone and self.is_bound else ""
        self.fields[self.times[0]].help_text = f"{hint} {self.fields[self.times[0]].help_text}".strip()

    def _beside(self, name: str, zone: str) -> str:
        """The typed time in the schedule's time zone."""
        moment = parse_instant(self.data.get(name))
        return f"That is {timezone.localtime(moment, ZoneInfo(zone)):%a %-d %b %H:%M} in {zone}." if moment else ""


def eligible_people(schedule: Schedule, on_schedule: set[int]) -> QuerySet[User]:
    """Those who may be on call on a schedule: its team's people, and the people of its rotation."""
    eligible = Q(memberships__team=schedule.team_id) | Q(pk__in=on_schedule)
    return User.objects.filter(eligible, is_active=True).distinct().order_by("name", "pk")


class CoverForm(SpanForm):
    """Cover for another person."""

    out = PersonField(label="Cover for", queryset=User.objects.none())
    reason = forms.CharField(label="Reason", max_length=200, required=False)
    field_order = ("out", "starts_at", "ends_at", "reason")

    def __init__(self, *args: Any, people: QuerySet[User], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["out"]
        choice.queryset = people.exclude(pk=user.pk)


class OverrideForm(SpanForm):
    """Overrides by managers: replace, add or remove people."""

    op = forms.ChoiceField(label="Change", choices=OverrideOp.choices, initial=OverrideOp.REPLACE)
    users = PeopleField(label="People", queryset=User.objects.none(), help_text="Who covers, is added or is removed.")
    out = PersonField(
        label="Instead of",
        queryset=User.objects.none(),
        required=False,
        help_text="Only if one person covers for another.",
    )
    reason = forms.CharField(label="Reason", max_length=200, required=False)
    field_order = ("op", "users", "out", "starts_at", "ends_at", "reason")

    def __init__(self, *args: Any, people: QuerySet[User], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("users", "out"):
            choice: Any = self.fields[name]
            choice.queryset = people


class SwapForm(SpanForm):
    """Ask others to take a time of one's own."""

    note = forms.CharField(label="Note to the others", max_length=200, required=False)


class OfferForm(SpanForm):
    """Offer to take it, optionally for a time in return."""

    starts_at = None  # type: ignore[assignment]  # removes the form's field
    ends_at = None  # type: ignore[assignment]  # removes the form's field
    return_starts_at = MomentField(whole_minutes=True, label="In return, you are on call for me from", required=False)
    return_ends_at = MomentField(whole_minutes=True, label="until", required=False)
    note = forms.CharField(label="Note", max_length=200, required=False)
    times = ("return_starts_at", "return_ends_at")


class AnswerForm(Form):
    """The reason for declining."""

    answer = forms.CharField(label="Reason", max_length=200)


class TimeOffForm(Form):
    """Time off: whole days, or a part of one."""

    first = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    first_time = forms.TimeField(
        label="From",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text="Empty for the whole day.",
    )
    last = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))
    last_time = forms.TimeField(label="Until", required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    note = forms.CharField(label="Note", max_length=120, required=False, help_text="Your colleagues can read it.")

    def clean(self) -> dict[str, object]:
        """Both ends as instants, in the reader's time zone (R-T5)."""
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
            self.add_error("last_time", "The end must come after the start.")
        return cleaned
