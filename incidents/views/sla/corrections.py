"""Excluded time and waivers: the lists, the page of each, the requests, and the decisions (K-43, K-44)."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.web.guards import ActsOn, Once
from config.base.web.views import Destination, DetailPage, ListPage, PostPage
from incidents import permissions
from incidents.filters.sla.corrections import SlaCreditFilter, SlaWaiverFilter
from incidents.forms.response import ReasonForm
from incidents.forms.sla.corrections import ExcludeTimeForm
from incidents.models import SlaBreach, SlaCredit, SlaWaiver, Ticket, WaiverStatus
from incidents.sla import credits, waivers
from incidents.sla.decisions import decision_obstacle
from incidents.tables.sla.corrections import SlaCreditTable, SlaWaiverTable
from incidents.tickets.locking import lock_ticket
from incidents.views import tabs
from incidents.views.prevention import TicketFormPage
from incidents.views.response.verbs import REFUSALS

CREDITS = SlaCredit.objects.select_related("ticket__team", "ticket__severity", "requested_by", "decided_by")
WAIVERS = SlaWaiver.objects.select_related(
    "breach__ticket__team", "breach__ticket__severity", "breach__team", "requested_by", "decided_by"
)
_DECIDES = "Somebody else decides: a commander, a manager or a practice owner who does not have the ticket."


class CreditList(ListPage):
    """All excluded times of tickets that the reader may see, newest first."""

    title = "Excluded time"
    icon = "clock-pause"
    tabs = tabs.CORRECTIONS
    lead = "Minutes that no clock of a ticket counts: each with a reason, and approved by a second person."
    template_name = "incidents/sla/corrections.html"
    queryset = CREDITS.order_by("-pk")
    table_class = SlaCreditTable
    filterset_class = SlaCreditFilter
    filters = ("search", "status", "turn", "team")
    empty = "No time is excluded. Request it on the page of a ticket, or for many tickets at once."
    create = ("incidents:excluded-time-many", "Exclude time on many tickets")

    def may_create(self) -> bool:
        """People who may request it."""
        return permissions.can_exclude_time(self.person)


class WaiverList(ListPage):
    """All waivers of breaches of tickets that the reader may see, newest first."""

    title = "Waivers of breaches"
    icon = "clock-check"
    tabs = tabs.CORRECTIONS
    lead = "A waived breach stays a breach: reports show it beside the others, with its reason."
    template_name = "incidents/sla/corrections.html"
    queryset = WAIVERS.order_by("-pk")
    table_class = SlaWaiverTable
    filterset_class = SlaWaiverFilter
    filters = ("search", "status", "turn", "team", "metric")
    empty = "No breach is waived. Request a waiver at the breach, on the page of its ticket."


class CorrectionPage(DetailPage):
    """One correction: what, why, who, and the decision."""

    context_object_name = "correction"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With what this person may do about it, and why not."""
        correction, person = self.object, self.person
        can_decide = permissions.can_decide_correction(person, correction)
        obstacle = decision_obstacle(correction, ticket=correction.ticket, actor=person) if can_decide else ""
        is_waiting = correction.status == WaiverStatus.ASKED
        return super().get_context_data(**kwargs) | {
            "is_waiting": is_waiting,
            "can_decide": can_decide and not obstacle,
            "obstacle": obstacle if is_waiting else "",
        }


