"""Forms of declaring, changing and moving tickets."""

import uuid
from datetime import datetime
from typing import Any

from django import forms

from config.base.forms import EditForm, Form
from incidents import response
from incidents.models import (
    ClosureCode,
    Component,
    ComponentStatus,
    ContactType,
    HoldReason,
    Impact,
    Incident,
    Level,
    LinkKind,
    MessageTemplate,
    Phase,
    Service,
    Severity,
    StatusPage,
    Ticket,
)
from oncall.models import Team, User


def _levels(unknown: str) -> list[tuple[str, str]]:
    return [("", unknown), *((str(value), label) for value, label in Level.choices)]


class LevelField(forms.TypedChoiceField):
    """One of ITIL's three levels, or not known yet."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=_levels("Not known yet"), coerce=int, empty_value=None, required=False, **options)


class DeclareForm(Form):
    """Raise the alarm: the title is enough to begin with, once it is clear whose it is."""

    title = forms.CharField(
        label="What is wrong?",
        max_length=300,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.order_by("name"), required=False, empty_label="Choose, or choose a team below"
    )
    customer_impact = forms.CharField(
        label="What does the customer see?", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    impact = LevelField(help_text="How many are hit, and how hard.")
    urgency = LevelField(help_text="How soon it must be dealt with.")
    severity = forms.ModelChoiceField(
        queryset=Severity.objects.order_by("rank"), required=False, empty_label="As proposed"
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("name"), required=False, empty_label="The team that owns the service"
    )
    contact_type = forms.ChoiceField(label="Reported by", choices=ContactType.choices, initial=ContactType.PORTAL)
    requester_name = forms.CharField(label="Who reports it?", max_length=120, required=False)
    requester_phone = forms.CharField(label="Their phone", max_length=40, required=False)
    requester_email = forms.EmailField(label="Their e-mail", required=False)
    affected_customers = forms.CharField(max_length=300, required=False)
    description = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="Markdown works here."
    )

    def clean(self) -> dict[str, Any]:
        """Somebody must own it, and a requester needs a name."""
        cleaned = super().clean() or {}
        if not cleaned.get("service") and not cleaned.get("team") and not self.errors:
            self.add_error("service", "Choose the service that is in trouble, or the team that should look at it.")
        if (cleaned.get("requester_phone") or cleaned.get("requester_email")) and not cleaned.get("requester_name"):
            self.add_error("requester_name", "Write the name that goes with the phone number or the address.")
        return cleaned


class TicketForm(EditForm):
    """The facts of an incident."""

    title = forms.CharField(max_length=300)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 6}))
    customer_impact = forms.CharField(
        label="What the customer sees", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    workaround = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    service = forms.ModelChoiceField(queryset=Service.objects.order_by("name"), required=False)
    impact = LevelField()
    urgency = LevelField()
    category = forms.CharField(max_length=60, required=False)
    affected_customers = forms.CharField(max_length=300, required=False)
    conference_url = forms.URLField(label="Conference link", required=False, assume_scheme="https")

    @classmethod
    def of(cls, incident: Incident, data: Any = None) -> "TicketForm":
        """The form over an incident as it stands."""
        names = [name for name in cls.base_fields if name != "seen"]
        current = {name: getattr(incident, f"{name}_id" if name == "service" else name) for name in names}
        return cls(data, current=current, updated_at=incident.updated_at)


class VerbForm(Form):
    """What a verb on a ticket asks; `ticket` is at hand for choices."""

    def __init__(self, *args: Any, ticket: Ticket, at: datetime, **kwargs: Any) -> None:
        self.ticket = ticket
        self.at = at
        super().__init__(*args, **kwargs)


class NoteForm(VerbForm):
    """A work note or a public comment."""

    text = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 3}), help_text="Markdown works here.")
    is_public = forms.BooleanField(label="The requester may read it", required=False)


class HoldForm(VerbForm):
    """Why it waits."""

    reason = forms.ChoiceField(label="Waiting for", choices=HoldReason.choices)
    note = forms.CharField(required=False)


class HandOverForm(VerbForm):
    """To whom, and why."""

    team = forms.ModelChoiceField(label="To", queryset=Team.objects.none())
    reason = forms.CharField(label="Why", help_text="The number, the history and the thread stay.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.exclude(pk=self.ticket.team_id).order_by("name")  # type: ignore[attr-defined]  # typed as any Field


class RespondersForm(VerbForm):
    """Which team is called in."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("name"), help_text="Its people on call are paged now."
    )


class AssignForm(VerbForm):
    """Whose it is."""

    assignee = forms.ModelChoiceField(
        queryset=User.objects.filter(is_active=True, memberships__isnull=False).distinct().order_by("name"),
        required=False,
        empty_label="Nobody",
    )


