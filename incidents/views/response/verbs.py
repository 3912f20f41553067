"""The verbs of a ticket: a table, each with a form and one domain call, and the page that runs them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from config.base.data.lifecycle import IllegalMove
from config.base.web.guards import ActsOn, Guard, LastChange, Once, Repeatable
from config.base.web.views import Destination, FormPage
from incidents import permissions, response
from incidents.desk import reversals
from incidents.desk.reversals import Reversal
from incidents.forms.response import (
    AddRespondersForm,
    AssignForm,
    ChangeSeverityForm,
    CloseForm,
    HoldForm,
    NoteForm,
    NotifyVendorForm,
    ParentForm,
    ReasonForm,
    ReassignForm,
    RestoreForm,
    VendorNoteForm,
    VerbForm,
)
from incidents.models import Ticket, TicketKind, TicketStatus
from incidents.models.tickets.ticket import PREFIXES
from incidents.response import situation
from incidents.tickets import handovers, mentions, timeline
from incidents.tickets.locking import lock_ticket
from incidents.tickets.status import INCIDENT
from oncall.models import User

REFUSALS = (IllegalMove, response.TicketRefused, ValidationError)
_OPEN = {TicketStatus.NEW, TicketStatus.ACKNOWLEDGED, TicketStatus.IN_PROGRESS, TicketStatus.ON_HOLD}
_ANY = set(TicketStatus)
_NOT_CLOSED = set(INCIDENT.moves) - {TicketStatus.CLOSED}
_STATUS = ActsOn("ticket", "status")
Call = Callable[[Ticket, User, datetime, dict[str, Any]], object]


@dataclass(frozen=True)
class Verb:
    """A verb: its label, its form, the statuses that allow it, its domain call, and what that protects."""

    name: str
    label: str
    statuses: frozenset[str]
    call: Call
    form: type[VerbForm] = VerbForm
    guard: Guard = _STATUS
    done: str = ""
    confirm: str = ""
    """The question before a button that cannot be undone; a form is its own question."""
    say: Callable[[Ticket, User], str] | None = None
    """What happened, where it depends on what others have done; in place of `done`."""
    is_main: bool = False
    button: str = ""
    reversal: Reversal | None = None
    applies: Callable[[Ticket, User], bool] = lambda ticket, user: True
    """Whether the ticket's state allows it, beside its status."""

    @property
    def is_plain(self) -> bool:
        """Whether it has no fields, so that a button is enough."""
        return self.form is VerbForm


def make_verb(name: str, label: str, statuses: Collection[str], call: Call, **more: Any) -> Verb:
    """A verb for a table of verbs."""
    return Verb(name, label, frozenset(str(status) for status in statuses), call, **more)


def _statuses_before(status: TicketStatus) -> set[str]:
    """The statuses from which the table allows a move to `status`."""
    return {before for before in INCIDENT.moves if INCIDENT.allows(before, status)}


def named_parent(reference: str, user: User) -> Ticket:
    """The ticket of a typed number. Raises TicketRefused if there is none that this person may see."""
    parent = find_ticket(reference.strip(), user)
    if parent is None:
        raise response.TicketRefused(
            "There is no such ticket, or you may not see it. Write its number, as INC-7.", field="parent"
        )
    return parent


def _link_parent(ticket: Ticket, user: User, at: datetime, answers: dict[str, str]) -> Ticket:
    parent = named_parent(answers["parent"], user)
    return response.link_parent(ticket_id=ticket.pk, parent=parent, actor=user, at=at)


def _close(ticket: Ticket, user: User, at: datetime, answers: dict[str, Any]) -> Ticket:
    reference = answers.pop("other").strip()
    other = find_ticket(reference, user) if reference else None
    if reference and other is None:
        raise response.TicketRefused("There is no such ticket, or you may not see it. Write its reference, as INC-7.")
    return response.close(ticket_id=ticket.pk, actor=user, at=at, other=other, **answers)


def _waits_for(ticket: Ticket, user: User) -> bool:
    return ticket.handover_from_id is not None and handovers.is_of_team(ticket, user)


def _say_assignee(ticket: Ticket, user: User) -> str:
    assignee = Ticket.objects.select_related("assignee").get(pk=ticket.pk).assignee
    return f"{ticket.reference} is assigned to {assignee.name if assignee else 'nobody'}."


