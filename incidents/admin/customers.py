"""Status pages, their components, message templates, published updates and their deliveries."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import AdminForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from config.base.data.clock import database_now
from config.base.data.users import signed_in
from config.base.web.admin import FactAdmin, HistoryAdmin
from incidents.customers import template_previews, templates
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
        templates.check_body(body)
        return body


@admin.register(MessageTemplate)
class MessageTemplateAdmin(HistoryAdmin):
    """Templates of updates."""

    form = MessageTemplateForm
    list_display = ("title", "phase")
    list_filter = ("phase",)
    search_fields = ("title", "body")
    ordering = ("pk",)
    change_form_outer_after_template = "incidents/customers/template_preview_panel.html"

    def get_urls(self) -> list[URLPattern]:
        """With the preview of what is typed."""
        view = self.admin_site.admin_view(require_POST(self.preview))
        return [path("preview/", view, name="incidents_messagetemplate_preview"), *super().get_urls()]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, object],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: object = None,
    ) -> HttpResponse:
        """The form, with the preview of what is in it."""
        form = cast("AdminForm", context["adminform"]).form
        typed = {name: str(form[name].value() or "") for name in ("body", "phase") if name in form.fields}
        stored = {"body": form.instance.body, "phase": form.instance.phase}
        preview = template_previews.preview_text(**stored | typed, reader=signed_in(request), at=database_now())
        context |= {"preview": preview}
        return super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """What is typed, as customers would read it: a fragment for the page, or a page of its own."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        typed = {name: request.POST.get(name, "") for name in ("body", "phase")}
        preview = template_previews.preview_text(**typed, reader=signed_in(request), at=database_now())
        is_part = request.headers.get("HX-Request") == "true"
        name = "template_preview" if is_part else "template_preview_page"
        context = {**self.admin_site.each_context(request), "title": "Preview", "opts": self.opts, "preview": preview}
        return TemplateResponse(request, f"incidents/customers/{name}.html", context)


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
