"""Forms of planned work: all of it is public, so all of it is typed or chosen."""

import uuid
from typing import Any

from django import forms

from config.base.forms import Form
from incidents.forms import wall_clock
from incidents.maintenance import MAINTENANCE
from incidents.models import Component, MaintenanceStatus, ScheduledMaintenance, StatusPage

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
