"""The status page, its parts and templates; and what was told to whom."""

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
    """Parts of a page, as customers call them."""

    list_display = ("name", "page", "group", "status", "position", "service")
    list_filter = ("status", "page")
    list_select_related = ("page", "group", "service")
    search_fields = ("name",)
    autocomplete_fields = ("page", "group", "service")
    ordering = ("page", "position", "name")


class MessageTemplateForm(forms.ModelForm):
    """Refuses placeholders that nothing fills."""

    class Meta:
        model = MessageTemplate
        fields = ("title", "phase", "body")

    def clean_body(self) -> str:
        """The text, with placeholders of the fixed list only."""
        body: str = self.cleaned_data["body"]
        if unknown := updates.unknown_placeholders(body):
            known = ", ".join([*updates.FILLED, *updates.ASKED])
            raise forms.ValidationError(f"There is no placeholder {', '.join(unknown)}. Known are: {known}.")
        return body


@admin.register(MessageTemplate)
class MessageTemplateAdmin(HistoryAdmin):
    """Words to begin an update with."""

    form = MessageTemplateForm
    list_display = ("title", "phase")
    list_filter = ("phase",)
    search_fields = ("title", "body")
    ordering = ("pk",)


class _OfTicketAdmin(FactAdmin):
    """Without those of tickets the reader may not know of."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The visible ones."""
        found: Any = super().get_queryset(request)
        visible: QuerySet[Any] = found.visible_to(request.user)
        return visible


@admin.register(PublicIncident)
class PublicIncidentAdmin(_OfTicketAdmin):
    """What customers were told of."""

    list_display = ("name", "status", "impact", "ticket", "started_at", "next_update_at")
    list_filter = ("status", "impact")
    list_select_related = ("ticket",)
    search_fields = ("name", "public_id")
    ordering = ("-pk",)


@admin.register(CustomerUpdate)
class CustomerUpdateAdmin(_OfTicketAdmin):
    """Published updates."""

    list_display = ("incident", "status", "published_at", "author", "fanned_out_at")
    list_filter = ("status",)
    list_select_related = ("incident", "author")
    search_fields = ("body", "incident__name")
    ordering = ("-pk",)


@admin.register(ScheduledMaintenance)
class ScheduledMaintenanceAdmin(FactAdmin):
    """Planned work that customers are told of."""

    list_display = ("name", "page", "status", "starts_at", "ends_at", "turn_at")
    list_filter = ("status", "page")
    list_select_related = ("page",)
    search_fields = ("name", "public_id")
    ordering = ("-pk",)


@admin.register(MaintenanceUpdate)
class MaintenanceUpdateAdmin(FactAdmin):
    """What was said about planned work."""

    list_display = ("maintenance", "status", "published_at", "author", "is_mailed", "fanned_out_at")
    list_filter = ("status",)
    list_select_related = ("maintenance", "author")
    search_fields = ("body", "maintenance__name")
    ordering = ("-pk",)


@admin.register(Subscriber)
class SubscriberAdmin(FactAdmin):
    """Who is told by e-mail; they come and go by themselves."""

    list_display = ("email", "page", "confirmed_at", "unsubscribed_at")
    list_select_related = ("page",)
    search_fields = ("email",)
    ordering = ("-pk",)
    exclude = ("key",)


@admin.register(UpdateDelivery)
class UpdateDeliveryAdmin(_OfTicketAdmin):
    """Each mail and what became of it."""

    list_display = ("key", "address", "update", "notice", "state", "attempts", "accepted_at", "last_error")
    list_filter = ("state",)
    list_select_related = ("update", "notice")
    search_fields = ("key", "address")
    ordering = ("-pk",)
