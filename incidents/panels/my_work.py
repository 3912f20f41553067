"""What of incidents waits for one person: their tickets, and what they may approve."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.web import badges, display, my_work
from config.base.web.my_work import Decision, WorkItem, WorkKind
from incidents import permissions
from incidents.desk.last_words import last_word, with_last_words
from incidents.models import PreventionWaiver, SlaCredit, SlaWaiver, Ticket, WaiverStatus
from incidents.sla.next_due import with_open_clocks
from incidents.tables.clocks import NextDueTable
from oncall.models import User

MAX_ROWS = 200


def _tickets(user: User, at: datetime) -> Iterator[WorkItem]:
    rows = with_last_words(with_open_clocks(Ticket.objects.for_list()))
    tickets = list(rows.visible_to(user).open().filter(assignee=user).order_by("sla_due_at", "pk")[:MAX_ROWS])
    clocks = NextDueTable(tickets)
    clocks.at = at
    for ticket in tickets:
        facts = [ticket.reference, str(ticket.service or ticket.team), ticket.get_status_display()]
        word = last_word(ticket)
        if word is not None and word.by_requester:
            facts.append(f"requester answered {display.ago_text(word.at, at=at)}")
        yield WorkItem(
            WorkKind.TICKET, f"ticket-{ticket.pk}", "ticket", ticket.title, ticket.get_absolute_url(), tuple(facts),
            ticket.sla_due_at, clocks.render_next_due(ticket),
        )  # fmt: skip


def _corrections(user: User, at: datetime) -> Iterator[WorkItem]:
    """Excluded time and waivers of breaches that somebody else has requested."""
    if user.has_perm("incidents.decide_slacredit"):
        credits = SlaCredit.objects.visible_to(user).select_related("ticket", "requested_by")
        credits = credits.filter(status=WaiverStatus.ASKED).exclude(requested_by=user).exclude(ticket__assignee=user)
        for credit in credits.order_by("requested_at", "pk")[:MAX_ROWS]:
            decision = Decision("incidents:excluded-time-approve", "incidents:excluded-time-decline", credit)
            title = f"Exclude time of {credit.ticket.reference}"
            yield _approval(credit, credit.ticket, title, credit.get_absolute_url(), decision, at=at)
    if user.has_perm("incidents.decide_slawaiver"):
        waivers = SlaWaiver.objects.visible_to(user).select_related("breach__ticket", "requested_by")
        waivers = waivers.filter(status=WaiverStatus.ASKED).exclude(requested_by=user)
        for waiver in waivers.exclude(breach__ticket__assignee=user).order_by("requested_at", "pk")[:MAX_ROWS]:
            decision = Decision("incidents:sla-waiver-approve", "incidents:sla-waiver-decline", waiver)
            title = f"Waive a breach of {waiver.breach.ticket.reference}"
            yield _approval(waiver, waiver.breach.ticket, title, waiver.get_absolute_url(), decision, at=at)


def _preventions(user: User, at: datetime) -> Iterator[WorkItem]:
    rows = PreventionWaiver.objects.select_related("ticket__team", "requested_by").filter(status=WaiverStatus.ASKED)
    visible = rows.filter(ticket__in=Ticket.objects.visible_to(user)).order_by("requested_at", "pk")
    for row in visible[:MAX_ROWS]:
        if permissions.can_decide(user, row):
            decision = Decision("incidents:waiver-approve", "incidents:waiver-decline", row)
            title = f"No prevention needed after {row.ticket.reference}?"
            yield _approval(row, row.ticket, title, row.ticket.get_absolute_url(), decision, at=at)


def _approval(
    row: SlaCredit | SlaWaiver | PreventionWaiver,
    ticket: Ticket,
    title: str,
    url: str,
    decision: Decision,
    *,
    at: datetime,
) -> WorkItem:
    facts = ("Approval", ticket.title, f"requested by {row.requested_by.name}", row.reason[:80])
    key = f"{row._meta.model_name}-{row.pk}"
    return WorkItem(
        WorkKind.APPROVAL, key, "rubber-stamp", title, url, facts, None, _waits(row.requested_at, at=at), "Look",
        decision,
    )  # fmt: skip


def _waits(since: datetime, *, at: datetime) -> SafeString:
    face = badges.clock_face("paused", "Waits for you")
    return format_html('{}<div class="hf-sub hf-cut">since {}</div>', face, display.ago_element(since, at=at))


def register() -> None:
    """Add them; called from `ready()`."""
    for source in (_tickets, _corrections, _preventions):
        my_work.register(source)
