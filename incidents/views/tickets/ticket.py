"""The page of a ticket, and the form to edit it."""

from django.db.models import QuerySet
from django.http import HttpRequest

from config.base.web.guards import Edits
from config.base.web.views import Destination, DetailPage, FormPage
from incidents import permissions, response
from incidents.forms.response import NoteForm
from incidents.forms.tickets import TicketForm
from incidents.models import Incident, Ticket, TicketKind
from incidents.response import situation
from incidents.views.response import verbs

_TIMELINE_SHOWN = 200


class TicketPage(DetailPage):
    """One ticket: fields, responders, alerts, timeline and verbs."""

    template_name = "incidents/tickets/ticket.html"
    context_object_name = "ticket"

    def get_object(self, queryset: QuerySet[Ticket] | None = None) -> Ticket:
        """By its reference."""
        return verbs.ticket_or_404(self.kwargs["reference"], self.person)

    def get_title(self) -> str:
        """Number and title."""
        return str(self.object)

    @property
    def place(self) -> str:  # type: ignore[override]  # a property over a constant
        """Panels by the kind of ticket."""
        return str(self.object.kind)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """All that the page shows."""
        ticket, user = self.object, self.person
        teams = situation.responding_teams(ticket)
        possible = verbs.possible_verbs(ticket, user, is_ringing=any(team.is_ringing for team in teams))
        return super().get_context_data(**kwargs) | {
            "incident": Incident.objects.filter(pk=ticket.pk).first(),
            "responding_teams": teams,
            "responder": situation.responder_view(ticket, teams, user),
            "timeline": ticket.timeline.select_related("actor", "token").order_by("-at", "-pk")[:_TIMELINE_SHOWN],
            "alerts": ticket.alerts.select_related("integration").order_by("-opened_at", "-pk")[:20],
            "main_verbs": [verb for verb in possible if verb.is_main],
            "more_verbs": [verb for verb in possible if not verb.is_main and verb.name != "add-note"],
            "note_form": NoteForm(ticket=ticket, at=self.at) if possible else None,
            "can_act": bool(possible),
            "status_label": (
                ticket.requester_status
                if permissions.reads_as_requester(user, ticket)
                else ticket.get_status_display()
            ),
            "can_see_requester": permissions.can_see_requester(user, ticket),
            "refresh": 8 if ticket.is_open else 0,
        }


class TicketEdit(verbs.LockedTicketMixin, FormPage):
    """The form to edit an incident; a stale one is refused, and nothing typed is lost."""

    guard = Edits("ticket")
    template_name = "incidents/tickets/edit.html"
    form_class = TicketForm
    refusals = verbs.REFUSALS

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the ticket."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.ticket = verbs.ticket_or_404(self.kwargs["reference"], request.user)

    def may(self) -> bool:
        """People who act on incidents."""
        return self.ticket.kind == TicketKind.INCIDENT and permissions.can_act(self.person, self.ticket)

    def get_title(self) -> str:
        """Verb and reference."""
        return f"Edit {self.ticket.reference}"

    def get_form(self, form_class: object = None) -> TicketForm:
        """With the incident's current values."""
        incident = Incident.objects.get(pk=self.ticket.pk)
        return TicketForm.of(incident, self.request.POST if self.request.method == "POST" else None)

    def perform(self, form: TicketForm) -> Destination:
        """Save the changed fields."""
        return response.edit(
            ticket_id=self.ticket.pk,
            changes=form.changes(),
            actor=self.person,
            at=self.at,
        )

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the address to go back to."""
        return super().get_context_data(**kwargs) | {"ticket": self.ticket, "back": self.ticket.get_absolute_url()}
