"""The list of problems, the page of one, and the forms to open, edit and link one."""

from typing import Any

from django.db.models import QuerySet

from config.base.web import panels
from config.base.web.guards import Edits, Once
from config.base.web.removals import RemovePage
from config.base.web.views import Destination, DetailPage, FormPage, ListPage, PostPage
from incidents import permissions
from incidents.categories.catalogue import category_names
from incidents.desk.last_words import with_last_words
from incidents.forms.response import NoteForm
from incidents.models import Ticket, TicketKind
from incidents.sla.next_due import with_open_clocks
from incidents.tables.desk.rows import DeskTable
from incidents.views import prevention
from incidents.views.response.verbs import REFUSALS, ticket_or_404
from incidents.views.tickets import facts
from incidents.views.tickets.of_ticket import TicketAction
from incidents.views.tickets.ticket import conversation_context
from problems import forms
from problems.filters import ProblemFilter
from problems.investigation import factors, lifecycle
from problems.models import Factor, KnownError, Problem
from problems.views import verbs


class ProblemList(ListPage):
    """All problems, listed by their tickets."""

    title = "Problems"
    model = Problem
    queryset = with_last_words(with_open_clocks(Ticket.objects.filter(kind=TicketKind.PROBLEM).for_list())).order_by(
        "priority", "-created_at"
    )
    table_class = DeskTable
    filterset_class = ProblemFilter
    filters = ("search", "group", "severity", "team", "service", "sla")
    icon = "bulb"
    tabs = (("problems:problems", "Problems"), ("problems:known-errors", "Known errors"))
    empty = "No problems yet. Open one from an incident, or with the button above."
    create = ("problems:new", "Open a problem")

    def may_create(self) -> bool:
        """People who act on tickets."""
        return permissions.can_act(self.person)


class ProblemPage(DetailPage):
    """One problem: facts, contributing factors, known error, incidents, action items, and the next actions."""

    template_name = "problems/investigation/problem.html"
    context_object_name = "ticket"

    def get_object(self, queryset: QuerySet[Ticket] | None = None) -> Ticket:
        """By its reference."""
        return ticket_or_404(self.kwargs["reference"], self.person)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """All of the page."""
        ticket = self.object
        problem = Problem.objects.get(pk=ticket.pk)
        allowed = verbs.allowed_verbs(ticket, self.person)
        sees_requester = permissions.can_see_requester(self.person, ticket)
        beside = panels.collect("problem", self.request, ticket)
        shared = conversation_context(self.request, ticket, user=self.person, at=self.at) | panels.rail_context(beside)
        own: dict[str, object] = {
            "problem": problem,
            "facts": facts.list_facts(ticket, None, may_edit=False, sees_requester=sees_requester, at=self.at),
            "panels": beside,
            "known_error": KnownError.objects.filter(problem=problem).with_uses(self.person).first(),
            "tree": factors.tree(problem),
            "main_verbs": [verb for verb in allowed if verb.is_main],
            "more_verbs": [
                verb for verb in allowed if not verb.is_main and verb.name not in {"add-note", "add-factor"}
            ],
            "note_form": NoteForm(ticket=ticket, at=self.at) if allowed else None,
            "can_act": bool(allowed),
            "verb_view": "problems:verb",
        }
        return super().get_context_data(**kwargs) | shared | own


class OpenProblem(FormPage):
    """Open a problem without an incident."""

    guard = Once("each form is one problem")
    title = button = "Open a problem"
    lead = "For a risk without an incident. Open the problem of an incident on the incident's page."
    form_class = forms.ProblemForm
    refusals = REFUSALS

    def may(self) -> bool:
        """People who act on tickets."""
        return permissions.can_act(self.person)

    def perform(self, form: forms.ProblemForm) -> Destination:
        """Open it."""
        return lifecycle.open_problem(actor=self.person, at=self.at, **form.cleaned_data)


class ProblemEdit(prevention.TicketFormPage):
    """The form of a problem's fields; a stale form is refused, and the typed text stays in it."""

    guard = Edits("ticket")
    template_name = "incidents/tickets/edit.html"
    form_class = forms.FactsForm

    def may(self) -> bool:
        """People who act on tickets."""
        return self.ticket.kind == TicketKind.PROBLEM and super().may()

    def get_title(self) -> str:
        """With the problem's number."""
        return f"Edit {self.ticket.reference}"

    def get_form(self, form_class: object = None) -> forms.FactsForm:
        """With the problem's current values."""
        problem = Problem.objects.get(pk=self.ticket.pk)
        return forms.FactsForm.of(problem, self.request.POST if self.request.method == "POST" else None)

    def perform(self, form: forms.FactsForm) -> Destination:
        """Save the changed fields."""
        lifecycle.edit(
            problem_id=self.ticket.pk,
            changes=form.changes(),
            actor=self.person,
            at=self.at,
        )
        return self.after_change()

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the categories."""
        return super().get_context_data(**kwargs) | {"categories": category_names()}


class OpenFromIncident(TicketAction, PostPage):
    """The button that opens the problem of an incident."""

    guard = Once("each press is one problem")
    confirm = ""
    refusals = REFUSALS
    done = "Opened. Service, impact and timeline are copied."

    def may(self) -> bool:
        """People who act on the incident."""
        return self.ticket.kind == TicketKind.INCIDENT and super().may()

    def perform(self) -> Destination:
        """Open it."""
        return lifecycle.open_from_incident(
            incident_id=self.ticket.pk,
            actor=self.person,
            at=self.at,
        )


class LinkProblem(prevention.TicketFormPage):
    """Link an existing problem to the incident that it caused."""

    guard = Once("each form is one link")
    title = button = "Link a problem"
    form_class = forms.ProblemChoiceForm

    def may(self) -> bool:
        """People who act on the incident."""
        return self.ticket.kind == TicketKind.INCIDENT and super().may()

    def get_form_kwargs(self) -> dict[str, object]:
        """With the reader, whose visible problems are offered."""
        return super().get_form_kwargs() | {"user": self.person}

    def do(self, **values: Any) -> object:
        """Link it."""
        problem = values.pop("problem")
        return lifecycle.link_incident(problem_id=problem.pk, incident_id=self.ticket.pk, **values)


class RemoveFactor(TicketAction, RemovePage):
    """The button that removes a factor."""

    confirm = "Remove this factor from the tree? It cannot be brought back."
    refusals = REFUSALS
    anchor = "#factors"

    def perform(self) -> Destination:
        """Remove it."""
        factor = self.row_to_remove(Factor.objects.filter(problem=self.ticket.pk))
        factors.remove(factor_id=factor.pk, actor=self.person, at=self.at)
        return self.back()
