"""Forms of a call, in the order of the talk, of actions on many tickets, of time worked and of watchers."""

from datetime import datetime, timedelta

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from config.base.data.clock_changes import read_wall_clock
from config.base.data.lengths import ADDRESS, LONG_TEXT, SHORT_TEXT
from config.base.data.moments import read_local_minute
from config.base.data.retirement import offered
from config.base.data.text import clean_line
from config.base.data.wall_clock import MINUTE
from config.base.web.forms import EditForm, Form
from config.base.web.moments import MomentField, reader_zone
from incidents.categories.catalogue import find_category
from incidents.categories.custom_fields import PREFIX, fields_of
from incidents.desk.opening import Call
from incidents.forms.categories import form_fields, sent_values
from incidents.forms.requesters import NEW_FIELDS, PickerForm
from incidents.forms.response import PARENT_HELP, AssigneeField, VerbForm, private_teams_hint
from incidents.forms.tickets import CategoryField
from incidents.models import ClosureCode, Contact, ContactType, HoldReason, Service, Ticket, Visibility
from oncall.models import Team, User, WorkInterval
from oncall.work.claims import LONGEST

_ENDS = (ClosureCode.SOLVED, ClosureCode.NO_FAULT_FOUND, ClosureCode.CANCELLED)
_IMPACT = [("3", "One person"), ("2", "A team"), ("1", "Many")]
_URGENCY = [("3", "Yes"), ("2", "Partly"), ("1", "No")]
_RECORDS = ("service", "team", "impact", "urgency")
_TEXTS = (
    "title", "category", "contact_type", "description", "affected_customers", "asset_type", "asset_name",
    "asset_external_id", "asset_url",
)  # fmt: skip


def _level_choice(label: str, choices: list[tuple[str, str]]) -> forms.TypedChoiceField:
    """Impact or urgency in the words of the talk, as a row of buttons; nothing while nobody has said it."""
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )


