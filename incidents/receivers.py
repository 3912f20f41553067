"""What incidents do on signals from `oncall`."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from config.base.data.outbox import OutboxState
from incidents import response
from incidents.models import EntryKind, Ticket
from incidents.response import operators
from incidents.services import readiness
from incidents.tickets import clock_facts, timeline
from oncall import signals
from oncall.models import ContactKind, Escalation, EscalationEntry, EscalationEvent, Page, Purpose, User

_PAGE_TEXTS = {
    OutboxState.ACCEPTED: "was paged by {channel}",
    OutboxState.DELIVERED: "got the page by {channel}",
    OutboxState.FAILED: "could not be paged by {channel}: {error}",
    OutboxState.PENDING: "could not be paged by {channel} yet: {error}",
    OutboxState.DEAD: "could not be paged by {channel} and we gave up: {error}",
}
_NEWS_TEXTS = {
    OutboxState.ACCEPTED: "was told by {channel}: {text}",
    OutboxState.FAILED: "could not be told by {channel}: {error}",
    OutboxState.DEAD: "could not be told by {channel} and we gave up: {error}",
}
_EVENT_TEXTS = {
    EscalationEvent.NOBODY_ON_CALL: "Step {step} reached nobody: nobody is on call.",
    EscalationEvent.EXHAUSTED: "Every step was tried and nobody answered.",
    EscalationEvent.UNREACHABLE: "Step {step} could not be delivered; the next one was tried at once.",
    EscalationEvent.ACK_TIMEOUT: "Acknowledged but not restored in time: paging begins again.",
    EscalationEvent.SNOOZE_OVER: "The snooze is over: paging begins again.",
    EscalationEvent.PROVIDER_DOWN: "The providers failed, so nobody was reached yet; the pages go on being tried.",
    EscalationEvent.FAILED: "The next step could not be prepared ({error}). It is tried again.",
    EscalationEvent.URGENCY: "The notification urgency is high now.",
    EscalationEvent.UNACK: "The acknowledgement was taken back: paging begins again.",
}


@receiver(signals.escalation_acknowledged, dispatch_uid="incidents.acknowledged")
def stamp_acknowledgement(*, escalation: Escalation, at: datetime, actor: User | None, **_: object) -> None:
    """Carry an acknowledgement to the ticket, in the same transaction and with the ticket locked."""
    if escalation.subject_type == response.SUBJECT:
        response.note_acknowledged(ticket_id=escalation.subject_id, actor=actor, at=at, team=escalation.team)


@receiver(signals.page_changed, dispatch_uid="incidents.page_changed")
def record_page(*, page: Page, at: datetime, **_: object) -> None:
    """Record a page's state on the ticket's timeline, and stamp the time of the first page.

    The entry of the first page says for clocks when it was accepted, which may be before its state of now.
    """
    if page.escalation.subject_type != response.SUBJECT:
        return
    is_news = page.purpose == Purpose.NEWS
    is_first = not is_news and _stamp_alerted(page)
    template = (_NEWS_TEXTS if is_news else _PAGE_TEXTS).get(OutboxState(page.state))
    if template is not None:
        channel = ContactKind(page.channel).label.lower()
        text = template.format(channel=channel, error=page.last_error, text=page.text)
        timeline.record(
            ticket_id=page.escalation.subject_id,
            kind=EntryKind.PAGE,
            text=f"{page.user.name} {text}.".replace("..", "."),
            at=at,
            data={"page": page.pk, "state": page.state, "channel": page.channel, "attempts": page.attempts},
            source=f"page:{page.pk}:{page.state}",
            facts=clock_facts.happened("alerted") if is_first else [],
            happened_at=page.accepted_at if is_first else None,
        )
    if page.state == OutboxState.DEAD:
        declare_for_operators(page=page, at=at)


def _stamp_alerted(page: Page) -> bool:
    """Stamp the ticket if this is its first accepted page; returns whether it is."""
    if page.accepted_at is None:
        return False
    not_alerted = Ticket.objects.filter(pk=page.escalation.subject_id, alerted_at__isnull=True)
    return not_alerted.update(alerted_at=page.accepted_at) > 0


@receiver(signals.escalation_logged, dispatch_uid="incidents.escalation_logged")
def record_escalation_entry(*, entry: EscalationEntry, at: datetime, **_: object) -> None:
    """Record on the timeline what the escalation did by itself."""
    template = _EVENT_TEXTS.get(EscalationEvent(entry.event))
    if entry.escalation.subject_type != response.SUBJECT or template is None:
        return
    timeline.record(
        ticket_id=entry.escalation.subject_id,
        kind=EntryKind.ESCALATION,
        text=template.format(step=(entry.step or 0) + 1, error=entry.detail.get("error", "")),
        at=entry.at,
        data={"event": entry.event, "step": entry.step, "round": entry.round},
        source=f"entry:{entry.pk}",
    )


def declare_for_operators(*, page: Page, at: datetime) -> None:
    """Declare an incident for the operators of Holdfast, or join the open one: a page was given up (paging rule 7)."""
    if page.escalation.subject_type != response.SUBJECT:
        return
    # By its number alone: the incident for the operators is open, and this one may be private.
    ticket = Ticket.objects.get(pk=page.escalation.subject_id)
    operators.declare_for_operators(
        title="A page could not be delivered",
        description=f"The page {page.key} by {page.channel} was given up: {page.last_error}",
        because=f"A page of {ticket.reference} was given up after {page.attempts} tries.",
        at=at,
        source=f"given-up:{page.pk}",
    )


@receiver(signals.reachability_changed, dispatch_uid="incidents.reachability_changed")
def check_readiness_again(*, at: datetime, **changed: Any) -> None:
    """Check the services again that a changed schedule, policy, team or contact method may affect (S19)."""
    names = ("schedules", "policies", "teams", "users")
    readiness.mark_due(at=at, **{name: changed[name] for name in names})
