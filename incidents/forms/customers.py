"""Forms of subscribing, updates and maintenance; what is typed in the last two is public."""

import uuid
from typing import Any

from django import forms

from config.base.web.forms import Form
from incidents.customers.maintenance import MAINTENANCE
from incidents.models import (
    Component,
    ComponentStatus,
    Impact,
    MaintenanceStatus,
    MessageTemplate,
    Phase,
    ScheduledMaintenance,
    StatusPage,
)


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


_ZONE = "In your own time zone."


class MaintenanceForm(Form):
    """New planned work."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    name = forms.CharField(
        label="What is done?", max_length=200, help_text="As customers read it: Moving to new database servers."
    )
    components = forms.ModelMultipleChoiceField(
        label="Which parts", queryset=Component.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    starts_at = wall_clock(label="Begins", help_text=_ZONE)
    ends_at = wall_clock(label="Ends", help_text=_ZONE)
    body = forms.CharField(
        label="What customers will notice", max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, *args: Any, page: StatusPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = page.components.filter(members=None).order_by("position", "name")
        self.fields["components"].queryset = parts  # type: ignore[attr-defined]  # typed as any Field


class MaintenanceTellForm(Form):
    """How the work goes; the times are its own unless they are changed here."""

    status = forms.ChoiceField(label="It is now")
    body = forms.CharField(label="What customers read", max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))
    starts_at = wall_clock(label="Begins", help_text=_ZONE)
    ends_at = wall_clock(label="Ends", help_text=_ZONE)
    is_mailed = forms.BooleanField(
        label="Mail it to the subscribers", required=False, help_text="The end of the work is always mailed."
    )

    def __init__(self, *args: Any, maintenance: ScheduledMaintenance, **kwargs: Any) -> None:
        known = {"status": maintenance.status, "starts_at": maintenance.starts_at, "ends_at": maintenance.ends_at}
        super().__init__(*args, initial=known, **kwargs)
        follows = {maintenance.status, *MAINTENANCE.moves[maintenance.status]}
        self.fields["status"].choices = [  # type: ignore[attr-defined]  # typed as any Field
            one for one in MaintenanceStatus.choices if one[0] in follows
        ]
        if maintenance.status != MaintenanceStatus.SCHEDULED:
            del self.fields["starts_at"]