class CreditPage(CorrectionPage):
    """One excluded time."""

    template_name = "incidents/sla/excluded_time.html"
    queryset = CREDITS

    def get_queryset(self) -> QuerySet[SlaCredit]:
        """Those of tickets that the reader may see."""
        return CREDITS.visible_to(self.person)

    def get_title(self) -> str:
        """With the ticket's number."""
        return f"Excluded time of {self.object.ticket.reference}"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With how many of its batch wait for a decision, as far as the reader may see them."""
        others = SlaCredit.objects.none()
        if self.object.batch is not None:
            rows = SlaCredit.objects.visible_to(self.person)
            others = rows.filter(batch=self.object.batch).exclude(pk=self.object.pk)
        return super().get_context_data(**kwargs) | {
            "others": others.count(),
            "others_waiting": others.filter(status=WaiverStatus.ASKED).count(),
        }


class WaiverPage(CorrectionPage):
    """One waiver."""

    template_name = "incidents/sla/waiver.html"
    queryset = WAIVERS

    def get_queryset(self) -> QuerySet[SlaWaiver]:
        """Those of tickets that the reader may see."""
        return WAIVERS.visible_to(self.person)

    def get_title(self) -> str:
        """With the ticket's number."""
        return f"Waiver of a breach of {self.object.ticket.reference}"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the breach in words."""
        return super().get_context_data(**kwargs) | {"breach_text": waivers.describe_breach(self.object.breach)}


class CreditRequest(TicketFormPage):
    """Request that minutes of one ticket are excluded."""

    guard = Once("the database refuses the same minutes twice")
    title = "Exclude time from the clocks"
    button = "Request approval"
    lead = f"No clock of the ticket counts these minutes once they are approved. {_DECIDES}"
    done = "Requested. The clocks change when somebody else approves."
    form_class = ExcludeTimeForm

    def may(self) -> bool:
        """People who may request it of this ticket."""
        return permissions.can_exclude_time(self.person, self.ticket)

    def perform(self, form: ExcludeTimeForm) -> Destination:
        """Request it."""
        return credits.request_credit(ticket_id=self.ticket.pk, actor=self.person, at=self.at, **form.cleaned_data)


class WaiverRequest(TicketFormPage):
    """Request that a breach is waived."""

    guard = Once("the domain refuses a second waiver of a breach")
    title = "Request a waiver"
    button = "Request approval"
    done = "Requested. Reports show the breach as waived when somebody else approves."
    form_class = ReasonForm
    breach: SlaBreach

    def find_ticket(self) -> Ticket:
        """The ticket of the breach."""
        rows = SlaBreach.objects.visible_to(self.person).select_related("ticket__team", "team")
        self.breach = get_object_or_404(rows, pk=self.kwargs["pk"])
        self.lead = f"{waivers.describe_breach(self.breach)}. The breach stays. {_DECIDES}"
        return self.breach.ticket

    def may(self) -> bool:
        """People who may request it of this ticket."""
        return permissions.can_request_sla_waiver(self.person, self.ticket)

    def perform(self, form: ReasonForm) -> Destination:
        """Request it."""
        return waivers.request_waiver(breach_id=self.breach.pk, actor=self.person, at=self.at, **form.cleaned_data)


class CorrectionMixin:
    """What pages of a decision share."""

    request: HttpRequest
    correction: SlaCredit | SlaWaiver

    def may(self) -> bool:
        """People who may decide by their right; the domain refuses who requested it, and the assignee."""
        return permissions.can_decide_correction(self.request.user, self.correction)

    def find_ticket(self) -> Ticket:
        """The ticket."""
        return self.correction.ticket

    def back(self) -> str:
        """The page of the correction."""
        return self.correction.get_absolute_url()

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the page of the correction to go back to."""
        context: dict[str, object] = super().get_context_data(**kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        return context | {"back": self.back()}


class CreditMixin(CorrectionMixin):
    """About excluded time."""

    correction: SlaCredit

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find it, if this person may see its ticket."""
        if request.user.is_authenticated:
            self.correction = get_object_or_404(CREDITS.visible_to(request.user), pk=kwargs["pk"])
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it

    def lock_record(self) -> SlaCredit:
        """It as it is now, under the lock of its ticket."""
        lock_ticket(self.correction.ticket_id)
        return SlaCredit.objects.get(pk=self.correction.pk)


class WaiverMixin(CorrectionMixin):
    """About a waiver."""

    correction: SlaWaiver

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find it, if this person may see its ticket."""
        if request.user.is_authenticated:
            self.correction = get_object_or_404(WAIVERS.visible_to(request.user), pk=kwargs["pk"])
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it

    def lock_record(self) -> SlaWaiver:
        """It as it is now, under the lock of its ticket."""
        lock_ticket(self.correction.ticket.pk)
        return SlaWaiver.objects.get(pk=self.correction.pk)


class CreditApprove(CreditMixin, PostPage):
    """Approve excluded time."""

    guard = ActsOn("correction", "status", "starts_at", "ends_at", "reason")
    confirm = "Approve? No clock of the ticket counts these minutes from now on. This cannot be taken back."
    refusals = REFUSALS
    done = "Approved. The clocks of the ticket are computed again."

    def perform(self) -> Destination:
        """Approve it."""
        return credits.approve_credit(credit_id=self.correction.pk, actor=self.person, at=self.at)


class CreditDecline(CreditMixin, TicketFormPage):
    """Decline excluded time."""

    guard = ActsOn("correction", "status", "starts_at", "ends_at", "reason")
    title = "Decline: these minutes count"
    button = "Decline"
    lead = "Say why they count, so that the person who requested it knows."
    done = "Declined. The clocks do not change."
    form_class = ReasonForm

    def perform(self, form: ReasonForm) -> Destination:
        """Decline it."""
        return credits.decline_credit(credit_id=self.correction.pk, actor=self.person, at=self.at, **form.cleaned_data)


class WaiverApprove(WaiverMixin, PostPage):
    """Approve a waiver."""

    guard = ActsOn("correction", "status", "reason")
    confirm = "Approve the waiver? Reports show the breach as waived from now on. This cannot be taken back."
    refusals = REFUSALS
    done = "Approved. The breach stays, and reports show it as waived."

    def perform(self) -> Destination:
        """Approve it."""
        return waivers.approve_waiver(waiver_id=self.correction.pk, actor=self.person, at=self.at)


class WaiverDecline(WaiverMixin, TicketFormPage):
    """Decline a waiver."""

    guard = ActsOn("correction", "status", "reason")
    title = "Decline: the breach counts"
    button = "Decline"
    lead = "Say why it counts, so that the person who requested the waiver knows."
    done = "Declined. The breach counts."
    form_class = ReasonForm

    def perform(self, form: ReasonForm) -> Destination:
        """Decline it."""
        return waivers.decline_waiver(waiver_id=self.correction.pk, actor=self.person, at=self.at, **form.cleaned_data)


def list_of_batch(batch: object) -> str:
    """The list of the excluded times that were requested together."""
    return f"{reverse('incidents:excluded-times')}?batch={batch}"
