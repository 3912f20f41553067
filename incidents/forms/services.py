"""The question about a service: if a ticket of this severity were raised at this moment."""

from django import forms
from django.db.models import QuerySet

from incidents.models import Service, Severity
from oncall.forms.escalation import MomentForm


class ServiceQuestion(MomentForm):
    """If a ticket of this severity were raised for this service at this moment."""

    severity = forms.ModelChoiceField(
        label="Severity", queryset=Severity.objects.order_by("position"), empty_label=None
    )
    field_order = ("severity", "service", "moment", "zone")

    def __init__(self, data: dict[str, object], *, services: QuerySet[Service]) -> None:
        super().__init__(data)
        self.fields["service"] = forms.ModelChoiceField(label="Service", queryset=services, empty_label=None)
        self.order_fields(self.field_order)