class SeverityForm(VerbForm):
    """The new severity; each choice says whom it pages."""

    severity = forms.ModelChoiceField(queryset=Severity.objects.order_by("rank"))
    reason = forms.CharField(required=False, help_text="Needed when it becomes less severe.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["severity"].label_from_instance = self._spoken  # type: ignore[attr-defined]  # typed as any Field
        self.fields["severity"].initial = self.ticket.severity_id

    def _spoken(self, severity: Severity) -> str:
        if severity.pk == self.ticket.severity_id:
            return f"{severity.name}, {severity.title} (as it is)"
        if self.ticket.severity.pages or not severity.pages:
            return f"{severity.name}, {severity.title}"
        names = response.preview_page(
            severity=severity, service=self.ticket.service, team=self.ticket.team, at=self.at
        )
        return f"{severity.name}, {severity.title} (pages {', '.join(names) or 'nobody: no one is on call'})"


class RestoreForm(VerbForm):
    """What brought it back."""

    note = forms.CharField(label="What helped", required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(VerbForm):
    """Why."""

    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}))


class CloseForm(VerbForm):
    """How it ended."""

    code = forms.ChoiceField(label="As", choices=[
        (code.value, code.label)
        for code in (ClosureCode.SOLVED, ClosureCode.NO_FAULT_FOUND, ClosureCode.DUPLICATE,
                     ClosureCode.MERGED, ClosureCode.CANCELLED)
    ])  # fmt: skip
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))


class SubscribeForm(Form):
    """Who wants mail, and about which parts."""

    email = forms.EmailField(label="Your e-mail address", max_length=254)
    components = forms.MultipleChoiceField(
        label="Only about",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose none to hear of all.",
    )

    def __init__(self, *args: Any, page: StatusPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = page.components.filter(members=None).order_by("position", "name")
        self.fields["components"].choices = [(one.public_id, one.name) for one in parts]  # type: ignore[attr-defined]  # typed as any Field


def wall_clock(**options: Any) -> forms.DateTimeField:
    """A date and time as the person's own clock shows it."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(widget=widget, **options)


class UpdateForm(Form):
    """An update for customers: all of it is public, so all of it is typed or chosen."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    template = forms.ModelChoiceField(
        queryset=MessageTemplate.objects.order_by("pk"), required=False, empty_label="Your own words"
    )
    name = forms.CharField(
        label="What customers would call it", max_length=200, required=False, help_text="For example: Payments fail."
    )
    status = forms.ChoiceField(choices=[one for one in Phase.choices if one[0] != Phase.POSTMORTEM])
    impact = forms.ChoiceField(choices=Impact.choices, initial=Impact.MINOR)
    components = forms.ModelMultipleChoiceField(
        label="Which parts", queryset=Component.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    component_status = forms.ChoiceField(
        label="These parts are now", required=False, choices=[("", "As they were"), *ComponentStatus.choices],
        help_text="When it is resolved they are operational unless you say otherwise.",
    )  # fmt: skip
    started_at = wall_clock(label="Began", help_text="In your own time zone, as the next one.")
    next_update_at = wall_clock(label="Next update by", required=False, help_text="Needed until it is resolved.")
    body = forms.CharField(
        label="What customers read", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, *args: Any, page: StatusPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = page.components.filter(members=None).order_by("position", "name")
        self.fields["components"].queryset = parts  # type: ignore[attr-defined]  # typed as any Field


def people() -> Any:
    """Those who can be given something to do."""
    return User.objects.filter(is_active=True, memberships__isnull=False).distinct().order_by("name")


class OwnerForm(VerbForm):
    """Who does it."""

    owner = forms.ModelChoiceField(label="Person", queryset=people(), required=False, empty_label="Nobody by name")
    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("name"),
        required=False,
        empty_label="No team",
        help_text="One of them is enough.",
    )


class ActionForm(OwnerForm):
    """An action: what, who, by when."""

    title = forms.CharField(
        label="What is to be done?", max_length=200, help_text='A verb first: "Add an alert on the pool size".'
    )
    due_on = forms.DateField(label="Due on", widget=forms.DateInput(attrs={"type": "date"}))
    is_priority = forms.BooleanField(label="Priority: the incident is not resolved before it is done", required=False)
    field_order = ("title", "owner", "team", "due_on", "is_priority")


class LinkForm(VerbForm):
    """Another ticket, and how they relate."""

    kind = forms.ChoiceField(label="This ticket is", choices=LinkKind.choices)
    other = forms.CharField(label="Ticket", max_length=24, help_text="Its number, as PRB-7 or INC-12.")
