"""After restoration: the board of restored incidents, action items, links between tickets, and waivers."""

from typing import Any

from django import forms
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.web.guards import ActsOn, Once
from config.base.web.views import Destination, FormPage, ListPage, PostPage
from incidents import permissions
from incidents.filters.prevention import ActionItemFilter
from incidents.filters.tickets import TicketFilter
from incidents.forms.prevention import ActionItemForm, LinkForm, OwnerForm
from incidents.forms.response import ReasonForm, VerbForm
from incidents.models import ActionItem, PreventionWaiver, Ticket, TicketStatus
from incidents.prevention import action_items
from incidents.prevention.waivers import approve_waiver, decline_waiver, request_waiver
from incidents.tables.prevention import ActionItemTable, RestoredTable
from incidents.tickets import links
from incidents.tickets.locking import lock_ticket
from incidents.views.response.verbs import REFUSALS, LockedTicketMixin, find_ticket, ticket_or_404


class RestoredBoard(ListPage):
    """Incidents whose service works and whose prevention is not done yet."""

    title = "Restored, prevention open"
    lead = "The service works again. Each incident resolves by itself when the last condition is met."
    queryset = Ticket.objects.incidents().filter(status=TicketStatus.RESTORED).for_list().order_by("restored_at")
    table_class = RestoredTable
    filterset_class = TicketFilter
    filters = ("search", "whose", "severity", "team", "service")
    empty = "No incident waits for prevention."


class ActionItemList(ListPage):
    """Action items, the next due first; open ones unless the URL says otherwise."""

    title = "Action items"
    icon = "list-check"
    queryset = ActionItem.objects.select_related("ticket", "owner", "team").order_by("due_on")
    table_class = ActionItemTable
    filterset_class = ActionItemFilter
    filters = ("search", "status", "whose", "is_priority", "team")
    keep_empty = ("status",)
    empty = "No open action items. Add them on the page of an incident or a problem."

    def get_filterset_kwargs(self, filterset_class: object) -> dict[str, object]:
        """The filters of the URL; without a status: open."""
        data = self.request.GET.copy()
        data.setdefault("status", "open")
        defaults: dict[str, object] = super().get_filterset_kwargs(filterset_class)
        return defaults | {"data": data}


class TicketFormPage(LockedTicketMixin, FormPage):
    """A form about one ticket."""

    template_name = "incidents/response/verb.html"
    form_class: type[forms.Form] = VerbForm
    refusals: tuple[type[Exception], ...] = REFUSALS
    anchor = ""

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the ticket."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.ticket = self.find_ticket()

    def find_ticket(self) -> Ticket:
        """The ticket."""
        return ticket_or_404(self.kwargs["reference"], self.person)

    def may(self) -> bool:
        """People who act on tickets."""
        return permissions.can_act(self.person, self.ticket)

    def get_form_kwargs(self) -> dict[str, object]:
        """With the ticket."""
        return super().get_form_kwargs() | {"ticket": self.ticket, "at": self.at}

    def perform(self, form: Any) -> Destination:
        """Make the domain call, and go back to the ticket."""
        self.do(actor=self.person, at=self.at, **form.cleaned_data)
        return f"{self.ticket.get_absolute_url()}{self.anchor}"

    def do(self, **values: Any) -> object:
        """Make the domain call."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the ticket, and the address to go back to."""
        return super().get_context_data(**kwargs) | {"ticket": self.ticket, "back": self.ticket.get_absolute_url()}


class ActionItemNew(TicketFormPage):
    """Add an action item."""

    guard = Once("each form is one action item")
    title = button = "Add an action item"
    form_class = ActionItemForm
    anchor = "#actions"

    def get_initial(self) -> dict[str, object]:
        """The ticket's assigned team."""
        return {"team": self.ticket.team_id}

    def do(self, **values: Any) -> object:
        """Add it."""
        return action_items.add(ticket_id=self.ticket.pk, **values)


