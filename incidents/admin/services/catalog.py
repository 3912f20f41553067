"""The service catalog."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from unfold.decorators import action

from config.base.data.clock import database_now
from config.base.web.admin import FactAdmin, FactInline, HistoryAdmin, TabularInline
from incidents.admin.services.simulation import simulate_url, simulation_page
from incidents.forms.services import DependencyForm
from incidents.models import Service, ServiceDependency, ServiceOwnership, ServiceReadiness
from incidents.services import readiness


class DependencyInline(TabularInline):
    """The services that this one depends on."""

    model = ServiceDependency
    form = DependencyForm
    fk_name = "service"
    autocomplete_fields = ("needs",)
    extra = 0
    tab = True


class OwnershipInline(FactInline):
    """Which team owned the service when."""

    model = ServiceOwnership
    show_change_link = False


@admin.register(Service)
class ServiceAdmin(HistoryAdmin):
    """Services and the teams that own them."""

    names_are_open = True
    list_display = ("name", "kind", "team", "tier", "escalation_policy")
    list_filter = ("kind", "tier", "team")
    list_select_related = ("team", "escalation_policy")
    search_fields = ("name", "slug", "team__name")
    autocomplete_fields = ("team", "escalation_policy")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("origin",)
    ordering = ("name",)
    inlines = (DependencyInline, OwnershipInline)
    actions_detail = ("simulate",)

    def get_urls(self) -> list[URLPattern]:
        """With the page that asks who would be paged for a service and a severity."""
        view = self.admin_site.admin_view(self.simulate_any)
        return [path("simulate/", view, name="incidents_service_simulate"), *super().get_urls()]

    @action(description="Simulate", url_path="simulate", icon="play_arrow")
    def simulate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Who would be paged for this service; the page is the same for every service."""
        service = self.get_object(request, unquote(object_id))
        if service is None:
            raise Http404
        return HttpResponseRedirect(simulate_url(service=service))

    def simulate_any(self, request: HttpRequest) -> HttpResponse:
        """Who would be paged if a ticket of a severity were raised for a service at a moment."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return simulation_page(request, self.get_queryset(request))

    def save_model(self, request: HttpRequest, obj: Service, form: ModelForm, change: bool) -> None:
        """Save, and have its readiness checked again."""
        super().save_model(request, obj, form, change)
        readiness.mark_due(at=database_now(), services=[obj.pk])


@admin.register(ServiceDependency)
class ServiceDependencyAdmin(HistoryAdmin):
    """Dependencies between services."""

    form = DependencyForm
    list_display = ("service", "needs")
    list_select_related = ("service", "needs")
    search_fields = ("service__name", "needs__name")
    autocomplete_fields = ("service", "needs")
    ordering = ("service__name", "needs__name")


@admin.register(ServiceOwnership)
class ServiceOwnershipAdmin(FactAdmin):
    """Which team owned a service from when to when."""

    list_display = ("service", "team", "during")
    list_select_related = ("service", "team")
    search_fields = ("service__name", "team__name")
    ordering = ("service__name", "-during")


@admin.register(ServiceReadiness)
class ServiceReadinessAdmin(FactAdmin):
    """Results of the last readiness check of each service."""

    is_machine = True
    list_display = ("service", "score", "passed", "total", "checked_at", "due_at")
    list_select_related = ("service",)
    search_fields = ("service__name", "service__team__name")
    ordering = ("score", "service__name")
