"""Forms of subscribing, updates and maintenance; the last two are published as typed."""

from django import forms

from config.base.data.lengths import SHORT_TEXT
from config.base.web.forms import EditForm, Form
from config.base.web.moments import MomentField
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
    """The address, and the components to get mail about."""

    email = forms.EmailField(label="Your e-mail address", max_length=254)
    components = forms.MultipleChoiceField(
        label="Only about",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose none to get updates about all.",
    )

    def __init__(self, *args: object, page: StatusPage, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        components = page.components.filter(members=None).order_by("position", "name")
        self.fields["components"].choices = [(row.public_id, row.name) for row in components]  # type: ignore[attr-defined]  # typed as any Field


class UpdateForm(Form):
    """An update for customers; every field is public, so each is typed or chosen."""

    template = forms.ModelChoiceField(
        queryset=MessageTemplate.objects.order_by("pk"), required=False, empty_label="No template"
    )
    name = forms.CharField(
        label="Title for customers", max_length=200, required=False, help_text="For example: Payments fail."
    )
    status = forms.ChoiceField(choices=[choice for choice in Phase.choices if choice[0] != Phase.POSTMORTEM])
    impact = forms.ChoiceField(choices=Impact.choices, initial=Impact.MINOR)
    components = forms.ModelMultipleChoiceField(
        label="Affected components",
        queryset=Component.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    component_status = forms.ChoiceField(
        label="Status of these components", required=False, choices=[("", "Unchanged"), *ComponentStatus.choices],
        help_text="When resolved, they become operational unless you choose another status.",
    )  # fmt: skip
    started_at = MomentField(label="Began", help_text="In your time zone.")
    next_update_at = MomentField(
        label="Next update by", required=False, help_text="In your time zone. Needed until it is resolved."
    )
    body = forms.CharField(
        label="What customers read", required=False, max_length=SHORT_TEXT, widget=forms.Textarea(attrs={"rows": 6})
    )
    reopens = forms.BooleanField(
        label="Yes, open it again for customers", required=False,
        help_text="Only for a status that opens it again. Customers read now that it is over.",
    )  # fmt: skip

    def __init__(self, *args: object, page: StatusPage, is_over: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not is_over:
            del self.fields["reopens"]
        components = page.components.filter(members=None).order_by("position", "name")
        self.fields["components"].queryset = components  # type: ignore[attr-defined]  # typed as any Field


_ZONE = "In your time zone."


class MaintenanceForm(Form):
    """New maintenance."""

    name = forms.CharField(
        label="Title for customers", max_length=200, help_text="For example: Moving to new database servers."
    )
    components = forms.ModelMultipleChoiceField(
        label="Affected components",
        queryset=Component.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    starts_at = MomentField(label="Begins", help_text=_ZONE)
    ends_at = MomentField(label="Ends", help_text=_ZONE)
    body = forms.CharField(
        label="What customers will notice", max_length=SHORT_TEXT, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, *args: object, page: StatusPage, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        components = page.components.filter(members=None).order_by("position", "name")
        self.fields["components"].queryset = components  # type: ignore[attr-defined]  # typed as any Field


class MaintenanceTellForm(EditForm):
    """An update of maintenance; its times stay as they are unless changed here."""

    status = forms.ChoiceField(label="Status")
    body = forms.CharField(
        label="What customers read", max_length=SHORT_TEXT, widget=forms.Textarea(attrs={"rows": 5})
    )
    starts_at = MomentField(label="Begins", help_text=_ZONE)
    ends_at = MomentField(label="Ends", help_text=_ZONE)
    is_mailed = forms.BooleanField(
        label="Mail it to the subscribers", required=False, help_text="The end of maintenance is always mailed."
    )

    def __init__(self, *args: object, maintenance: ScheduledMaintenance, **kwargs: object) -> None:
        current = {"status": maintenance.status, "starts_at": maintenance.starts_at, "ends_at": maintenance.ends_at}
        super().__init__(*args, current=current, **kwargs)
        allowed = {maintenance.status, *MAINTENANCE.moves[maintenance.status]}
        self.fields["status"].choices = [  # type: ignore[attr-defined]  # typed as any Field
            choice for choice in MaintenanceStatus.choices if choice[0] in allowed
        ]
        if maintenance.status != MaintenanceStatus.SCHEDULED:
            del self.fields["starts_at"]
