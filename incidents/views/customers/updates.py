"""Updates for customers: the form on an incident, and the lists of updates, components and subscribers."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from config.base.web.guards import ActsOn, LastChange
from config.base.web.views import Destination, FormPage, ListPage
from incidents import permissions
from incidents.customers import cadence, status_page, updates
from incidents.filters.customers import ComponentFilter, DeliveryFilter, PublicIncidentFilter, SubscriberFilter
from incidents.forms.customers import UpdateForm
from incidents.models import OVER, Component, Incident, PublicIncident, StatusPage, Subscriber, UpdateDelivery
from incidents.tables.customers import ComponentTable, DeliveryTable, PublicIncidentTable, SubscriberTable
from incidents.views import tabs
from incidents.views.response import verbs


class PublishUpdate(verbs.LockedTicketMixin, FormPage):
    """Write an update from a template, preview it, and publish it."""

    guard = ActsOn("public_incident", "name", "status", "impact", "next_update_at", "updated_at")
    template_name = "incidents/customers/update.html"
    refusals = (*verbs.REFUSALS, updates.UpdateRefused)
    done = "Published. Subscribers get a mail."
    page: StatusPage

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the ticket and the page."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.ticket = verbs.ticket_or_404(self.kwargs["reference"], request.user)
            page = status_page.page_for(self.ticket.service, slug=request.GET.get("page", ""))
            if page is None:
                raise Http404("There is no such status page. An administrator adds one.")
            self.page = page

    def may(self) -> bool:
        """People who may publish updates."""
        return permissions.can_publish(self.person, self.ticket)

    @property
    def public_incident(self) -> PublicIncident | None:
        """What customers read about the ticket on this page now, if anything."""
        return PublicIncident.objects.filter(page=self.page, ticket=self.ticket).first()

    def lock_record(self) -> PublicIncident | None:
        """The public incident, under the lock of its ticket."""
        super().lock_record()
        return self.public_incident

    def last_change(self, record: Any) -> LastChange:
        """The newest update of the public incident."""
        published = record.updates.filter(withdrawn_at=None).select_related("author")
        newest = published.order_by("-published_at", "-pk").first()
        return LastChange(newest.author, newest.published_at) if newest else LastChange(at=record.updated_at)

    def get_title(self) -> str:
        """With the incident's number."""
        return f"Tell customers about {self.ticket.reference}"

    def get_form(self, form_class: object = None) -> UpdateForm:
        """With what is already public; never with texts of the ticket."""
        return UpdateForm(
            self.request.POST if self.request.method == "POST" else None,
            initial=self._initial(),
            page=self.page,
            is_over=self._is_over,
        )

    @property
    def _is_over(self) -> bool:
        """Whether customers read that it is over."""
        public_incident = self.public_incident
        return public_incident is not None and public_incident.status in OVER

    def _initial(self) -> dict[str, object]:
        public_incident = self.public_incident
        proposed: dict[str, object] = {
            "started_at": self.ticket.impact_started_at,
            "next_update_at": cadence.next_update_due(ticket=self.ticket, at=self.at),
            "components": updates.proposed_components(self.ticket.service, page=self.page),
            **updates.proposed_impact(self.ticket.severity),
        }
        if public_incident is None:
            return proposed | {"body": self._first_words()}
        return proposed | {
            "name": public_incident.name, "impact": public_incident.impact,
            "started_at": public_incident.started_at, "status": public_incident.status,
            "components": list(public_incident.components.all()), "component_status": "",
        }  # fmt: skip

    def _first_words(self) -> str:
        return updates.propose_first_words(
            self.ticket.severity,
            page=self.page,
            started_at=self.ticket.impact_started_at,
            next_update_at=cadence.next_update_due(ticket=self.ticket, at=self.at),
            at=self.at,
        )

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Fill in the template, preview, or publish, depending on the button."""
        form, action = self.get_form(), request.POST.get("do")
        if action == "publish" or not form.is_valid():
            return super().post(request, *args, **kwargs)
        if action == "fill":
            form = self._filled(form)
            return self.render_to_response(self.get_context_data(form=form))
        preview = updates.preview(self._draft(form), at=self.at)
        return self.render_to_response(self.get_context_data(form=form, preview=preview))

    def _filled(self, form: UpdateForm) -> UpdateForm:
        template = form.cleaned_data["template"]
        if template is None:
            return form
        data = self.request.POST.copy()
        data["body"] = updates.fill_template(template, draft=self._draft(form), at=self.at)
        data["status"] = template.phase
        return UpdateForm(data, page=self.page, is_over=self._is_over)

    def _draft(self, form: UpdateForm) -> updates.Draft:
        typed = {name: value for name, value in form.cleaned_data.items() if name != "template"}
        return updates.Draft(page=self.page, **typed | {"components": tuple(typed["components"])})

    def perform(self, form: UpdateForm) -> Destination:
        """Publish it."""
        updates.publish(
            draft=self._draft(form),
            ticket_id=self.ticket.pk,
            actor=self.person,
            at=self.at,
        )
        return self.ticket.get_absolute_url()

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With internal facts beside the form, and the updates so far."""
        public_incident = self.public_incident
        return super().get_context_data(**kwargs) | {
            "ticket": self.ticket,
            "page": self.page,
            "pages": StatusPage.objects.order_by("-is_default", "name"),
            "incident": Incident.objects.filter(pk=self.ticket.pk).first(),
            "public_incident": public_incident,
            "updates": public_incident.updates.filter(withdrawn_at=None).order_by("-published_at", "-pk")[:5]
            if public_incident
            else (),
            "placeholders": updates.AUTHOR_PLACEHOLDERS,
            "back": reverse("incidents:ticket", args=[self.ticket.reference]),
        }


