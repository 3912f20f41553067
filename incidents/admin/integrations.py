"""Integrations; a key is shown once, when it is created."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from config.base.data.clock import database_now
from config.base.data.users import signed_in
from config.base.web.admin import HistoryAdmin
from incidents.forms.integrations import IntegrationAdminForm
from incidents.integrations import lifecycle
from incidents.models import Integration


@admin.register(Integration)
class IntegrationAdmin(HistoryAdmin):
    """Who may send alerts, for which service and with which severities."""

    form = IntegrationAdminForm
    list_display = ("name", "kind", "service", "key_hint", "paused_at", "key_changed_at")
    list_filter = ("kind", ("paused_at", admin.EmptyFieldListFilter))
    list_select_related = ("service",)
    search_fields = ("name", "service__name")
    autocomplete_fields = ("service", "default_severity")
    readonly_fields = ("key_hint", "key_changed_at", "paused_at", "created_at")
    ordering = ("name",)
    actions = ("rotate_key", "pause", "resume")
    action_columns = ("key_changed_at", "paused_at")

    def save_model(self, request: HttpRequest, obj: Integration, form: ModelForm, change: bool) -> None:
        """Create a new integration with its key, which is shown only now."""
        if change:
            super().save_model(request, obj, form, change)
            return
        integration, key = lifecycle.create_integration(
            name=obj.name,
            kind=obj.kind,
            service=obj.service,
            default_severity=obj.default_severity,
            severities=obj.severities,
            actor=signed_in(request),
            at=database_now(),
        )
        obj.pk = integration.pk
        obj.refresh_from_db()
        self._show(request, integration, key)

    @admin.action(description="Create a new key (the old one stops working)", permissions=["change"])
    def rotate_key(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        """Show each new key once."""
        for pk in queryset.values_list("pk", flat=True):
            self._show(request, *lifecycle.rotate_key(integration_id=pk, actor=signed_in(request), at=database_now()))

    @admin.action(description="Pause", permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        """Refuse their events until they are resumed."""
        for pk in queryset.values_list("pk", flat=True):
            lifecycle.pause(integration_id=pk, actor=signed_in(request), at=database_now())

    @admin.action(description="Resume", permissions=["change"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        """Accept their events again."""
        for pk in queryset.values_list("pk", flat=True):
            lifecycle.resume(integration_id=pk, actor=signed_in(request))

    def _show(self, request: HttpRequest, integration: Integration, key: str) -> None:
        self.message_user(
            request,
            f"The key of {integration.name} is {key}. Copy it now: it is not shown again.",
            messages.WARNING,
        )
