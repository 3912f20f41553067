"""The requesters of a ticket: who it is for, who is added or removed, and their details put right."""

from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from config.base.web.guards import ActsOn, Edits, Once
from config.base.web.removals import RemovePage
from config.base.web.views import Destination, FormPage
from incidents import permissions, response
from incidents.desk import joining, reversals
from incidents.forms.requesters import CorrectionForm, PickerForm
from incidents.models import Contact, Ticket, TicketKind
from incidents.requesters import directory
from incidents.tickets.locking import TicketRefused
from incidents.views.desk.picking import PickerPage, candidates_for
from incidents.views.response.verbs import REFUSALS, LockedTicketMixin, ticket_or_404


class _OfTicket(LockedTicketMixin):
    """A page about the requesters of an incident."""

    kwargs: dict[str, str]

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the incident."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: the page behind it has it
        if request.user.is_authenticated:
            self.ticket = ticket_or_404(self.kwargs["reference"], request.user)
            if self.ticket.kind != TicketKind.INCIDENT:
                raise Http404

    def may(self) -> bool:
        """People who work on the ticket and may see whom it is for."""
        person = self.person
        return permissions.can_act(person, self.ticket) and permissions.can_see_requester(person, self.ticket)


class _PickForTicket(_OfTicket, PickerPage):
    """A page that names a requester of a ticket."""

    template_name = "incidents/desk/pick.html"
    form_class = PickerForm

    def named_requester(self, form: PickerForm) -> Contact:
        """The requester of the form. Raises TicketRefused if it names nobody."""
        requester = self.requester_of(form)
        if requester is None:
            raise TicketRefused("Say who it is: a name is enough.", field="who")
        return requester

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the ticket, and the address to go back to."""
        context = super().get_context_data(**kwargs)
        return context | {"ticket": self.ticket, "back": self.ticket.get_absolute_url()}


class TicketRequester(_PickForTicket):
    """Say for whom the ticket is; everything else about it stays."""

    guard = ActsOn("ticket", "requester")
    title = "Change the requester"
    button = "Change"

    def perform(self, form: PickerForm) -> Destination:
        """Change the requester of the ticket."""
        with transaction.atomic():  # if the change is refused, no requester is made either
            requester = self.named_requester(form)
            changes = {"requester": requester}
            response.edit(ticket_id=self.ticket.pk, changes=changes, actor=self.person, at=self.at)
        self.done = f"{self.ticket.reference} is for {requester.name} now."
        return self.ticket


class AddRequester(_PickForTicket):
    """Add somebody else who has the same trouble."""

    guard = Once("somebody is added once")
    title = "Add a requester"
    button = "Add"

    def perform(self, form: PickerForm) -> Destination:
        """Add the requester to the ticket."""
        with transaction.atomic():  # if the ticket refuses, no requester is made either
            requester = self.named_requester(form)
            joining.add_requester_to(ticket_id=self.ticket.pk, requester=requester, actor=self.person, at=self.at)
        self.undo_offer = reversals.of_requester(self.ticket, requester)
        self.done = f"{requester.name} added to {self.ticket.reference}. Nobody was paged."
        return self.ticket


class RemoveRequester(_OfTicket, RemovePage):
    """Take back that somebody was added."""

    confirm = ""
    refusals = REFUSALS

    def perform(self) -> Destination:
        """Remove the requester from the ticket."""
        added = Ticket.affected_contacts.through.objects.filter(ticket=self.ticket).select_related("contact")
        requester: Contact = self.row_to_remove(added).contact
        joining.remove_requester_from(ticket_id=self.ticket.pk, requester=requester, actor=self.person, at=self.at)
        self.done = f"{requester.name} is not on {self.ticket.reference} any more."
        return self.ticket

    def back(self) -> str:
        """The ticket's page."""
        return self.ticket.get_absolute_url()


class CorrectRequester(FormPage):
    """The details of a requester; what stood there before is kept in the history."""

    guard = Edits("requester")
    title = "Correct a requester"
    form_class = CorrectionForm
    refusals = (directory.RequesterRefused, *REFUSALS)
    requester: Contact

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the requester, if this person may see them."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.requester = self.find()

    def find(self) -> Contact:
        """The requester. Raises Http404 if there is none whom this person may see."""
        return get_object_or_404(candidates_for(self.person), pk=self.kwargs["pk"])

    def may(self) -> bool:
        """People who add requesters and correct their details."""
        return permissions.can_write_requesters(self.person, self.requester)

    def get_form(self, form_class: type[CorrectionForm] | None = None) -> CorrectionForm:
        """The form with the current details."""
        requester = self.locked if isinstance(self.locked, Contact) else self.requester
        return CorrectionForm.of(requester, self.request.POST if self.request.method == "POST" else None)

    def perform(self, form: CorrectionForm) -> Destination:
        """Correct the details that were changed."""
        directory.correct_requester(requester_id=self.requester.pk, values=form.changes(), actor=self.person)
        self.done = f"{form.cleaned_data['name']}: the details are corrected."
        return self.back()

    def back(self) -> str:
        """The requester's page."""
        return self.requester.get_absolute_url()

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the requester's name, and the address to go back to."""
        return super().get_context_data(**kwargs) | {"lead": str(self.requester), "back": self.back()}


class CorrectRequesterOfTicket(CorrectRequester):
    """The same for the people of a ticket, who need not see other requesters."""

    ticket: Ticket

    def find(self) -> Contact:
        """The ticket's requester with this key, or one who was added to it."""
        self.ticket = ticket_or_404(self.kwargs["reference"], self.person)
        if not permissions.can_see_requester(self.person, self.ticket):
            raise Http404
        of_ticket = Q(pk=self.ticket.requester_id) | Q(affecting_tickets=self.ticket.pk)
        return get_object_or_404(Contact.objects.filter(of_ticket).distinct(), pk=self.kwargs["pk"])

    def may(self) -> bool:
        """People who work on the ticket, besides."""
        return permissions.can_act(self.person, self.ticket) and super().may()

    def back(self) -> str:
        """The ticket's page."""
        return self.ticket.get_absolute_url()
