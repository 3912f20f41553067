"""What of incidents waits for one person: their tickets, and what they may approve."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
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
    rows: Any = with_last_words(with_open_clocks(Ticket.objects.for_list()))
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
    credits = SlaCredit.objects.select_related("ticket", "requested_by").exclude(ticket__assignee=user)
    waivers = SlaWaiver.objects.select_related("breach__ticket", "requested_by").exclude(breach__ticket__assignee=user)
    sources: tuple[tuple[str, QuerySet[Any], str, str], ...] = (
        ("incidents.decide_slacredit", credits.visible_to(user), "Exclude time of", "excluded-time"),
        ("incidents.decide_slawaiver", waivers.visible_to(user), "Waive a breach of", "sla-waiver"),
    )
    for right, rows, words, view in sources:
        if not user.has_perm(right):
            continue
        asked = rows.filter(status=WaiverStatus.ASKED).exclude(requested_by=user).order_by("requested_at", "pk")
        for row in asked[:MAX_ROWS]:
            ticket = row.ticket if isinstance(row, SlaCredit) else row.breach.ticket
            decision = Decision(f"incidents:{view}-approve", f"incidents:{view}-decline", row)
            yield _approval(row, ticket, f"{words} {ticket.reference}", row.get_absolute_url(), decision, at=at)


def _preventions(user: User, at: datetime) -> Iterator[WorkItem]:
    rows = PreventionWaiver.objects.select_related("ticket__team", "requested_by").filter(status=WaiverStatus.ASKED)
    visible = rows.filter(ticket__in=Ticket.objects.visible_to(user)).order_by("requested_at", "pk")
    for row in visible[:MAX_ROWS]:
        if permissions.can_decide(user, row):
            decision = Decision("incidents:waiver-approve", "incidents:waiver-decline", row)
            title = f"No prevention needed after {row.ticket.reference}?"
            yield _approval(row, row.ticket, title, row.ticket.get_absolute_url(), decision, at=at)


def _approval(row: Any, ticket: Ticket, title: str, url: str, decision: Decision, *, at: datetime) -> WorkItem:
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
