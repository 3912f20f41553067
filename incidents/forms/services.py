"""Forms about services: what one needs, and who would be paged if a ticket about it were raised."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from incidents.models import Service, ServiceDependency, Severity
from incidents.services.dependencies import check_no_circle
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


class DependencyForm(forms.ModelForm):
    """What a service needs; refuses a circle."""

    class Meta:
        model = ServiceDependency
        fields = ("service", "needs")

    def clean(self) -> dict[str, object] | None:
        """The two services."""
        cleaned: dict[str, object] | None = super().clean()
        service, needs = self.cleaned_data.get("service"), self.cleaned_data.get("needs")
        if service and needs and {"service", "needs"} & set(self.changed_data):
            try:
                check_no_circle(service, [needs])
            except ValidationError as refusal:
                self.add_error("needs", refusal.message_dict["depends_on"])
        return cleaned
