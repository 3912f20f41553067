"""Maintenance: the list, scheduling it, its page, and its updates."""

from collections.abc import Sequence
from typing import cast

from django.db.models import Model
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import Truncator

from config.base.data.lifecycle import Refusal
from config.base.web.guards import Edits, LastChange, Once
from config.base.web.views import Destination, DetailPage, FormPage, ListPage
from incidents import permissions
from incidents.customers import maintenance, status_page
from incidents.filters.customers import MaintenanceFilter
from incidents.forms.customers import MaintenanceForm, MaintenanceTellForm
from incidents.models import ScheduledMaintenance, StatusPage
from incidents.tables.customers import MaintenanceTable

_SHOWN_CHARACTERS = 300


class MaintenanceList(ListPage):
    """Scheduled maintenance."""

    title = "Maintenance"
    icon = "tool"
    queryset = ScheduledMaintenance.objects.select_related("page").order_by("-starts_at")
    table_class = MaintenanceTable
    filterset_class = MaintenanceFilter
    template_name = "incidents/customers/customers.html"
    filters = ("search", "status", "page")
    create = ("incidents:maintenance-new", "Schedule maintenance")
    empty = "No maintenance yet. Schedule it here, so that customers know in advance."

    def may_create(self) -> bool:
        """People who may publish updates."""
        return permissions.can_publish(self.person)


class MaintenancePage(DetailPage):
    """One maintenance with all its updates."""

    template_name = "incidents/customers/maintenance.html"
    queryset = status_page.maintenances().select_related("page", "created_by").prefetch_related("updates__author")
    context_object_name = "maintenance"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With whether this person may publish an update."""
        may_tell = permissions.can_publish(self.person) and not self.object.is_over
        return super().get_context_data(**kwargs) | {"may_tell": may_tell}


class _PublisherFormPage(FormPage):
    """A form for people who may publish updates."""

    refusals = (Refusal,)

    def may(self) -> bool:
        """People who may publish updates."""
        return permissions.can_publish(self.person)


class ScheduleMaintenance(_PublisherFormPage):
    """Schedule maintenance on the page of `?page=`, else the default one."""

    guard = Once("each form is one maintenance")
    title = "Schedule maintenance"
    lead = "Subscribers of these components get a mail now, an hour before it begins, and when it is done."
    button = "Publish"
    done = "Published. Subscribers get a mail."
    template_name = "incidents/customers/maintenance_new.html"
    page: StatusPage

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the page."""
        super().setup(request, *args, **kwargs)
        page = status_page.page_named(request.GET.get("page", ""))
        if page is None:
            raise Http404("There is no such status page. An administrator adds one.")
        self.page = page

    def get_form(self, form_class: object = None) -> MaintenanceForm:
        """With the components of the page."""
        return MaintenanceForm(self.request.POST if self.request.method == "POST" else None, page=self.page)

    def perform(self, form: MaintenanceForm) -> Destination:
        """Schedule it."""
        fields = form.cleaned_data | {"components": tuple(form.cleaned_data["components"])}
        return maintenance.schedule(
            plan=maintenance.Plan(page=self.page, **fields),
            actor=self.person,
            at=self.at,
        )

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the other pages, and the way back."""
        return super().get_context_data(**kwargs) | {
            "page": self.page,
            "pages": StatusPage.objects.order_by("-is_default", "name"),
            "back": reverse("incidents:maintenances"),
        }


class MaintenanceTell(_PublisherFormPage):
    """Publish an update of maintenance."""

    guard = Edits("maintenance", "updated_at")
    done = "Published."
    button = "Publish"
    maintenance: ScheduledMaintenance

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the maintenance."""
        super().setup(request, *args, **kwargs)
        self.maintenance = get_object_or_404(ScheduledMaintenance, pk=self.kwargs["pk"])

    def get_title(self) -> str:
        """With the title of the maintenance."""
        return f"Tell customers about: {self.maintenance.name}"

    def get_form(self, form_class: object = None) -> MaintenanceTellForm:
        """With the statuses it may change to."""
        data = self.request.POST if self.request.method == "POST" else None
        current = cast(ScheduledMaintenance, self.locked or self.maintenance)
        return MaintenanceTellForm(data, maintenance=current)

    def last_change(self, record: Model) -> LastChange:
        """The newest update."""
        updates = self.maintenance.updates.select_related("author").order_by("-published_at", "-pk")
        newest = updates.first()
        return LastChange(newest.author, newest.published_at) if newest else super().last_change(record)

    def describe_change(self, record: ScheduledMaintenance, columns: Sequence[str]) -> str:
        """With the text that customers read last."""
        newest = record.updates.order_by("-published_at", "-pk").first()
        text = f"customers now read “{Truncator(newest.body).chars(_SHOWN_CHARACTERS)}”" if newest else ""
        return ", ".join(filter(None, (super().describe_change(record, columns), text)))

    def perform(self, form: MaintenanceTellForm) -> Destination:
        """Publish it."""
        maintenance.tell(
            maintenance_id=self.maintenance.pk,
            actor=self.person,
            at=self.at,
            **form.cleaned_data,
        )
        return self.maintenance

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the way back."""
        return super().get_context_data(**kwargs) | {"back": self.maintenance.get_absolute_url()}
