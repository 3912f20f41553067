"""Forms of declaring an incident and of the verbs of response."""

from datetime import datetime
from typing import Any

from django import forms

from config.base.data.lengths import LONG_TEXT, SHORT_TEXT
from config.base.data.retirement import offered
from config.base.web.forms import Form
from incidents import response
from incidents.categories.catalogue import find_category
from incidents.forms.tickets import CategoryField, LevelField, SecurityField
from incidents.models import ClosureCode, ContactType, HoldReason, Service, Severity, Ticket
from incidents.response.vendors import MAX_LENGTH
from oncall.models import Team, User

PARENT_HELP = (
    "The number of the ticket that contains it, as INC-7. A ticket is part of one at most, and is not restored or"
    " closed with it."
)


def private_teams_hint() -> str:
    """Which teams' tickets are private, said before one is handed over; empty if no team's are."""
    rows = offered(Team.objects.filter(is_private_by_default=True)).order_by("name")
    names = list(rows.values_list("name", flat=True))
    return f"A ticket becomes private with: {', '.join(names)}. You may not see it any more then." if names else ""


class DeclareForm(Form):
    """Declaring an incident: a title, and what says the team, are enough."""

    title = forms.CharField(
        label="What is wrong?",
        max_length=300,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.order_by("name"), required=False, empty_label="Choose, or choose a team below"
    )
    category = CategoryField()
    customer_impact = forms.CharField(
        label="What do customers see?", max_length=SHORT_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    impact = LevelField(help_text="How many people or systems are affected, and how badly.")
    urgency = LevelField(help_text="How soon it must be fixed.")
    severity = forms.ModelChoiceField(
        queryset=Severity.objects.order_by("position"), required=False, empty_label="As proposed"
    )
    team = forms.ModelChoiceField(
        label="Assigned team",
        queryset=Team.objects.order_by("name"),
        required=False,
        empty_label="The team that owns the service",
    )
    contact_type = forms.ChoiceField(label="Channel", choices=ContactType.choices, initial=ContactType.PORTAL)
    requester_name = forms.CharField(label="Requester", max_length=120, required=False)
    requester_phone = forms.CharField(label="Requester's phone", max_length=40, required=False)
    requester_email = forms.EmailField(label="Requester's e-mail", required=False)
    requester_location = forms.CharField(
        label="Requester's location", max_length=120, required=False, help_text="Site, building or room."
    )
    affected_customers = forms.CharField(max_length=300, required=False)
    is_security = SecurityField()
    description = forms.CharField(
        max_length=LONG_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Markdown works here.",
    )

    def clean(self) -> dict[str, object]:
        """A service, a team or a category with a team is required, and a requester needs a name."""
        cleaned = super().clean() or {}
        about = find_category(cleaned.get("category") or "")
        owner = response.owner_of(team=cleaned.get("team"), service=cleaned.get("service"), category=about)
        if owner is None and not self.errors:
            self.add_error("service", "Choose the affected service, or the team that should look at it.")
        if (cleaned.get("requester_phone") or cleaned.get("requester_email")) and not cleaned.get("requester_name"):
            self.add_error("requester_name", "Write the name that belongs to the phone number or the e-mail address.")
        return cleaned


class VerbForm(Form):
    """The form of a verb on a ticket; `ticket` is there for its choices."""

    def __init__(self, *args: object, ticket: Ticket, at: datetime, **kwargs: object) -> None:
        self.ticket = ticket
        self.at = at
        super().__init__(*args, **kwargs)


class NoteForm(VerbForm):
    """A work note or a public comment."""

    text = forms.CharField(
        label="Note", max_length=LONG_TEXT, widget=forms.Textarea(attrs={"rows": 3}), help_text="Markdown works here."
    )
    is_public = forms.BooleanField(label="The requester may read it", required=False)


class HoldForm(VerbForm):
    """Whom or what it waits for."""

    reason = forms.ChoiceField(label="Waiting for", choices=HoldReason.choices)
    note = forms.CharField(max_length=SHORT_TEXT, required=False)


class ReassignForm(VerbForm):
    """The new team, and why."""

    team = forms.ModelChoiceField(label="Assign to team", queryset=Team.objects.none())
    reason = forms.CharField(label="Reason", max_length=SHORT_TEXT, help_text="Number, timeline and comments stay.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = offered(Team.objects.exclude(pk=self.ticket.team_id).order_by("name"))  # type: ignore[attr-defined]  # typed as any Field
        self.fields["team"].help_text = private_teams_hint()


class AddRespondersForm(VerbForm):
    """The team to add."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("name"), help_text="Its people on call are paged now."
    )


class AssigneeField(forms.ModelChoiceField):
    """A person of some team, or nobody."""

    def __init__(self) -> None:
        people = User.objects.people().filter(is_active=True, memberships__isnull=False)
        super().__init__(queryset=people.distinct().order_by("name"), required=False, empty_label="Nobody")


class AssignForm(VerbForm):
    """The new assignee."""

    assignee = AssigneeField()


class ChangeSeverityForm(VerbForm):
    """The new severity; each choice says whom it would page."""

    severity = forms.ModelChoiceField(queryset=Severity.objects.order_by("position"))
    reason = forms.CharField(max_length=SHORT_TEXT, required=False, help_text="Required to lower the severity.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["severity"].label_from_instance = self._choice_label  # type: ignore[attr-defined]  # typed as any Field
        rows = Severity.objects.order_by("position")
        self.fields["severity"].queryset = offered(rows, also=[self.ticket.severity_id])  # type: ignore[attr-defined]  # as above
        self.fields["severity"].initial = self.ticket.severity_id

    def _choice_label(self, severity: Severity) -> str:
        if severity.pk == self.ticket.severity_id:
            return f"{severity.name}, {severity.title} (current)"
        if self.ticket.severity.pages or not severity.pages:
            return f"{severity.name}, {severity.title}"
        names = response.preview_page(
            severity=severity, service=self.ticket.service, team=self.ticket.team, at=self.at
        )
        return f"{severity.name}, {severity.title} (pages {', '.join(names) or 'nobody, because nobody is on call'})"


class ParentForm(VerbForm):
    """The ticket that contains it."""

    parent = forms.CharField(label="Part of", max_length=24, help_text=PARENT_HELP)


class RestoreForm(VerbForm):
    """What restored the service."""

    note = forms.CharField(
        label="What restored it", max_length=LONG_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class NotifyVendorForm(VerbForm):
    """The vendor that was notified, its number of the case, and what it was told."""

    vendor = forms.CharField(max_length=MAX_LENGTH)
    reference = forms.CharField(label="The vendor's number of the case", max_length=MAX_LENGTH, required=False)
    note = forms.CharField(max_length=SHORT_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class VendorNoteForm(VerbForm):
    """What the vendor said or did."""

    note = forms.CharField(max_length=LONG_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(VerbForm):
    """A reason."""

    reason = forms.CharField(max_length=SHORT_TEXT, widget=forms.Textarea(attrs={"rows": 2}))


class CloseForm(VerbForm):
    """The closure code and a note."""

    code = forms.ChoiceField(label="Closure code", choices=[
        (code.value, code.label)
        for code in (ClosureCode.SOLVED, ClosureCode.NO_FAULT_FOUND, ClosureCode.DUPLICATE,
                     ClosureCode.MERGED, ClosureCode.CANCELLED)
    ])  # fmt: skip
    other = forms.CharField(
        label="Duplicate of, or merged into", required=False, max_length=24,
        help_text="The reference of the ticket that stands for it, as INC-7. Only for these two codes. The promises of"
        " this ticket end and those of the other one go on, so merge the younger ticket into the older one.",
    )  # fmt: skip
    note = forms.CharField(max_length=LONG_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2}))
