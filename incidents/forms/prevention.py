"""Forms of action items, and of links to tickets and to other systems."""

from django import forms
from django.db.models import QuerySet

from incidents.forms.response import VerbForm
from incidents.models import LinkKind
from incidents.tickets.external_links import MAX_TITLE, MAX_URL
from oncall.models import Team, User


def assignable_people() -> QuerySet[User]:
    """People whom an action item can be assigned to."""
    return User.objects.people().filter(is_active=True, memberships__isnull=False).distinct().order_by("name")


class OwnerForm(VerbForm):
    """The owner of an action item."""

    owner = forms.ModelChoiceField(
        label="Person", queryset=assignable_people(), required=False, empty_label="No person"
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("name"),
        required=False,
        empty_label="No team",
        help_text="A person or a team is enough.",
    )


class ActionItemForm(OwnerForm):
    """A new action item: what, who, by when."""

    title = forms.CharField(
        label="What must be done?", max_length=200, help_text='Begin with a verb: "Add an alert on the pool size".'
    )
    due_on = forms.DateField(label="Due on", widget=forms.DateInput(attrs={"type": "date"}))
    is_priority = forms.BooleanField(label="Priority: the incident is resolved only when it is done", required=False)
    field_order = ("title", "owner", "team", "due_on", "is_priority")


class LinkForm(VerbForm):
    """The other ticket, and how this one relates to it."""

    kind = forms.ChoiceField(label="This ticket is", choices=LinkKind.choices)
    other = forms.CharField(label="Ticket", max_length=24, help_text="Its reference, as PRB-7 or INC-12.")


class ExternalLinkForm(VerbForm):
    """The address, and what to call it."""

    url = forms.CharField(
        label="Address",
        max_length=MAX_URL,
        widget=forms.URLInput(attrs={"autofocus": True}),
        help_text="The whole address, beginning with https:// or http://.",
    )
    title = forms.CharField(
        label="Title", max_length=MAX_TITLE, required=False, help_text="Without one it is called by its host."
    )
