"""The page on which a call becomes a ticket: it says what it will do, and pages nobody unless that is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from config.base.web import panels
from config.base.web.forms import add_refusal
from config.base.web.guards import Once
from config.base.web.views import Destination, TemplatePage
from incidents import permissions
from incidents.categories.catalogue import category_names
from incidents.desk import joining, matching, opening, outcome, reversals
from incidents.forms.desk import CallForm
from incidents.forms.requesters import NEW_FIELDS
from incidents.models import ContactType, Service, Ticket, TicketStatus
from incidents.tickets.locking import TicketRefused
from incidents.views.desk.picking import PickerPage, candidates_for
from incidents.views.response.screen import clock_words
from incidents.views.response.verbs import find_ticket
from oncall.models import User

_ABOUT_REQUESTER = {"who", "requester", *NEW_FIELDS}


@dataclass(frozen=True)
class TypedWords:
    """What is typed so far; panels of "desk" read it."""

    title: str
    text: str
    service: Service | None


def _look_ahead(request: HttpRequest, form: CallForm, *, actor: User, at: datetime) -> dict[str, object]:
    """What logging the call would do, and what is there already, for the fields so far; wrong ones count as empty."""
    form.is_valid()
    cleaned = form.cleaned_data
    requester = cleaned.get("requester")
    title = str(form["title"].value() or "")[:300]
    call = form.call(requester)
    result = outcome.preview_outcome(call=call, actor=actor, at=at, page=bool(cleaned.get("page_now")))
    tickets = list(matching.find_tickets(title, reader=actor))
    more = panels.collect("desk", request, TypedWords(title, call.description, call.service))
    return {
        "outcome": result,
        "acknowledge_by": clock_words(result.acknowledge_by, at=at) if result.acknowledge_by else "",
        "duty_ends": clock_words(result.duty.ends_at, at=at) if result.duty.ends_at else "",
        "is_typed": bool(title),
        "tickets": tickets,
        "more": more,
        "count": len(tickets) + sum(map(_count, more)),
        "requester_name": requester.name if requester else cleaned.get("new_name", ""),
        "declare_url": f"{reverse('incidents:declare')}?{urlencode(_declared(title, call))}",
        "form": form,
    }


def _count(panel: Mapping[str, object]) -> int:
    """How many matches a panel of another app shows, as it says itself."""
    context = panel["context"]
    return int(context.get("count", 0)) if isinstance(context, Mapping) else 0


def _declared(title: str, call: opening.Call) -> dict[str, object]:
    """What the form of declaring begins with, so that nothing is typed twice."""
    values = {
        "title": title, "service": call.service and call.service.pk, "impact": call.impact, "urgency": call.urgency,
        "requester_name": call.requester and call.requester.name,
        "requester_email": call.requester and call.requester.email,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value}


class NewTicket(PickerPage):
    """The form of a call."""

    guard = Once("each form is one call")
    title = "New ticket"
    template_name = "incidents/desk/new_ticket.html"
    form_class = CallForm
    button = "Log the ticket"

    def may(self) -> bool:
        """People who work on tickets; everybody else declares."""
        return permissions.can_act(self.person)

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """The form again; somebody who is added to an open ticket needs nothing else to be right."""
        reference = self.request.POST.get("add_to", "")
        if not reference:
            return super().form_invalid(form)
        for name in set(form.errors) & (set(form.fields) - _ABOUT_REQUESTER):
            del form.errors[name]
        return super().form_invalid(form) if form.errors else self._add(cast("CallForm", form), reference)

    def perform(self, form: CallForm) -> Destination:
        """Log the call, and solve it if that is done already; or add its requester to an open ticket."""
        if reference := self.request.POST.get("add_to", ""):
            return self._join(form, reference)
        is_paged = bool(form.cleaned_data["page_now"])
        with transaction.atomic():  # if the ticket is refused, no requester is made either
            call = form.call(self.requester_of(form))
            if "solve" in self.request.POST:
                note = form.cleaned_data["solution"]
                ticket = opening.solve_at_once(call=call, note=note, actor=self.person, at=self.at)
            else:
                ticket = opening.open_ticket(call=call, page=is_paged, actor=self.person, at=self.at)
        self.done = _done_text(ticket, is_paged=is_paged)
        return ticket

    def _add(self, form: CallForm, reference: str) -> HttpResponse:
        try:
            ticket = self._join(form, reference)
        except self.refusals as refusal:
            add_refusal(form, refusal)
            return super().form_invalid(form)
        return self.go_on(ticket)

    def _join(self, form: CallForm, reference: str) -> Ticket:
        ticket = find_ticket(reference, self.person)
        if ticket is None:
            raise TicketRefused("That ticket is gone, or you may not see it.")
        with transaction.atomic():
            requester = self.requester_of(form)
            if requester is None:
                raise TicketRefused("Say who it is first. Then they can be added.", field="who")
            channel = form.cleaned_data.get("contact_type") or ContactType.PHONE
            joining.add_requester_to(
                ticket_id=ticket.pk, requester=requester, actor=self.person, at=self.at, contact_type=channel
            )
        self.done = f"{requester.name} added to {ticket.reference}. Nobody was paged."
        self.undo_offer = reversals.of_requester(ticket, requester)
        return ticket

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the categories, and the outcome and the matches for what the form holds."""
        context = super().get_context_data(**kwargs) | {"categories": category_names()}
        form = cast("CallForm", context["form"])
        values = {name: form[name].value() for name in form.fields}
        typed = {name: value for name, value in values.items() if value not in (None, "", False)}
        bound = CallForm(typed, candidates=candidates_for(self.person))
        return _look_ahead(self.request, bound, actor=self.person, at=self.at) | context


def _done_text(ticket: Ticket, *, is_paged: bool) -> str:
    if ticket.status == TicketStatus.CLOSED:
        return f"{ticket.reference} is logged and solved."
    if ticket.status == TicketStatus.RESTORED:
        return f"{ticket.reference} is restored. It closes when prevention is done."
    return f"{ticket.reference} is logged for {ticket.team.name}.{'' if is_paged else ' Nobody was paged.'}"


class CallFields(TemplatePage):
    """The custom fields of the category that the form names so far."""

    template_name = "incidents/desk/custom_fields.html"

    def may(self) -> bool:
        """People who work on tickets."""
        return permissions.can_act(self.person)

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The same by POST: what somebody says stays out of addresses."""
        return self.get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The form with what was typed; nothing is an error yet."""
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        form = CallForm(initial=data.dict(), candidates=candidates_for(self.person))
        return super().get_context_data(**kwargs) | {"form": form}


class CallOutlook(TemplatePage):
    """What logging the call would do and what is there already, while somebody types."""

    template_name = "incidents/desk/outlook.html"

    def may(self) -> bool:
        """People who work on tickets."""
        return permissions.can_act(self.person)

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The same by POST: what somebody says stays out of addresses."""
        return self.get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Outcome and matches."""
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        form = CallForm(data, candidates=candidates_for(self.person))
        looked_up = _look_ahead(self.request, form, actor=self.person, at=self.at)
        form.errors.clear()  # nobody has sent it yet
        return super().get_context_data(**kwargs) | looked_up