VERBS = {
    verb.name: verb
    for verb in (
        make_verb("acknowledge", "Acknowledge", {TicketStatus.NEW}, is_main=True, say=situation.describe_answer,
              guard=Repeatable("the first of all answers counts, and nothing may delay one"),
              call=lambda t, u, at, _: response.acknowledge(ticket_id=t.pk, actor=u, at=at)),
        make_verb("start-work", "Start work", {TicketStatus.NEW, TicketStatus.ACKNOWLEDGED}, is_main=True,
              guard=Once("work starts once"),
              call=lambda t, u, at, _: response.start_work(ticket_id=t.pk, actor=u, at=at)),
        make_verb("resume", "Resume", {TicketStatus.ON_HOLD}, is_main=True, guard=Once("only one on hold is resumed"),
              call=lambda t, u, at, _: response.resume(ticket_id=t.pk, actor=u, at=at)),
        make_verb("restore", "Restore", _statuses_before(TicketStatus.RESTORED), is_main=True, form=RestoreForm,
              done="Restored. Nobody else is paged.", guard=ActsOn("ticket", "reopened_at"),
              call=lambda t, u, at, a: response.restore(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("add-note", "Add a note", _ANY, form=NoteForm, button="Add note", say=mentions.describe_note,
              guard=Once("each form is one note"),
              call=lambda t, u, at, a: response.add_note(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("take-over", "Take over", _OPEN, done="It is assigned to you now.",
              guard=Once("it takes the ticket from the person who has it"),
              call=lambda t, u, at, _: response.take_over(ticket_id=t.pk, actor=u, at=at)),
        make_verb("decline", "I can't", _OPEN, done="Thank you. The next person is paged.",
              guard=Once("each press pages one more person"),
              confirm="Hand it on? The next person is paged now.",
              call=lambda t, u, at, _: response.decline(ticket_id=t.pk, actor=u, at=at)),
        make_verb("assign", "Assign", _OPEN, form=AssignForm, guard=ActsOn("ticket", "assignee"), say=_say_assignee,
              reversal=reversals.ASSIGN,
              call=lambda t, u, at, a: response.assign(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("hold", "Put on hold", _statuses_before(TicketStatus.ON_HOLD), form=HoldForm,
              done="On hold.", reversal=reversals.HOLD,
              call=lambda t, u, at, a: response.hold(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("change-severity", "Change severity", _OPEN, form=ChangeSeverityForm,
              guard=ActsOn("ticket", "severity"),
              call=lambda t, u, at, a: response.change_severity(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("add-responders", "Add responders", _OPEN, form=AddRespondersForm,
              guard=Once("each form adds one team"),
              call=lambda t, u, at, a: response.add_responders(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("reassign", "Reassign to another team", _OPEN, form=ReassignForm, button="Reassign",
              guard=ActsOn("ticket", "team"),
              call=lambda t, u, at, a: response.reassign(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("confirm-handover", "Confirm the handover", _OPEN, applies=_waits_for, is_main=True,
              done="Confirmed: your team has it.", guard=ActsOn("ticket", "team", "handed_over_at"),
              call=lambda t, u, at, _: response.confirm_handover(ticket_id=t.pk, actor=u, at=at)),
        make_verb("give-back", "Give it back", _OPEN, form=ReasonForm, applies=_waits_for,
              done="Given back to the team that had it before.", guard=ActsOn("ticket", "team", "handed_over_at"),
              call=lambda t, u, at, a: response.give_back(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("link-parent", "Make it part of another ticket", _ANY, form=ParentForm, button="Link",
              guard=Once("a ticket has one parent at most"), call=_link_parent,
              done="Linked to its parent.", reversal=reversals.PARENT),
        make_verb("notify-vendor", "Vendor notified", _OPEN, form=NotifyVendorForm,
              guard=Once("a ticket has one vendor"),
              call=lambda t, u, at, a: response.notify_vendor(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("note-vendor-answer", "Vendor answered", _NOT_CLOSED, form=VendorNoteForm,
              guard=Once("a vendor answers once"),
              call=lambda t, u, at, a: response.note_vendor_answer(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("note-vendor-done", "Vendor is done", _NOT_CLOSED, form=VendorNoteForm,
              guard=Once("a vendor is done once"),
              call=lambda t, u, at, a: response.note_vendor_done(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("reopen", "Reopen", _statuses_before(TicketStatus.IN_PROGRESS) - _OPEN, form=ReasonForm,
              guard=ActsOn("ticket", "status", "reopened_at"),
              call=lambda t, u, at, a: response.reopen(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("close", "Close", _statuses_before(TicketStatus.CLOSED), form=CloseForm,
              guard=ActsOn("ticket", "status", "reopened_at"), call=_close),
    )
}  # fmt: skip


def possible_verbs(ticket: Ticket, user: User, *, is_ringing: bool = False) -> list[Verb]:
    """The verbs that this person may use on this ticket now; while a team is being paged it can be acknowledged."""
    if ticket.kind != TicketKind.INCIDENT or not permissions.can_act(user, ticket):
        return []
    more = {"acknowledge"} if is_ringing and ticket.is_open else set()
    return [
        verb
        for verb in VERBS.values()
        if (ticket.status in verb.statuses and verb.applies(ticket, user)) or verb.name in more
    ]


def find_ticket(reference: str, user: User) -> Ticket | None:
    """The ticket of a reference such as INC-7, if this person may see it."""
    prefix, _, number = reference.partition("-")
    kind = next((kind for kind, name in PREFIXES.items() if name == prefix.upper()), None)
    rows = Ticket.objects.visible_to(user).select_related(
        "service", "severity", "team", "assignee", "opened_by", "requester", "handover_from"
    )
    return (
        rows.distinct().filter(kind=kind, number=int(number) if number.isdecimal() and len(number) < 19 else 0).first()
    )


def ticket_or_404(reference: str, user: User) -> Ticket:
    """The ticket of a reference; raises Http404 if there is none that this person may see."""
    ticket = find_ticket(reference, user)
    if ticket is None:
        raise Http404
    return ticket


class LockedTicketMixin:
    """A page that changes a ticket: it takes the ticket's lock first, as every verb does."""

    ticket: Ticket
    person: User
    done: str

    def lock_record(self) -> Model | None:
        """The ticket, locked."""
        return lock_ticket(self.ticket.pk)

    def last_change(self, record: Model) -> LastChange:
        """By the ticket's timeline."""
        entry = timeline.last_change(self.ticket.pk)
        return LastChange(entry.actor, entry.at) if entry else LastChange()

    def page_of_ticket(self) -> str:
        """Where to go on after a change."""
        return self.ticket.get_absolute_url()

    def after_change(self) -> str:
        """Where to go on; the queue, where the change took the ticket out of the person's sight."""
        if find_ticket(self.ticket.reference, self.person) is not None:
            return self.page_of_ticket()
        self.done = f"{self.ticket.reference} is private now, and you do not see it any more. {self.done}".strip()
        return reverse("incidents:queue")


class VerbPage(LockedTicketMixin, FormPage):
    """One verb on one ticket: the page of its form, and the POST of its button."""

    template_name = "incidents/response/verb.html"
    refusals = REFUSALS
    table: Mapping[str, Verb] = VERBS
    kinds: frozenset[str] = frozenset({TicketKind.INCIDENT, TicketKind.REQUEST})
    verb: Verb

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the ticket and the verb."""
        super().setup(request, *args, **kwargs)
        self.verb = self.table[self.kwargs["verb"]]
        if request.user.is_authenticated:
            self.ticket = ticket_or_404(self.kwargs["reference"], request.user)
            if self.ticket.kind not in self.kinds:
                raise Http404
        self.title = self.verb.label
        self.button = self.verb.button or self.verb.label
        self.done = self.verb.done

    @property
    def guard(self) -> Guard:  # type: ignore[override]  # a property over a constant
        """The verb's guard."""
        return self.verb.guard

    def may(self) -> bool:
        """People who act on tickets."""
        return permissions.can_act(self.person, self.ticket)

    def get_form_class(self) -> type[forms.Form]:
        """The verb's form."""
        return self.verb.form

    def get_initial(self) -> dict[str, object]:
        """Who assigns a ticket most often takes it."""
        return super().get_initial() | {"assignee": self.person.pk}

    def get_form_kwargs(self) -> dict[str, object]:
        """With the ticket."""
        return super().get_form_kwargs() | {"ticket": self.ticket, "at": self.at}

    def perform(self, form: forms.Form) -> Destination:
        """Make the verb's domain call."""
        former: reversals.Former = {}
        if self.verb.reversal is not None:
            self.verb.reversal.note(lock_ticket(self.ticket.pk), former)
        self.verb.call(self.ticket, self.person, self.at, form.cleaned_data)
        if self.verb.reversal is not None:
            self.undo_offer = self.verb.reversal.offer(former)
        if self.verb.say is not None:
            self.done = self.verb.say(self.ticket, self.person)
        return self.after_change()

    def form_invalid(self, form: Any) -> HttpResponse:
        """After a button, go back with the error; show a form again."""
        if not self.verb.is_plain:
            return super().form_invalid(form)
        for error in form.non_field_errors():
            messages.error(self.request, error)
        return redirect(self.page_of_ticket())

    def page_of_ticket(self) -> str:
        """The ticket, or its phone screen for a button of that."""
        if self.request.POST.get("next") == "respond":
            return reverse("incidents:respond", args=[self.ticket.reference])
        return self.ticket.get_absolute_url()

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the ticket, and the address to go back to."""
        return super().get_context_data(**kwargs) | {
            "ticket": self.ticket,
            "verb": self.verb,
            "back": self.ticket.get_absolute_url(),
        }
