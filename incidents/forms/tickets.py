"""The form to edit an incident."""

from django import forms

from config.base.web.forms import EditForm
from incidents.forms.severities import LevelField
from incidents.models import Incident, Service


class TicketForm(EditForm):
    """The editable fields of an incident."""

    title = forms.CharField(max_length=300)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 6}))
    customer_impact = forms.CharField(
        label="What customers see", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    workaround = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    service = forms.ModelChoiceField(queryset=Service.objects.order_by("name"), required=False)
    impact = LevelField()
    urgency = LevelField()
    category = forms.CharField(max_length=60, required=False)
    affected_customers = forms.CharField(max_length=300, required=False)
    conference_url = forms.URLField(label="Conference link", required=False, assume_scheme="https")

    @classmethod
    def of(cls, incident: Incident, data: object = None) -> "TicketForm":
        """The form with the incident's current values."""
        current = {name: getattr(incident, f"{name}_id" if name == "service" else name) for name in cls.base_fields}
        return cls(data, current=current)
