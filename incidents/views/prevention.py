"""After the service works again: the board of what is not resolved, actions, links, and decisions."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.web.views import FormPage, ListPage, PostPage
from incidents import permissions
from incidents.filters.prevention import ActionFilter
from incidents.filters.tickets import TicketFilter
from incidents.forms.prevention import ActionForm, LinkForm, OwnerForm
from incidents.forms.response import ReasonForm, VerbForm
from incidents.models import ActionItem, PreventionWaiver, Ticket, TicketStatus
from incidents.prevention import actions, settling
from incidents.tables.prevention import ActionTable, RestoredTable
from incidents.tickets import links
from incidents.views.response.verbs import REFUSALS, find_ticket, ticket_or_404


class RestoredBoard(ListPage):
    """Incidents whose service works and whose prevention is not done."""

    title = "Restored, not resolved"
    lead = "The service works again. Each turns resolved by itself when the last thing it waits for is done."
    queryset = Ticket.objects.incidents().filter(status=TicketStatus.RESTORED).for_list().order_by("restored_at")
    table_class = RestoredTable
    filterset_class = TicketFilter
    filters = ("search", "whose", "severity", "team", "service")
    empty = "Nothing waits for prevention. What was restored is resolved."


class ActionList(ListPage):
    """What is owed, the next due first; open ones unless the URL says otherwise."""

    title = "Actions"
    queryset = ActionItem.objects.select_related("ticket", "owner", "team").order_by("due_on")
    table_class = ActionTable
    filterset_class = ActionFilter
    filters = ("search", "status", "whose", "is_priority", "team")
    keep_empty = ("status",)
    empty = "No open actions. They are added on the page of an incident or a problem."

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        """What the URL asks, and without a word on status: what is open."""
        data = self.request.GET.copy()
        data.setdefault("status", "open")
        usual: dict[str, Any] = super().get_filterset_kwargs(filterset_class)
        return usual | {"data": data}


class OnTicket(FormPage):
    """A question about one ticket."""

    template_name = "incidents/response/verb.html"
    form_class: type[forms.Form] = VerbForm
    refusals = REFUSALS
    anchor = ""
    ticket: Ticket

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Find the ticket."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.ticket = self.find()

    def find(self) -> Ticket:
        """The ticket it is about."""
        return ticket_or_404(self.kwargs["reference"], self.person)

    def may(self) -> bool:
        """Those who act on tickets."""
        return permissions.can_act(self.person, self.ticket)

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the ticket."""
        return super().get_form_kwargs() | {"ticket": self.ticket, "at": self.at}

    def perform(self, form: Any) -> Any:
        """Do it, and go back to the ticket."""
        self.do(actor=self.person, at=self.at, **form.cleaned_data)
        return f"{self.ticket.get_absolute_url()}{self.anchor}"

    def do(self, **given: Any) -> Any:
        """Make the domain call."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the ticket, and the way back."""
        return super().get_context_data(**kwargs) | {"ticket": self.ticket, "back": self.ticket.get_absolute_url()}


class ActionNew(OnTicket):
    """Owe something."""

    title = button = "Add an action"
    form_class = ActionForm
    anchor = "#actions"

    def get_initial(self) -> dict[str, Any]:
        """The ticket's own team."""
        return {"team": self.ticket.team_id}

    def do(self, **given: Any) -> Any:
        """Add it."""
        return actions.add(ticket_id=self.ticket.pk, **given)


class LinkNew(OnTicket):
    """Link two tickets."""

    title = button = "Link a ticket"
    form_class = LinkForm
    anchor = "#links"

    def form_valid(self, form: Any) -> HttpResponse:
        """Find the other ticket, or say that there is none."""
        other = find_ticket(form.cleaned_data["other"].strip(), self.person)
        if other is None:
            form.add_error("other", "There is no such ticket, or it is not yours to see. Write it as PRB-7.")
            return self.form_invalid(form)
        form.cleaned_data["other"] = other
        return super().form_valid(form)

    def do(self, **given: Any) -> Any:
        """Link it."""
        return links.link_tickets(from_ticket=self.ticket, to_ticket=given.pop("other"), **given)


