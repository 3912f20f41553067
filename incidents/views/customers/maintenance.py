"""Planned work: the list, scheduling it, its page, and saying how it goes."""

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.web.views import DetailPage, FormPage, ListPage
from incidents import permissions
from incidents.customers import maintenance, status_page
from incidents.filters.customers import MaintenanceFilter
from incidents.forms.customers import MaintenanceForm, MaintenanceTellForm
from incidents.models import ScheduledMaintenance, StatusPage
from incidents.tables.customers import MaintenanceTable


class MaintenanceList(ListPage):
    """Work that customers are told of beforehand."""

    title = "Planned work"
    queryset = ScheduledMaintenance.objects.select_related("page").order_by("-starts_at")
    table_class = MaintenanceTable
    filterset_class = MaintenanceFilter
    template_name = "incidents/customers/customers.html"
    filters = ("search", "status", "page")
    create = ("incidents:maintenance-new", "Schedule work")
    empty = "No work is planned. Schedule it here before customers notice it by themselves."

    def may_create(self) -> bool:
        """Those who speak to customers."""
        return permissions.can_publish(self.person)


class MaintenancePage(DetailPage):
    """One planned work with all that was said of it."""

    template_name = "incidents/customers/maintenance.html"
    queryset = status_page.maintenances().select_related("page", "created_by").prefetch_related("updates__author")
    context_object_name = "maintenance"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way to say more."""
        may = permissions.can_publish(self.person) and not self.object.is_over
        return super().get_context_data(**kwargs) | {"may_tell": may}


class _Telling(FormPage):
    """A question for those who speak to customers."""

    refusals = (Refusal,)

    def may(self) -> bool:
        """Those who speak to customers."""
        return permissions.can_publish(self.person)


class MaintenanceNew(_Telling):
    """Schedule work on the page of `?page=`, else the default one."""

    title = "Schedule work"
    lead = "Subscribers of these parts are told now, an hour before it begins, and when it is done."
    button = "Publish"
    done = "Published. Subscribers are being told."
    template_name = "incidents/customers/maintenance_new.html"
    page: StatusPage

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the page."""
        super().setup(request, *args, **kwargs)
        found = status_page.page_named(request.GET.get("page", ""))
        if found is None:
            raise Http404("There is no such status page. An administrator adds one.")
        self.page = found

    def get_form(self, form_class: Any = None) -> MaintenanceForm:
        """With the parts of the page."""
        return MaintenanceForm(self.request.POST if self.request.method == "POST" else None, page=self.page)

    def perform(self, form: Any) -> Any:
        """Schedule it."""
        answers = form.cleaned_data | {"components": tuple(form.cleaned_data["components"])}
        return maintenance.schedule(
            plan=maintenance.Plan(page=self.page, **answers),
            actor=self.person,
            at=self.at,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the other pages, and the way back."""
        return super().get_context_data(**kwargs) | {
            "page": self.page,
            "pages": StatusPage.objects.order_by("-is_default", "name"),
            "back": reverse("incidents:maintenances"),
        }


class MaintenanceTell(_Telling):
    """Say how the work goes."""

    done = "Published."
    button = "Publish"
    maintenance: ScheduledMaintenance

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the work."""
        super().setup(request, *args, **kwargs)
        self.maintenance = get_object_or_404(ScheduledMaintenance, pk=kwargs["pk"])

    def get_title(self) -> str:
        """The work's own name."""
        return f"Tell customers about: {self.maintenance.name}"

    def get_form(self, form_class: Any = None) -> MaintenanceTellForm:
        """With the statuses that may follow."""
        data = self.request.POST if self.request.method == "POST" else None
        return MaintenanceTellForm(data, maintenance=self.maintenance)

    def perform(self, form: Any) -> Any:
        """Publish it."""
        maintenance.tell(
            maintenance_id=self.maintenance.pk,
            actor=self.person,
            at=self.at,
            **form.cleaned_data,
        )
        return self.maintenance

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way back."""
        return super().get_context_data(**kwargs) | {"back": self.maintenance.get_absolute_url()}
