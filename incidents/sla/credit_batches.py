"""Excluded time on many tickets at once: one span, one reason, a row a ticket, and one decision about all (K-43).

A batch takes no lock of its tickets: nobody who acknowledges or restores one waits for it. That no minute is excluded
twice is a constraint of the database.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet

from incidents.models import Service, Severity, SlaCredit, Ticket, TicketStatus, WaiverStatus
from incidents.sla import credits
from incidents.sla.decisions import clean_reason, decision_obstacle, refuse_decider, stamp_decision
from incidents.tickets.locking import TicketRefused
from oncall.models import Team, User

MAX_TICKETS = 500
"""How many tickets one batch may have."""


@dataclass(frozen=True)
class Proposal:
    """What would be excluded of one ticket, cut to its life; `obstacle` says why nothing can be."""

    ticket: Ticket
    starts_at: datetime
    ends_at: datetime
    obstacle: str = ""


@dataclass(frozen=True)
class BatchOutcome:
    """What became of each ticket: the excluded times that were requested or decided, and why the others were not."""

    credits: list[SlaCredit]
    obstacles: dict[Ticket, str] = field(default_factory=dict)
    batch: UUID | None = None


def tickets_of_span(
    *,
    actor: User,
    starts_at: datetime,
    ends_at: datetime,
    service: Service | None = None,
    team: Team | None = None,
    severity: Severity | None = None,
    with_ended: bool = False,
) -> QuerySet[Ticket]:
    """The tickets that the actor may see and that had begun before the span ended, oldest first.

    `with_ended` adds those that were restored, resolved or closed since the span began. What is None narrows nothing.
    """
    status = Q(pk__in=Ticket.objects.open().values("pk"))
    if with_ended:
        status |= Q(status=TicketStatus.RESTORED) | Q(resolved_at__gt=starts_at) | Q(closed_at__gt=starts_at)
    began = Q(impact_started_at__lt=ends_at) | Q(created_at__lt=ends_at) | Q(opened_at__lt=ends_at)
    rows = Ticket.objects.visible_to(actor).filter(status, began)
    narrowed = {"service": service, "team": team, "severity": severity}
    rows = rows.filter(**{column: value for column, value in narrowed.items() if value is not None})
    return rows.for_list().order_by("pk")


def propose_credits(*, tickets: Iterable[Ticket], starts_at: datetime, ends_at: datetime) -> list[Proposal]:
    """What would be excluded of each ticket: the span from its beginning on; takes one query, whatever their number.

    Tickets need their team.
    """
    proposals = [
        Proposal(ticket, starts_at=max(starts_at, credits.counts_from(ticket)), ends_at=ends_at) for ticket in tickets
    ]
    taken: dict[int, list[SlaCredit]] = {}
    rows = SlaCredit.objects.exclude(status=WaiverStatus.DECLINED).filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
    for credit in rows.filter(ticket__in=[proposal.ticket.pk for proposal in proposals]).order_by("starts_at"):
        taken.setdefault(credit.ticket_id, []).append(credit)
    return [_checked(proposal, taken.get(proposal.ticket.pk, ())) for proposal in proposals]


def _checked(proposal: Proposal, taken: Iterable[SlaCredit]) -> Proposal:
    if proposal.starts_at >= proposal.ends_at:
        return replace(proposal, obstacle="It began after these minutes.")
    other = next((credit for credit in taken if credit.ends_at > proposal.starts_at), None)
    return replace(proposal, obstacle=credits.overlap_text(other)) if other is not None else proposal


@transaction.atomic
def request_credits(
    *, tickets: Collection[Ticket], starts_at: datetime, ends_at: datetime, reason: str, actor: User, at: datetime
) -> BatchOutcome:
    """Request that the span is excluded from the clocks of each ticket; a ticket that cannot be stops no other.

    Each span is cut to its ticket's beginning. Raises TicketRefused for what is wrong with all of them: the span, no
    reason, no ticket or more than 500, and if nothing can be requested of any.
    """
    credits.check_span(starts_at=starts_at, ends_at=ends_at, at=at)
    reason = clean_reason(reason, advice=credits.WHY_EXCLUDE)
    if not tickets:
        raise TicketRefused("Choose at least one ticket.", field="tickets")
    if len(tickets) > MAX_TICKETS:
        raise TicketRefused(
            f"These are {len(tickets)} tickets. Choose at most {MAX_TICKETS}, and repeat it for the rest.",
            field="tickets",
        )
    proposals = propose_credits(tickets=tickets, starts_at=starts_at, ends_at=ends_at)
    batch = uuid4()
    # In the order of the tickets, so that two batches never wait for each other.
    proposals.sort(key=lambda proposal: proposal.ticket.pk)
    rows = [
        SlaCredit(
            ticket=proposal.ticket, starts_at=proposal.starts_at, ends_at=proposal.ends_at, batch=batch,
            reason=reason, requested_by=actor, requested_at=at,
        )
        for proposal in proposals
        if not proposal.obstacle
    ]  # fmt: skip
    # Conflicts are left out: somebody else was first, and the others are requested all the same.
    SlaCredit.objects.bulk_create(rows, ignore_conflicts=True)
    requested = list(_with_people(SlaCredit.objects.filter(batch=batch)))
    for credit in requested:
        credits.record_request(credit, actor=actor, at=at)
    obstacles = {proposal.ticket: proposal.obstacle for proposal in proposals if proposal.obstacle}
    written = {credit.ticket_id for credit in requested}
    obstacles |= {row.ticket: credits.overlap_text(None) for row in rows if row.ticket_id not in written}
    if not requested:
        raise TicketRefused(f"Nothing can be excluded. {describe_obstacles(obstacles)}", field="tickets")
    return BatchOutcome(requested, obstacles, batch)


@transaction.atomic
def approve_batch(*, batch: UUID, actor: User, at: datetime) -> BatchOutcome:
    """Approve what waits of a batch and the actor may see; what this person cannot decide stops nothing else.

    Raises TicketRefused if nothing of it can be decided, and OnlyPeople for a program.
    """
    outcome = _decide_all(batch, WaiverStatus.APPROVED, actor=actor, at=at)
    for credit in outcome.credits:
        credits.record_approval(credit, at=at)
    return outcome


@transaction.atomic
def decline_batch(*, batch: UUID, reason: str, actor: User, at: datetime) -> BatchOutcome:
    """Decline what waits of a batch, for this reason. Raises as `approve_batch` does."""
    reason = clean_reason(reason, advice=credits.WHY_DECLINE)
    outcome = _decide_all(batch, WaiverStatus.DECLINED, actor=actor, at=at)
    for credit in outcome.credits:
        credits.record_refusal(credit, reason=reason, at=at)
    return outcome


def describe_obstacles(obstacles: dict[Ticket, str], *, limit: int = 5) -> str:
    """The first obstacles with the numbers of their tickets, and how many more there are."""
    texts = [f"{ticket.reference}: {text}" for ticket, text in list(obstacles.items())[:limit]]
    more = [f"And {len(obstacles) - limit} more."] if len(obstacles) > limit else []
    return " ".join(texts + more)


def _decide_all(batch: UUID, status: WaiverStatus, *, actor: User, at: datetime) -> BatchOutcome:
    refuse_decider(actor)
    rows = SlaCredit.objects.visible_to(actor).filter(batch=batch, status=WaiverStatus.ASKED)
    decided, obstacles = [], {}
    for credit in _with_people(rows).select_for_update(no_key=True, of=("self",)):
        if obstacle := decision_obstacle(credit, ticket=credit.ticket, actor=actor):
            obstacles[credit.ticket] = obstacle
            continue
        stamp_decision(credit, status, actor=actor, at=at)
        decided.append(credit)
    if not decided:
        raise TicketRefused(describe_obstacles(obstacles) or "Nothing of it waits for a decision any more.")
    keys = [credit.pk for credit in decided]
    SlaCredit.objects.filter(pk__in=keys).update(status=status, decided_by=actor, decided_at=at)
    return BatchOutcome(decided, obstacles, batch)


def _with_people(rows: QuerySet[SlaCredit]) -> QuerySet[SlaCredit]:
    return rows.select_related("ticket__team", "requested_by").order_by("ticket_id")