class PublicIncidentList(ListPage):
    """Incidents as customers see them."""

    title = "Customers"
    icon = "broadcast"
    tabs = tabs.CUSTOMERS
    queryset = PublicIncident.objects.select_related("ticket").order_by("-created_at")
    table_class = PublicIncidentTable
    filterset_class = PublicIncidentFilter
    template_name = "incidents/customers/customers.html"
    filters = ("search", "status", "over")
    empty = "No updates yet. Open an incident and choose Tell customers."


class ComponentList(ListPage):
    """Components of the status page."""

    title = "Components"
    icon = "broadcast"
    tabs = tabs.CUSTOMERS
    queryset = Component.objects.select_related("page", "group", "service").order_by("page", "position", "name")
    table_class = ComponentTable
    filterset_class = ComponentFilter
    template_name = "incidents/customers/customers.html"
    filters = ("search", "status")
    empty = "No components yet. An administrator adds them under Administration, Components."


class _ResponderListPage(ListPage):
    """A list with addresses of customers."""

    template_name = "incidents/customers/customers.html"


class SubscriberList(_ResponderListPage):
    """Subscribers to updates by e-mail."""

    title = "Subscribers"
    icon = "broadcast"
    tabs = tabs.CUSTOMERS
    right = "incidents.view_subscriber"
    queryset = Subscriber.objects.order_by("-created_at")
    table_class = SubscriberTable
    filterset_class = SubscriberFilter
    filters = ("search", "active")
    empty = "Nobody has subscribed yet. The form is on the status page."


class DeliveryList(_ResponderListPage):
    """Each mail to a subscriber and its state."""

    title = "Deliveries"
    icon = "broadcast"
    tabs = tabs.CUSTOMERS
    right = "incidents.view_updatedelivery"
    queryset = UpdateDelivery.objects.select_related("update__incident", "notice__maintenance").order_by("-created_at")
    table_class = DeliveryTable
    filterset_class = DeliveryFilter
    filters = ("search", "state")
    empty = "No mail yet. The first update sends the first mail."
