"""Status pages, their components, message templates, published updates and their deliveries."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from config.base.web.admin import FactAdmin, HistoryAdmin
from incidents.customers import updates
from incidents.models import (
    Component,
    CustomerUpdate,
    MaintenanceUpdate,
    MessageTemplate,
    PublicIncident,
    ScheduledMaintenance,
    StatusPage,
    Subscriber,
    UpdateDelivery,
)


@admin.register(StatusPage)
class StatusPageAdmin(HistoryAdmin):
    """Pages for customers."""

    list_display = ("name", "slug", "time_zone", "is_default")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    ordering = ("pk",)


@admin.register(Component)
class ComponentAdmin(HistoryAdmin):
    """Components of a page, as customers call them."""

    list_display = ("name", "page", "group", "status", "position", "service")
    list_filter = ("status", "page")
    list_select_related = ("page", "group", "service")
    search_fields = ("name",)
    autocomplete_fields = ("page", "group", "service")
    ordering = ("page", "position", "name")


class MessageTemplateForm(forms.ModelForm):
    """Refuses unknown placeholders."""

    class Meta:
        model = MessageTemplate
        fields = ("title", "phase", "body")

    def clean_body(self) -> str:
        """The text; only placeholders of the fixed list are allowed."""
        body: str = self.cleaned_data["body"]
        if unknown := updates.unknown_placeholders(body):
            allowed = ", ".join([*updates.AUTOMATIC_PLACEHOLDERS, *updates.AUTHOR_PLACEHOLDERS])
            raise forms.ValidationError(f"There is no placeholder {', '.join(unknown)}. Use one of: {allowed}.")
        return body


@admin.register(MessageTemplate)
class MessageTemplateAdmin(HistoryAdmin):
    """Templates of updates."""

    form = MessageTemplateForm
    list_display = ("title", "phase")
    list_filter = ("phase",)
    search_fields = ("title", "body")
    ordering = ("pk",)


class _TicketRelatedAdmin(FactAdmin):
    """Rows of tickets that the reader may see."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The visible rows."""
        rows: Any = super().get_queryset(request)
        visible: QuerySet[Any] = rows.visible_to(request.user)
        return visible


@admin.register(PublicIncident)
class PublicIncidentAdmin(_TicketRelatedAdmin):
    """Incidents as the status page shows them."""

    list_display = ("name", "status", "impact", "ticket", "started_at", "next_update_at")
    list_filter = ("status", "impact")
    list_select_related = ("ticket",)
    search_fields = ("name", "public_id")
    ordering = ("-pk",)


@admin.register(CustomerUpdate)
class CustomerUpdateAdmin(_TicketRelatedAdmin):
    """Published updates."""

    list_display = ("incident", "status", "published_at", "author", "fanned_out_at")
    list_filter = ("status",)
    list_select_related = ("incident", "author")
    search_fields = ("body", "incident__name")
    ordering = ("-pk",)


@admin.register(ScheduledMaintenance)
class ScheduledMaintenanceAdmin(FactAdmin):
    """Scheduled maintenance."""

    list_display = ("name", "page", "status", "starts_at", "ends_at", "turn_at")
    list_filter = ("status", "page")
    list_select_related = ("page",)
    search_fields = ("name", "public_id")
    ordering = ("-pk",)


@admin.register(MaintenanceUpdate)
class MaintenanceUpdateAdmin(FactAdmin):
    """Published updates of maintenance."""

    list_display = ("maintenance", "status", "published_at", "author", "is_mailed", "fanned_out_at")
    list_filter = ("status",)
    list_select_related = ("maintenance", "author")
    search_fields = ("body", "maintenance__name")
    ordering = ("-pk",)


@admin.register(Subscriber)
class SubscriberAdmin(FactAdmin):
    """Subscribers; they subscribe and unsubscribe themselves."""

    list_display = ("email", "page", "confirmed_at", "unsubscribed_at")
    list_select_related = ("page",)
    search_fields = ("email",)
    ordering = ("-pk",)
    exclude = ("key",)


@admin.register(UpdateDelivery)
class UpdateDeliveryAdmin(_TicketRelatedAdmin):
    """Each mail to a subscriber and its state."""

    list_display = ("key", "address", "update", "notice", "state", "attempts", "accepted_at", "last_error")
    list_filter = ("state",)
    list_select_related = ("update", "notice")
    search_fields = ("key", "address")
    ordering = ("-pk",)
