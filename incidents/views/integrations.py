"""Integrations: their events, what was refused and why, and the settings for the sender's side."""

from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property

from config.base.web.forms import Form
from config.base.web.guards import ActsOn, Once
from config.base.web.views import Destination, DetailPage, FormPage, ListPage, PostPage
from incidents import permissions
from incidents.filters.integrations import IntegrationFilter
from incidents.forms.integrations import severity_rows
from incidents.integrations import lifecycle, snippets
from incidents.models import Integration, IntegrationKind, Service, Severity
from incidents.tables.integrations import IntegrationTable


class IntegrationForm(Form):
    """A new integration, of one of the services that its author may connect."""

    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autofocus": True}))
    kind = forms.ChoiceField(label="Type", choices=IntegrationKind.choices)
    service = forms.ModelChoiceField(queryset=Service.objects.order_by("name"), help_text="What its alerts are about.")
    default_severity = forms.ModelChoiceField(
        queryset=Severity.objects.order_by("position"), help_text="For alerts without a severity that can be mapped."
    )
    severities = severity_rows()

    def __init__(self, *args: object, services: QuerySet[Service], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Service]", self.fields["service"]).queryset = services


class ConfiguringMixin:
    """Pages for people who configure."""

    request: HttpRequest

    def may(self) -> bool:
        """Practice owners, administrators, and managers for the services of their teams."""
        return permissions.can_configure(self.request.user)


class IntegrationList(ListPage):
    """All integrations."""

    title = "Integrations"
    icon = "plug"
    queryset = Integration.objects.select_related("service", "default_severity").order_by("name")
    table_class = IntegrationTable
    filterset_class = IntegrationFilter
    filters = ("search", "kind", "service")
    empty = "No integrations yet. Add one, paste its address into your monitoring tool, and alerts arrive."
    create = ("incidents:integration-new", "Add an integration")

    def may_create(self) -> bool:
        """People who configure."""
        return permissions.can_configure(self.person)


class IntegrationPage(DetailPage):
    """One integration with its latest events."""

    template_name = "incidents/integrations/integration.html"
    queryset = Integration.objects.select_related("service", "default_severity")
    context_object_name = "integration"
    place = "integration"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With its events and the settings to copy."""
        return super().get_context_data(**kwargs) | {
            "events": self.object.events.order_by("-received_at", "-pk")[:50],
            "snippets": snippets.snippets_of(self.object),
            "can_configure": permissions.can_configure(self.person, self.object),
        }


def _show_key(request: HttpRequest, integration: Integration, key: str) -> HttpResponse:
    context = {
        "title": integration.name,
        "integration": integration,
        "key": key,
        "snippets": snippets.snippets_of(integration, key=key),
    }
    return render(request, "incidents/integrations/integration_key.html", context)


class IntegrationNew(ConfiguringMixin, FormPage):
    """Add an integration; its key is shown on the next page, and never again."""

    guard = Once("each form is one integration")
    title = "Add an integration"
    form_class = IntegrationForm
    button = "Add and show the key"
    refusals = (ValidationError,)

    def get_form_kwargs(self) -> dict[str, object]:
        """With the services that the person may connect."""
        return super().get_form_kwargs() | {"services": permissions.services_to_connect(self.person)}

    def perform(self, form: IntegrationForm) -> HttpResponse:
        """Create it, and show its key."""
        integration, key = lifecycle.create_integration(**form.cleaned_data, actor=self.person, at=self.at)
        return _show_key(self.request, integration, key)

    def after_repeat(self) -> str:
        """The list, with the new integration."""
        return "incidents:integrations"


class _OfIntegration(ConfiguringMixin, PostPage):
    """A button of one integration's page."""

    @cached_property
    def integration(self) -> Integration:
        """The integration of the address."""
        return get_object_or_404(Integration, pk=self.kwargs["pk"])

    def may(self) -> bool:
        """Those who may change this integration."""
        return permissions.can_configure(self.request.user, self.integration)

    def back(self) -> str:
        """The integration's page."""
        return self.integration.get_absolute_url()


class IntegrationRotate(_OfIntegration):
    """Give an integration a new key; the old one stops working."""

    guard = ActsOn("integration", "key_changed_at")  # a second new key would end the first
    confirm = "Create a new key? The old key stops working at once."

    def perform(self) -> HttpResponse:
        """Create the key, and show it."""
        integration, key = lifecycle.rotate_key(integration_id=self.integration.pk, actor=self.person, at=self.at)
        return _show_key(self.request, integration, key)

    def after_repeat(self) -> Integration:
        """The integration's page."""
        return self.integration


class IntegrationPause(_OfIntegration):
    """Pause an integration, or resume it."""

    guard = ActsOn("integration", "paused_at")
    confirm = ""

    def perform(self) -> Destination:
        """Pause or resume it."""
        integration = self.integration
        if integration.paused_at:
            self.done = "Resumed. Its events are accepted again."
            return lifecycle.resume(integration_id=integration.pk, actor=self.person)
        self.done = "Paused. Its events are refused and listed on this page."
        return lifecycle.pause(integration_id=integration.pk, actor=self.person, at=self.at)
