"""The page of a ticket, and the form to edit it."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from config.base.web import panels
from config.base.web.filters import query_problems
from config.base.web.guards import Edits
from config.base.web.views import Destination, DetailPage, FormPage
from incidents import permissions, response
from incidents.categories.catalogue import category_names, category_of
from incidents.categories.custom_fields import fields_of, list_values
from incidents.desk import presence
from incidents.desk.conversation import read_conversation
from incidents.forms.response import NoteForm
from incidents.forms.tickets import ConversationForm, TicketForm
from incidents.models import Incident, Ticket, TicketKind
from incidents.response import situation
from incidents.tickets.readings import record_reading
from incidents.views.response import verbs
from incidents.views.tickets import facts
from oncall.models import User


class TicketPage(DetailPage):
    """One ticket: what the requester sees, the composer, one conversation; beside it facts, clocks and people."""

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
        """All that the page shows; that a private ticket is read is recorded first."""
        ticket, user = self.object, self.person
        record_reading(ticket=ticket, user=user, at=self.at)
        teams = situation.responding_teams(ticket)
        possible = verbs.possible_verbs(ticket, user, is_ringing=any(team.is_ringing for team in teams))
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return (
            context
            | conversation_context(self.request, ticket, user=user, at=self.at)
            | {
                "responding_teams": teams,
                "responder": situation.responder_view(ticket, teams, user),
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
                **panels.rail_context(context["panels"]),
                "refresh": 8 if ticket.is_open else 0,
            }
            | self._facts(can_act=bool(possible))
        )

    def _facts(self, *, can_act: bool) -> dict[str, object]:
        ticket, user = self.object, self.person
        incident = Incident.objects.filter(pk=ticket.pk).first()
        sees_requester = permissions.can_see_requester(user, ticket)
        return {
            "facts": facts.list_facts(ticket, incident, may_edit=can_act, sees_requester=sees_requester, at=self.at),
            "seen": {
                "status": ticket.requester_status,
                "impact": incident.customer_impact if incident else "",
                "workaround": incident.workaround if incident else "",
            },
            "comment_reader": _comment_reader(ticket, sees_requester=sees_requester),
        }


def conversation_context(request: HttpRequest, ticket: Ticket, *, user: User, at: datetime) -> dict[str, object]:
    """The conversation that the address names, who else has the page open, and what of the address is unclear."""
    form = ConversationForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    return {
        "conversation": read_conversation(ticket, show=chosen.get("show", ""), is_whole=chosen.get("whole", False)),
        "readers": presence.enter(ticket=ticket, user=user, at=at, is_writing=bool(chosen.get("writing"))),
        "query_problems": query_problems(form, request.GET),
    }


def _comment_reader(ticket: Ticket, *, sees_requester: bool) -> str:
    """Who reads a comment in the portal: a requester with an account."""
    requester = ticket.requester
    if requester is None or requester.user_id is None:
        return ""
    return requester.name if sees_requester else "The requester"


def _needed_text(ticket_id: int) -> str:
    """What a ticket's new category needs and the ticket does not say; empty for nothing."""
    ticket = Ticket.objects.get(pk=ticket_id)
    rows = list_values(fields=fields_of(category_of(ticket)), values=ticket.custom)
    labels = [row.field.label for row in rows if row.field.is_required and row.value is None]
    return f"Saved. {ticket.category} needs also: {', '.join(labels)}." if labels else ""


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
        data = self.request.POST if self.request.method == "POST" else None
        return TicketForm.of(incident, data, field=self.request.GET.get("field", ""))

    def perform(self, form: TicketForm) -> Destination:
        """Save the changed fields."""
        changes = form.changes()
        response.edit(
            ticket_id=self.ticket.pk,
            changes=changes,
            actor=self.person,
            at=self.at,
        )
        if "category" in changes:
            self.done = _needed_text(self.ticket.pk)
        return self.after_change()

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the address to go back to, and the categories."""
        own = {"ticket": self.ticket, "back": self.ticket.get_absolute_url(), "categories": category_names()}
        return super().get_context_data(**kwargs) | own