class LinkNew(TicketFormPage):
    """Link two tickets."""

    guard = Once("each form is one link")
    title = button = "Link a ticket"
    form_class = LinkForm
    anchor = "#links"

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Find the other ticket, or say that there is none."""
        other = find_ticket(form.cleaned_data["other"].strip(), self.person)
        if other is None:
            form.add_error("other", "There is no such ticket, or you may not see it. Write its reference, as PRB-7.")
            return self.form_invalid(form)
        form.cleaned_data["other"] = other
        return super().form_valid(form)

    def do(self, **values: Any) -> object:
        """Link it."""
        return links.link_tickets(from_ticket=self.ticket, to_ticket=values.pop("other"), **values)


class WaiverRequest(TicketFormPage):
    """Request the decision that no prevention is needed."""

    guard = Once("the domain refuses a second request")
    title = "No prevention needed"
    button = "Request approval"
    lead = "Somebody else decides: a commander, a manager or a practice owner. They see your reason."
    done = "Requested. The incident is resolved when somebody else approves."
    form_class = ReasonForm

    def do(self, **values: Any) -> object:
        """Request it."""
        return request_waiver(ticket_id=self.ticket.pk, **values)


class WaiverMixin:
    """What pages about a requested waiver share."""

    request: HttpRequest
    kwargs: dict[str, object]
    waiver: PreventionWaiver

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find it, if this person may see its ticket."""
        if request.user.is_authenticated:
            rows = PreventionWaiver.objects.visible_to(request.user).select_related("ticket")
            self.waiver = get_object_or_404(rows, pk=kwargs["pk"])
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it

    def lock_record(self) -> PreventionWaiver:
        """The waiver, under the lock of its ticket."""
        lock_ticket(self.waiver.ticket_id)
        return PreventionWaiver.objects.get(pk=self.waiver.pk)

    def may(self) -> bool:
        """People who may decide by their role; the domain refuses the person who requested it."""
        waiver = PreventionWaiver(ticket=self.waiver.ticket, requested_by_id=0)
        return permissions.can_decide(self.request.user, waiver)


class WaiverApprove(WaiverMixin, PostPage):
    """Approve a waiver."""

    guard = ActsOn("waiver", "status", "reason")
    confirm = "Approve that no prevention is needed? The incident is resolved."
    refusals = REFUSALS
    done = "Approved. The incident is resolved."

    def perform(self) -> Destination:
        """Approve it."""
        approve_waiver(waiver_id=self.waiver.pk, actor=self.person, at=self.at)
        return self.back()

    def back(self) -> str:
        """The ticket."""
        return self.waiver.ticket.get_absolute_url()


class WaiverDecline(WaiverMixin, TicketFormPage):
    """Decline a waiver: prevention is needed."""

    guard = ActsOn("waiver", "status", "reason")
    title = "Decline: prevention is needed"
    button = "Decline"
    lead = "Say what must be prevented, so that somebody can begin."
    form_class = ReasonForm

    def find_ticket(self) -> Ticket:
        """The ticket."""
        return self.waiver.ticket

    def do(self, **values: Any) -> object:
        """Decline it."""
        return decline_waiver(waiver_id=self.waiver.pk, **values)


class ActionItemMixin:
    """What pages about an action item share."""

    request: HttpRequest
    action: ActionItem

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find it, if this person may see its ticket."""
        if request.user.is_authenticated:
            rows = ActionItem.objects.visible_to(request.user).select_related("ticket", "owner", "team")
            self.action = get_object_or_404(rows, pk=kwargs["pk"])
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it

    def lock_record(self) -> ActionItem:
        """The action item, under the lock of its ticket."""
        lock_ticket(self.action.ticket_id)
        return get_object_or_404(ActionItem, pk=self.action.pk)

    def may(self) -> bool:
        """Its owner, and people who act on tickets."""
        return permissions.can_change_action(self.request.user, self.action)

    def find_ticket(self) -> Ticket:
        """The ticket."""
        return self.action.ticket

    def get_title(self) -> str:
        """The verb and the action item."""
        return f"{self.title}: {self.action.title}"  # type: ignore[attr-defined]  # set by the mixin's setup


class ActionItemComplete(ActionItemMixin, PostPage):
    """Complete an action item."""

    guard = ActsOn("action", "status", "title")
    confirm = "Complete this action item? It cannot be opened again."
    refusals = REFUSALS
    done = "Completed. Thank you."

    def perform(self) -> Destination:
        """Complete it."""
        action_items.complete(action_id=self.action.pk, actor=self.person, at=self.at)
        return self.back()

    def back(self) -> str:
        """The ticket, or the list it was completed from."""
        return reverse("incidents:action-items") if "list" in self.request.GET else self.action.get_absolute_url()


class ActionItemDecline(ActionItemMixin, TicketFormPage):
    """Decline an action item."""

    guard = ActsOn("action", "status", "title")
    title = button = "Decline"
    form_class = ReasonForm
    anchor = "#actions"

    def do(self, **values: Any) -> object:
        """Decline it."""
        return action_items.decline(action_id=self.action.pk, **values)


class ActionItemReassign(ActionItemMixin, TicketFormPage):
    """Assign an action item to another person or team."""

    guard = ActsOn("action", "status", "owner", "team")
    title = button = "Reassign"
    form_class = OwnerForm
    anchor = "#actions"

    def get_initial(self) -> dict[str, object]:
        """The current owner and team."""
        return {"owner": self.action.owner_id, "team": self.action.team_id}

    def do(self, **values: Any) -> object:
        """Reassign it."""
        return action_items.reassign(action_id=self.action.pk, **values)