class CallForm(PickerForm):
    """A call: what the requester sees is enough, with a service or a team."""

    field_order = ("title", "who", "requester", *NEW_FIELDS)

    title = forms.CharField(
        label="What does the requester see?",
        max_length=300,
        help_text="In their own words. It becomes the title.",
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        error_messages={"required": "Say it in a few words, such as “card payment declined”."},
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.select_related("team").order_by("name"), required=False, empty_label="Not known yet"
    )
    category = CategoryField()
    impact = _level_choice("Who is hit?", _IMPACT)
    urgency = _level_choice("Can they work?", _URGENCY)
    page_now = forms.BooleanField(label="Page now", required=False)
    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("name"), required=False,
        empty_label="The service's team, or your desk",
    )  # fmt: skip
    contact_type = forms.ChoiceField(label="Channel", choices=ContactType.choices, initial=ContactType.PHONE)
    description = forms.CharField(
        label="Details",
        max_length=LONG_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Markdown works here.",
    )
    affected_customers = forms.CharField(max_length=300, required=False, help_text="Separate several by commas.")
    asset_name = forms.CharField(label="Device", max_length=120, required=False)
    asset_type = forms.CharField(label="Kind of device", max_length=60, required=False)
    asset_external_id = forms.CharField(label="Inventory number", max_length=120, required=False)
    asset_url = forms.URLField(label="Link to the device", max_length=ADDRESS, required=False, assume_scheme="https")
    is_private = forms.BooleanField(
        label="Private: only its team, you and the requester see it", required=False,
        widget=forms.CheckboxInput(attrs={"class": "hf-check"}),
    )  # fmt: skip
    visibility_reason = forms.CharField(label="Why is it private?", max_length=200, required=False)
    solution = forms.CharField(
        label="What solved it?", max_length=LONG_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: object, candidates: QuerySet[Contact], **kwargs: object) -> None:
        super().__init__(*args, candidates=candidates, **kwargs)
        words = str((self.data if self.is_bound else self.initial).get("category") or "")
        self.fields |= form_fields(fields_of(find_category(clean_line(words))), {}, is_new=True)
        self.style_fields()

    @property
    def custom_fields(self) -> list[forms.BoundField]:
        """The fields of the category."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def clean(self) -> dict[str, object]:
        """Besides the requester: a private ticket says why, and what is solved says how, and pages nobody."""
        cleaned = super().clean()
        if cleaned.get("is_private") and not cleaned.get("visibility_reason"):
            self.add_error("visibility_reason", "Say why this record is private.")
        if "solve" in self.data and not cleaned.get("solution"):
            self.add_error("solution", "Say what solved it. Somebody may ask the same tomorrow.")
        if "solve" in self.data and cleaned.get("page_now"):
            self.add_error("page_now", "What is solved pages nobody. Take the tick away, or log it without solving.")
        return cleaned

    def call(self, requester: Contact | None) -> Call:
        """The call as the domain takes it; what is not valid yet counts as empty."""
        cleaned = self.cleaned_data
        texts = {name: cleaned.get(name) or "" for name in _TEXTS}
        records = {name: cleaned.get(name) for name in _RECORDS}
        is_private = cleaned.get("is_private")
        return Call(
            **texts | records,
            requester=requester,
            visibility=Visibility.PRIVATE if is_private else "",
            visibility_reason=cleaned.get("visibility_reason") or "" if is_private else "",
            custom_fields=sent_values(cleaned),
        )


class AssignManyForm(Form):
    """The new assignee of all."""

    assignee = AssigneeField()


class HandOverManyForm(Form):
    """The new team of all, and why."""

    team = forms.ModelChoiceField(
        label="Hand over to team",
        queryset=Team.objects.order_by("name"),
        help_text="It is paged for each whose severity pages, and confirms each.",
    )
    reason = forms.CharField(label="Reason", max_length=SHORT_TEXT, help_text="Numbers, timelines and comments stay.")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = offered(Team.objects.order_by("name"))  # type: ignore[attr-defined]  # typed as any Field
        self.fields["team"].help_text = f"{self.fields['team'].help_text} {private_teams_hint()}".strip()


class ParentOfManyForm(Form):
    """The ticket that contains all."""

    parent = forms.CharField(label="Part of", max_length=24, help_text=PARENT_HELP)


class HoldManyForm(Form):
    """Whom or what all wait for."""

    reason = forms.ChoiceField(label="Waiting for", choices=HoldReason.choices)
    note = forms.CharField(max_length=SHORT_TEXT, required=False)


class CloseManyForm(Form):
    """The closure code and note of all; a duplicate names another ticket, so it is closed on its own page."""

    code = forms.ChoiceField(label="Closure code", choices=[(code.value, code.label) for code in _ENDS])
    note = forms.CharField(max_length=LONG_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2}))


def end_after(started_at: datetime | None, ended_at: datetime | None, typed: str) -> datetime | None:
    """The end, which of a local time that comes twice in a night is the one after the start."""
    if started_at is None or ended_at is None or ended_at > started_at:
        return ended_at
    local = read_local_minute(typed)
    second = read_wall_clock(local, reader_zone()).second if local else None
    return second if second is not None and second > started_at else ended_at


def _zone_hint() -> str:
    return f"In your time zone, {timezone.get_current_timezone_name()}."


class NewWorkTimeForm(VerbForm):
    """A time that was worked: minutes until now, or from when to when."""

    minutes = forms.IntegerField(
        label="Minutes, until now",
        required=False,
        min_value=1,
        max_value=LONGEST // MINUTE,
        help_text="Or say below from when to when.",
    )
    started_at = MomentField(label="From", required=False, whole_minutes=True)
    ended_at = MomentField(label="To", required=False, whole_minutes=True)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # the page passes what its base takes
        self.fields["started_at"].help_text = _zone_hint()

    def clean(self) -> dict[str, object]:
        """One of the two, as a start and an end."""
        cleaned = super().clean() or {}
        minutes = cleaned.pop("minutes", None)
        started_at, ended_at = cleaned.get("started_at"), cleaned.get("ended_at")
        if self.errors:
            return cleaned
        if minutes is not None and (started_at or ended_at):
            self.add_error("minutes", "Give the minutes, or from when to when, but not both.")
        elif minutes is not None:
            now = self.at.replace(second=0, microsecond=0)
            return cleaned | {"started_at": now - timedelta(minutes=minutes), "ended_at": now}
        elif started_at is None:
            self.add_error("minutes" if ended_at is None else "started_at", "Say how long it was, or when it began.")
        elif ended_at is None:
            self.add_error("ended_at", "Say when it ended.")
        return cleaned | {"ended_at": end_after(started_at, ended_at, str(self.data.get("ended_at", "")))}


class WorkTimeForm(EditForm):
    """From when to when a time was; a time that is not changed stays as it is, to the second."""

    started_at = MomentField(label="From", whole_minutes=True)
    ended_at = MomentField(label="To", whole_minutes=True)

    @classmethod
    def of(cls, interval: WorkInterval, data: object = None) -> "WorkTimeForm":
        """The form with the times as they are."""
        form = cls(data, current={"started_at": interval.started_at, "ended_at": interval.ended_at})
        form.interval = interval
        form.fields["started_at"].help_text = _zone_hint()
        return form

    interval: WorkInterval

    def changed_times(self) -> dict[str, datetime | None]:
        """The start and the end, each if it was changed."""
        started_at, ended_at = (
            self.cleaned_data[name] if name in self.changed_data else None for name in ("started_at", "ended_at")
        )
        typed = str(self.data.get("ended_at", ""))
        return {
            "started_at": started_at,
            "ended_at": end_after(started_at or self.interval.started_at, ended_at, typed),
        }


class WatcherForm(VerbForm):
    """A person who does not watch it yet."""

    user = forms.ModelChoiceField(label="Person", queryset=User.objects.none(), empty_label="Choose")

    def __init__(self, *args: object, ticket: Ticket, at: datetime, **kwargs: object) -> None:
        super().__init__(*args, ticket=ticket, at=at, **kwargs)
        watching = ticket.watchers.values("user")
        people = User.objects.people().filter(is_active=True).exclude(pk__in=watching).order_by("name", "pk")
        self.fields["user"].queryset = people  # type: ignore[attr-defined]  # typed as any Field