class WaiverAsk(OnTicket):
    """Ask that nothing needs to be prevented."""

    title = "No prevention needed"
    button = "Ask for approval"
    lead = "Somebody else decides: a commander, a manager or a practice owner. They read your reason."
    done = "Asked. It is resolved as soon as somebody else agrees."
    form_class = ReasonForm

    def do(self, **given: Any) -> Any:
        """Ask."""
        return settling.ask_waiver(ticket_id=self.ticket.pk, **given)


class OnWaiver:
    """Something done to a decision that was asked for."""

    request: Any
    kwargs: dict[str, Any]
    waiver: PreventionWaiver

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Find it, if this person may know of its ticket."""
        if request.user.is_authenticated:
            rows = PreventionWaiver.objects.visible_to(request.user).select_related("ticket")
            self.waiver = get_object_or_404(rows, pk=kwargs["pk"])
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it

    def may(self) -> bool:
        """Those who decide; who asked is told so by the domain."""
        waiver = PreventionWaiver(ticket=self.waiver.ticket, requested_by_id=0)
        return permissions.can_decide(self.request.user, waiver)


class WaiverApprove(OnWaiver, PostPage):
    """Agree."""

    refusals = REFUSALS
    done = "Agreed. The incident is resolved."

    def perform(self) -> Any:
        """Approve it."""
        settling.approve_waiver(waiver_id=self.waiver.pk, actor=self.person, at=self.at)
        return self.back()

    def back(self) -> str:
        """The ticket."""
        return self.waiver.ticket.get_absolute_url()


class WaiverDecline(OnWaiver, OnTicket):
    """Say that something must be prevented."""

    title = "Prevention is needed"
    button = "Say so"
    lead = "Say what should be prevented, so that somebody can begin."
    form_class = ReasonForm

    def find(self) -> Ticket:
        """The ticket it is about."""
        return self.waiver.ticket

    def do(self, **given: Any) -> Any:
        """Decline it."""
        return settling.decline_waiver(waiver_id=self.waiver.pk, **given)


class OnAction:
    """Something done to an action."""

    request: Any
    action: ActionItem

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Find it, if this person may know of its ticket."""
        if request.user.is_authenticated:
            rows = ActionItem.objects.visible_to(request.user).select_related("ticket", "owner", "team")
            self.action = get_object_or_404(rows, pk=kwargs["pk"])
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it

    def may(self) -> bool:
        """Its owner, and those who act on tickets."""
        user = self.request.user
        return self.action.owner_id == user.pk or permissions.can_act(user, self.action.ticket)

    def find(self) -> Ticket:
        """The ticket it is about."""
        return self.action.ticket

    def get_title(self) -> str:
        """The deed and the action."""
        return f"{self.title}: {self.action.title}"  # type: ignore[attr-defined]  # set by the mixin's setup


class ActionDone(OnAction, PostPage):
    """It is done."""

    refusals = REFUSALS
    done = "Done. Thank you."

    def perform(self) -> Any:
        """Finish it."""
        actions.finish(action_id=self.action.pk, actor=self.person, at=self.at)
        return self.back()

    def back(self) -> str:
        """The ticket, or the list it was done from."""
        return reverse("incidents:actions") if "list" in self.request.GET else self.action.get_absolute_url()


class ActionDecline(OnAction, OnTicket):
    """It will not be done."""

    title = button = "Decline"
    form_class = ReasonForm
    anchor = "#actions"

    def do(self, **given: Any) -> Any:
        """Decline it."""
        return actions.decline(action_id=self.action.pk, **given)


class ActionReassign(OnAction, OnTicket):
    """Somebody else does it."""

    title = button = "Reassign"
    form_class = OwnerForm
    anchor = "#actions"

    def get_initial(self) -> dict[str, Any]:
        """As it is."""
        return {"owner": self.action.owner_id, "team": self.action.team_id}

    def do(self, **given: Any) -> Any:
        """Give it away."""
        return actions.reassign(action_id=self.action.pk, **given)
