"""Whose acknowledgement and whose refusal: the escalations of a ticket that a person's answer is about (R-E7a)."""

from collections.abc import Sequence

from django.db.models import Max

from incidents.models import Ticket
from incidents.response.paging import running
from incidents.tickets.locking import TicketRefused
from oncall.models import (
    Escalation,
    EscalationEntry,
    EscalationEvent,
    EscalationState,
    MembershipRole,
    Page,
    Purpose,
    User,
)


def lock_running(ticket: Ticket) -> list[Escalation]:
    """The escalations of a locked ticket that have not ended, locked in their order, with team and person."""
    rows = running(ticket).select_related("team", "acknowledged_by")
    return list(rows.select_for_update(no_key=True, of=("self",)))


def choose_answered(
    ticket: Ticket, rows: Sequence[Escalation], *, actor: User | None, escalation_id: int | None
) -> list[Escalation]:
    """Those of the running escalations that an acknowledgement is for.

    By a page's link that page's; else those that rang the actor, else those of the actor's teams, else the assigned
    team's; by a sender (without an actor) the assigned team's.
    """
    if escalation_id is not None:
        return [row for row in rows if row.pk == escalation_id]
    if actor is not None and rows:
        rang = _last_firings(rows, actor)
        if chosen := [row for row in rows if row.pk in rang]:
            return chosen
        teams = set(
            actor.memberships.exclude(role=MembershipRole.OBSERVER)
            .filter(team__in=[row.team_id for row in rows])
            .values_list("team", flat=True)
        )
        if chosen := [row for row in rows if row.team_id in teams]:
            return chosen
    return [row for row in rows if row.team_id == ticket.team_id]


def choose_declined(
    ticket: Ticket, rows: Sequence[Escalation], *, actor: User, escalation_id: int | None
) -> list[Escalation]:
    """Those of the running escalations that the actor may decline: it rings the actor, or the actor has acknowledged.

    Raises TicketRefused, with the reason, if there is none. Each time it rings may be declined once.
    """
    about = [row for row in rows if escalation_id in {None, row.pk}]
    rang = _last_firings(about, actor)
    declined = _last_declined(about, actor)
    chosen = [
        row
        for row in about
        if _has_acknowledged(row, actor)
        or (row.state == EscalationState.TRIGGERED and rang.get(row.pk, -1) > declined.get(row.pk, -1))
    ]
    if not chosen:
        raise TicketRefused(_why_not(ticket, [row for row in about if row.pk in rang] or about, declined))
    return chosen


def _has_acknowledged(row: Escalation, actor: User) -> bool:
    return row.state == EscalationState.ACKNOWLEDGED and row.acknowledged_by_id == actor.pk


def _last_firings(rows: Sequence[Escalation], actor: User) -> dict[int, int]:
    """By escalation, the last firing that rang the person."""
    rang = Page.objects.filter(escalation__in=rows, user=actor, purpose=Purpose.RING)
    return dict(rang.values("escalation").annotate(last=Max("firing")).values_list("escalation", "last"))


def _last_declined(rows: Sequence[Escalation], actor: User) -> dict[int, int]:
    """By escalation, the firing at which the person last declined."""
    entries = EscalationEntry.objects.filter(escalation__in=rows, event=EscalationEvent.DECLINE, actor=actor)
    return {
        escalation_id: firing or 0
        for escalation_id, firing in entries.order_by("pk").values_list("escalation", "detail__firing")
    }


def _why_not(ticket: Ticket, rows: Sequence[Escalation], declined: dict[int, int]) -> str:
    if not rows:
        return f"Nobody is being paged about {ticket.reference}, so there is nothing to decline."
    if any(row.state == EscalationState.TRIGGERED and row.pk in declined for row in rows):
        return "You have declined already; the next person is paged."
    for row in rows:
        if row.state == EscalationState.ACKNOWLEDGED:
            name = row.acknowledged_by.name if row.acknowledged_by else "The sender of the alert"
            return f"{name} has acknowledged, so nobody else is paged."
    if any(row.state == EscalationState.SNOOZED for row in rows):
        return "The paging is snoozed, so nobody is paged now."
    return f"{ticket.reference} has not paged you, so there is nothing to decline. Paging goes on."
