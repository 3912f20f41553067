"""Senders' doors: what came in, what was refused and why, and what to paste at the other end."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from config.base.web.forms import Form
from config.base.web.views import DetailPage, FormPage, ListPage, PostPage
from incidents import permissions
from incidents.filters.integrations import IntegrationFilter
from incidents.integrations import lifecycle
from incidents.models import Integration, IntegrationKind, Service, Severity
from incidents.tables.integrations import IntegrationTable


class IntegrationForm(Form):
    """A new sender."""

    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autofocus": True}))
    kind = forms.ChoiceField(label="It speaks", choices=IntegrationKind.choices)
    service = forms.ModelChoiceField(queryset=Service.objects.order_by("name"), help_text="What its alerts are about.")
    default_severity = forms.ModelChoiceField(
        queryset=Severity.objects.order_by("rank"), help_text="When the alert does not say how bad it is."
    )


class Configuring:
    """Pages for those who configure."""

    request: Any

    def may(self) -> bool:
        """Managers, practice owners, administrators."""
        return permissions.can_configure(self.request.user)


class IntegrationList(ListPage):
    """All senders."""

    title = "Integrations"
    queryset = Integration.objects.select_related("service", "default_severity").order_by("name")
    table_class = IntegrationTable
    filterset_class = IntegrationFilter
    filters = ("search", "kind", "service")
    empty = "No senders yet. Add one, paste its address into your monitoring, and alerts arrive."
    create = ("incidents:integration-new", "Add a sender")

    def may_create(self) -> bool:
        """Those who configure."""
        return permissions.can_configure(self.person)


class IntegrationPage(DetailPage):
    """One sender with its newest events."""

    template_name = "incidents/integrations/integration.html"
    queryset = Integration.objects.select_related("service", "default_severity")
    context_object_name = "integration"
    place = "integration"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its events, and what to paste."""
        return super().get_context_data(**kwargs) | {
            "events": self.object.events.order_by("-received_at", "-pk")[:50],
            "snippets": lifecycle.snippets(self.object),
            "can_configure": permissions.can_configure(self.person),
        }


def _show_key(request: Any, integration: Integration, key: str) -> HttpResponse:
    context = {
        "title": integration.name,
        "integration": integration,
        "key": key,
        "snippets": lifecycle.snippets(integration, key=key),
    }
    return render(request, "incidents/integrations/integration_key.html", context)


class IntegrationNew(Configuring, FormPage):
    """Add a sender; its key is shown on the page that answers, and never again."""

    title = "Add a sender"
    form_class = IntegrationForm
    button = "Add it and show its key"

    def form_valid(self, form: Any) -> HttpResponse:
        """Make it, and show the key."""
        try:
            made, key = lifecycle.create_integration(**form.cleaned_data, actor=self.person, at=self.at)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            return self.form_invalid(form)
        return _show_key(self.request, made, key)


class IntegrationRotate(Configuring, PostPage):
    """A new key; the old one stops."""

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make it, and show it."""
        one = get_object_or_404(Integration, pk=kwargs["pk"])
        changed, key = lifecycle.rotate_key(integration_id=one.pk, actor=request.user, at=self.at)
        return _show_key(request, changed, key)


class IntegrationPause(Configuring, PostPage):
    """Pause a sender, or take its events again."""

    def perform(self) -> Any:
        """Switch it."""
        one = get_object_or_404(Integration, pk=self.kwargs["pk"])
        if one.paused_at:
            self.done = "It may send again."
            return lifecycle.resume(integration_id=one.pk, actor=self.person)
        self.done = "Paused. What it sends is refused and kept on this page."
        return lifecycle.pause(integration_id=one.pk, actor=self.person, at=self.at)
