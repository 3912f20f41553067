"""Telling customers: the composer on an incident, and the lists behind it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from config.base.web.views import FormPage, ListPage
from incidents import permissions
from incidents.customers import status_page, updates
from incidents.filters.customers import ComponentFilter, DeliveryFilter, PublicIncidentFilter, SubscriberFilter
from incidents.forms.customers import UpdateForm
from incidents.models import Component, Incident, PublicIncident, StatusPage, Subscriber, Ticket, UpdateDelivery
from incidents.tables.customers import ComponentTable, DeliveryTable, PublicIncidentTable, SubscriberTable
from incidents.views.response import verbs


class Compose(FormPage):
    """Write an update from a template, look at it as customers will, and publish it."""

    template_name = "incidents/customers/update.html"
    refusals = (*verbs.REFUSALS, updates.NotReady)
    done = "Published. Subscribers are being told."
    ticket: Ticket
    page: StatusPage

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the ticket and the page."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.ticket = verbs.ticket_or_404(kwargs["reference"], request.user)
            page = status_page.page_for(self.ticket.service, slug=request.GET.get("page", ""))
            if page is None:
                raise Http404("There is no such status page. An administrator adds one.")
            self.page = page

    def may(self) -> bool:
        """Those who speak to customers."""
        return permissions.can_publish(self.person, self.ticket)

    def get_title(self) -> str:
        """Number and deed."""
        return f"Tell customers about {self.ticket.reference}"

    def get_form(self, form_class: Any = None) -> UpdateForm:
        """With what customers know already; nothing of the ticket's own words."""
        return UpdateForm(
            self.request.POST if self.request.method == "POST" else None, initial=self._known(), page=self.page
        )

    def _known(self) -> dict[str, Any]:
        told = PublicIncident.objects.filter(page=self.page, ticket=self.ticket).first()
        begun = {
            "started_at": self.ticket.impact_started_at,
            "next_update_at": updates.next_due(severity=self.ticket.severity, at=self.at),
            "components": updates.proposed_components(self.ticket.service, page=self.page),
            **updates.proposed_words(self.ticket.severity),
        }
        if told is None:
            return begun
        return begun | {
            "name": told.name, "impact": told.impact, "started_at": told.started_at, "status": told.status,
            "components": list(told.components.all()), "component_status": "",
        }  # fmt: skip

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Fill in the template, preview, or publish, by the button."""
        form, wanted = self.get_form(), request.POST.get("do")
        if wanted == "publish" or not form.is_valid():
            return super().post(request, *args, **kwargs)
        if wanted == "fill":
            form = self._filled(form)
            return self.render_to_response(self.get_context_data(form=form))
        shown = updates.preview(self._draft(form), at=self.at)
        return self.render_to_response(self.get_context_data(form=form, preview=shown))

    def _filled(self, form: UpdateForm) -> UpdateForm:
        template = form.cleaned_data["template"]
        if template is None:
            return form
        data = self.request.POST.copy()
        data["body"] = updates.draft_from(template, draft=self._draft(form), at=self.at)
        data["status"] = template.phase
        return UpdateForm(data, page=self.page)

    def _draft(self, form: Any) -> updates.Draft:
        typed = {name: value for name, value in form.cleaned_data.items() if name != "template"}
        return updates.Draft(page=self.page, **typed | {"components": tuple(typed["components"])})

    def perform(self, form: Any) -> Any:
        """Publish it."""
        updates.publish(
            draft=self._draft(form),
            ticket_id=self.ticket.pk,
            actor=self.person,
            at=self.at,
        )
        return self.ticket.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what only the firm knows, beside the form."""
        told = PublicIncident.objects.filter(page=self.page, ticket=self.ticket).first()
        return super().get_context_data(**kwargs) | {
            "ticket": self.ticket,
            "page": self.page,
            "pages": StatusPage.objects.order_by("-is_default", "name"),
            "incident": Incident.objects.filter(pk=self.ticket.pk).first(),
            "told": told,
            "before": told.updates.filter(withdrawn_at=None).order_by("-published_at", "-pk")[:5] if told else (),
            "asked": updates.ASKED,
            "back": reverse("incidents:ticket", args=[self.ticket.reference]),
        }


class PublicIncidentList(ListPage):
    """What customers were told of."""

    title = "Customers"
    queryset = PublicIncident.objects.select_related("ticket").order_by("-created_at")
    table_class = PublicIncidentTable
    filterset_class = PublicIncidentFilter
    template_name = "incidents/customers/customers.html"
    filters = ("search", "status", "over")
    empty = "Customers were told of nothing yet. Open an incident and choose Tell customers."


class ComponentList(ListPage):
    """Parts of the status page."""

    title = "Parts"
    queryset = Component.objects.select_related("page", "group", "service").order_by("page", "position", "name")
    table_class = ComponentTable
    filterset_class = ComponentFilter
    template_name = "incidents/customers/customers.html"
    filters = ("search", "status")
    empty = "No parts yet. An administrator adds them under Administration, Parts."


class _ForThoseWhoAct(ListPage):
    """Addresses of customers are for those who act on tickets."""

    template_name = "incidents/customers/customers.html"

    def may(self) -> bool:
        """Those who act on tickets."""
        return permissions.can_act(self.person)


class SubscriberList(_ForThoseWhoAct):
    """Who is told by e-mail."""

    title = "Subscribers"
    queryset = Subscriber.objects.order_by("-created_at")
    table_class = SubscriberTable
    filterset_class = SubscriberFilter
    filters = ("search", "active")
    empty = "Nobody has subscribed yet. The form is on the status page."


class DeliveryList(_ForThoseWhoAct):
    """Each mail and what became of it."""

    title = "Deliveries"
    queryset = UpdateDelivery.objects.select_related("update__incident", "notice__maintenance").order_by("-created_at")
    table_class = DeliveryTable
    filterset_class = DeliveryFilter
    filters = ("search", "state")
    empty = "No mail was sent yet. The first one goes out with the first update."
