"""Actions on many tickets: the question with the list of what was chosen, and carrying it out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from config.base.web import submissions
from config.base.web.guards import Once
from config.base.web.views import Destination, FormPage
from incidents import permissions, response
from incidents.desk import bulk, reversals
from incidents.desk.bulk_words import describe, describe_change
from incidents.desk.reversals import Reversal
from incidents.forms.desk import AssignManyForm, CloseManyForm, HandOverManyForm, HoldManyForm, ParentOfManyForm
from incidents.models import ClosureCode, HoldReason, Ticket
from incidents.views.response.verbs import REFUSALS, named_parent
from oncall.models import User


@dataclass(frozen=True)
class BulkAction:
    """An action: its name in the address, its label, its form, what it does with one ticket, and that in words.

    With a `reversal` it can be taken back.
    """

    name: str
    label: str
    form: type[forms.Form]
    do: Callable[[Ticket, User, datetime, forms.Form], object]
    say: Callable[[forms.Form], str]
    reversal: Reversal | None = None


def _assigned(form: forms.Form) -> str:
    person = form.cleaned_data["assignee"]
    return f"assigned to {person.name if person else 'nobody'}"


ACTIONS = {
    action.name: action
    for action in (
        BulkAction("assign", "Assign", AssignManyForm,
                   lambda t, u, at, f: response.assign(ticket_id=t.pk, actor=u, at=at, **f.cleaned_data), _assigned,
                   reversals.ASSIGN),
        BulkAction("hand-over", "Hand over", HandOverManyForm,
                   lambda t, u, at, f: response.reassign(ticket_id=t.pk, actor=u, at=at, **f.cleaned_data),
                   lambda f: f"handed over to {f.cleaned_data['team'].name}"),
        BulkAction("link", "Link to a parent", ParentOfManyForm,
                   lambda t, u, at, f: response.link_parent(ticket_id=t.pk, actor=u, at=at, **f.cleaned_data),
                   lambda f: f"now part of {f.cleaned_data['parent'].reference}", reversals.PARENT),
        BulkAction("hold", "Put on hold", HoldManyForm,
                   lambda t, u, at, f: response.hold(ticket_id=t.pk, actor=u, at=at, **f.cleaned_data),
                   lambda f: f"on hold, waiting for: {HoldReason(f.cleaned_data['reason']).label}", reversals.HOLD),
        BulkAction("close", "Close", CloseManyForm,
                   lambda t, u, at, f: response.close(ticket_id=t.pk, actor=u, at=at, **f.cleaned_data),
                   lambda f: f"closed as: {ClosureCode(f.cleaned_data['code']).label}"),
    )
}  # fmt: skip


class BulkPage(FormPage):
    """The page of one action on many tickets, at `/tickets/bulk/<action>/`; actions: those of `ACTIONS`.

    A list sends its selection here by POST, with no script needed: a `ticket` for each chosen row, with the value
    `<id>:<version>` of which `bulk.version_of` is the version; `next`, the list's address with its filters; and the
    CSRF token. One form with `id="bulk"` and `method="post"` holds a button for each action, with the action's
    address in `formaction`. Nothing is done by that: the page shows the question, with the chosen tickets ticked.
    Those that have changed meanwhile are not ticked, and say who changed them; who ticks one has seen it.
    "do=send" carries it out, leads back to `next`, and says what was done and by number what was left out.
    """

    guard = Once("each ticket is compared with what its author saw, under its lock")
    template_name = "incidents/tickets/bulk.html"
    refusals = REFUSALS
    stale_advice = ""

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the action."""
        super().setup(request, *args, **kwargs)
        self.action = ACTIONS[self.kwargs["action"]]
        self.title = self.button = self.action.label
        self.choices = bulk.read_choices(request.POST.getlist("ticket"))

    def may(self) -> bool:
        """People who act on tickets."""
        return permissions.can_act(self.person)

    def get_form_class(self) -> type[forms.Form]:
        """The action's form."""
        return self.action.form

    def get_initial(self) -> dict[str, object]:
        """Who assigns tickets most often takes them."""
        return {"assignee": self.person.pk}

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Show the question, or carry it out, depending on the button."""
        if request.POST.get("do") == "send":
            return super().post(request, *args, **kwargs)
        submissions.renew(request)  # the list may send another selection under the same key
        return self.render_to_response(self.get_context_data(form=self.action.form(initial=self.get_initial())))

    def perform(self, form: forms.Form) -> Destination:
        """Do it with each ticket, and say what became of them."""
        if not self.choices:
            raise response.TicketRefused("No ticket is ticked. Tick those that you mean.")
        if "parent" in form.cleaned_data:
            form.cleaned_data["parent"] = named_parent(form.cleaned_data["parent"], self.person)
        former: reversals.Former = {}

        def act(ticket: Ticket) -> None:
            if self.action.reversal:
                self.action.reversal.note(ticket, former)
            self.action.do(ticket, self.person, self.at, form)

        outcome = bulk.apply_to_many(action=act, choices=self.choices, actor=self.person)
        text = describe(outcome, words=self.action.say(form), at=self.at)
        if not outcome.done:
            raise response.TicketRefused(text)
        self.done = text
        self.undo_offer = self.action.reversal.offer(former) if self.action.reversal else None
        return self.back()

    def back(self) -> str:
        """The list that sent the selection."""
        sent = self.request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(
            sent, {self.request.get_host()}, require_https=self.request.is_secure()
        )
        return sent if is_ours else reverse("incidents:queue")

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the chosen tickets as they are now, and who changed those that are not as the person saw them."""
        versions = {choice.ticket_id: choice.version for choice in self.choices}
        is_too_many = len(versions) > bulk.MAX_TICKETS
        rows = Ticket.objects.visible_to(self.person).filter(pk__in=[] if is_too_many else list(versions))
        tickets = list(rows.for_list().order_by("pk"))
        stale = [ticket for ticket in tickets if bulk.version_of(ticket) != versions[ticket.pk]]
        changes = {change.ticket.pk: describe_change(change, at=self.at) for change in bulk.changes_of(stale)}
        return super().get_context_data(**kwargs) | {
            "rows": [(ticket, bulk.version_of(ticket), changes.get(ticket.pk, "")) for ticket in tickets],
            "stale": len(stale),
            "not_found": 0 if is_too_many else len(versions) - len(tickets),
            "is_too_many": is_too_many,
            "chosen": len(versions),
            "limit": bulk.MAX_TICKETS,
            "back": self.back(),
        }
