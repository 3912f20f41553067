"""Excluded time on many tickets: chosen, listed, sent, and decided together (K-43)."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from config.base.web.guards import Once
from config.base.web.views import Destination, FormPage, PostPage
from incidents import permissions
from incidents.forms.response import ReasonForm
from incidents.forms.sla.corrections import ExcludeTimeOnManyForm
from incidents.models import SlaCredit, Ticket
from incidents.sla import credit_batches
from incidents.sla.credit_batches import MAX_TICKETS, BatchOutcome, Proposal
from incidents.views.prevention import TicketFormPage
from incidents.views.response.verbs import REFUSALS
from incidents.views.sla.corrections import CreditMixin, list_of_batch


class ExcludeTimeOnMany(FormPage):
    """Choose when, why and which tickets; the list of them is shown before anything is requested."""

    guard = Once("the database refuses the same minutes of a ticket twice")
    template_name = "incidents/sla/many_tickets.html"
    title = "Exclude time on many tickets"
    lead = (
        "For an error that touched many tickets, as a holiday that nobody had entered. Each gets its own excluded"
        " time, cut to its beginning. Somebody else approves all of them at once, or each."
    )
    refusals = REFUSALS
    form_class = ExcludeTimeOnManyForm

    def may(self) -> bool:
        """People who may request excluded time."""
        return permissions.can_exclude_time(self.person)

    def get_form_kwargs(self) -> dict[str, object]:
        """With the instant, for a day that is not over."""
        return super().get_form_kwargs() | {"at": self.at}

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """List the tickets, or request it for those that are ticked, depending on the button."""
        form = self.get_form()
        if request.POST.get("do") == "send" or not form.is_valid():
            return super().post(request, *args, **kwargs)
        return self.render_to_response(self.get_context_data(form=form))

    def perform(self, form: ExcludeTimeOnManyForm) -> Destination:
        """Request it for the tickets that are ticked, and say of which it could not be."""
        keys = self._ticked()
        outcome = credit_batches.request_credits(
            tickets=list(Ticket.objects.visible_to(self.person).filter(pk__in=keys).select_related("team")),
            actor=self.person,
            at=self.at,
            **{name: form.cleaned_data[name] for name in ("starts_at", "ends_at", "reason")},
        )
        self.done = describe(outcome, "Requested")
        return list_of_batch(outcome.batch)

    def _ticked(self) -> set[int]:
        sent = self.request.POST.getlist("tickets")[: MAX_TICKETS + 1]
        return {int(key) for key in sent if key.isascii() and key.isdecimal() and len(key) < 19}

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the tickets, once it is clear which are meant."""
        context = super().get_context_data(**kwargs)
        form = context["form"]
        if not isinstance(form, ExcludeTimeOnManyForm) or not form.has_span:
            return context
        proposals = self._proposals(form)
        is_first_list = self.request.POST.get("do") != "send"
        ticked = {proposal.ticket.pk for proposal in proposals} if is_first_list else self._ticked()
        return context | {
            "rows": [(proposal, proposal.ticket.pk in ticked) for proposal in proposals[:MAX_TICKETS]],
            "possible": sum(not proposal.obstacle for proposal in proposals[:MAX_TICKETS]),
            "is_too_many": len(proposals) > MAX_TICKETS,
            "limit": MAX_TICKETS,
            "starts_at": form.cleaned_data["starts_at"],
            "ends_at": form.cleaned_data["ends_at"],
        }

    def _proposals(self, form: ExcludeTimeOnManyForm) -> list[Proposal]:
        values = form.cleaned_data
        rows = credit_batches.tickets_of_span(
            actor=self.person,
            **{name: values[name] for name in ("starts_at", "ends_at", *form.narrowing) if name in values},
        )
        return credit_batches.propose_credits(
            tickets=rows[: MAX_TICKETS + 1], starts_at=values["starts_at"], ends_at=values["ends_at"]
        )


class BatchMixin(CreditMixin):
    """What decisions about a whole batch share; the address names an excluded time of it."""

    batch: UUID

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find it; Http404 for one that was requested alone."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            if self.correction.batch is None:
                raise Http404
            self.batch = self.correction.batch


class BatchApprove(BatchMixin, PostPage):
    """Approve what waits of a batch."""

    guard = Once("only what still waits is decided")
    refusals = REFUSALS
    confirm = "Approve all of them? No clock of these tickets counts the minutes from now on."

    def perform(self) -> Destination:
        """Approve them."""
        outcome = credit_batches.approve_batch(batch=self.batch, actor=self.person, at=self.at)
        self.done = describe(outcome, "Approved")
        return list_of_batch(self.batch)


class BatchDecline(BatchMixin, TicketFormPage):
    """Decline what waits of a batch."""

    guard = Once("only what still waits is decided")
    title = "Decline all: these minutes count"
    button = "Decline all"
    lead = "Say why they count, so that the person who requested it knows."
    form_class = ReasonForm

    def perform(self, form: ReasonForm) -> Destination:
        """Decline them."""
        outcome = credit_batches.decline_batch(batch=self.batch, actor=self.person, at=self.at, **form.cleaned_data)
        self.done = describe(outcome, "Declined")
        return list_of_batch(self.batch)


def describe(outcome: BatchOutcome, verb: str) -> str:
    """What became of a batch, in words: how many, and of which tickets not."""
    rows: list[SlaCredit] = outcome.credits
    words = f"{verb} for {len(rows)} ticket{'' if len(rows) == 1 else 's'}."
    if not outcome.obstacles:
        return words
    return f"{words} Not for {len(outcome.obstacles)}: {credit_batches.describe_obstacles(outcome.obstacles)}"
