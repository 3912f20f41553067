"""Claims pages for sending and records the outcomes (lane `pages`, part B); nothing here uses the network.

`claim_jobs` gives the engine plain data to send; `record` takes the answer. In between nothing is locked and
no transaction is open.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from config.base.data import outbox
from config.base.data.clock import backoff
from config.base.data.outbox import Claim, OutboxState
from oncall import subjects
from oncall.channels import Message, Outcome, facts_for
from oncall.models import (
    ContactKind,
    ContactMethod,
    Escalation,
    EscalationEntry,
    EscalationEvent,
    EscalationState,
    Page,
    User,
)
from oncall.paging.creating import CHANNEL_ORDER, build_page
from oncall.paging.links import link_for
from oncall.wake import wake

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 60
MAX_WAIT = timedelta(seconds=30)
_COLUMNS = (
    "key", "channel", "address", "escalation__state", "escalation__subject_type", "escalation__subject_id",
    "escalation__title", "user__name", "user__time_zone", "contact_method__secret",
)  # fmt: skip


@dataclass(frozen=True)
class Job:
    """One page to send: the claim on it, the channel, and the message."""

    held: Claim
    channel: str
    message: Message


def claim_jobs(*, at: datetime, limit: int, channels: Sequence[str] | None = None) -> list[Job]:
    """Claim due pages, commit, read their escalations again, and build the messages.

    A page whose escalation was answered in between is cancelled here, just before it would be sent.
    """
    claims = outbox.claim(Page, at=at, limit=limit, channels=channels)
    if not claims:
        return []
    pages = (
        Page.objects.select_related("escalation", "user", "contact_method")
        .only(*_COLUMNS)
        .in_bulk([claim.row_id for claim in claims])
    )
    fields_by_subject = _message_fields(pages.values())
    jobs = []
    for claim in claims:
        page = pages[claim.row_id]
        if page.escalation.state != EscalationState.TRIGGERED:
            outbox.record_end(Page, claim, state=OutboxState.CANCELLED, at=at, error="")
            continue
        subject = (page.escalation.subject_type, page.escalation.subject_id)
        jobs.append(Job(claim, page.channel, _message(page, fields_by_subject.get(subject, {}))))
    return jobs


def _message_fields(pages: Iterable[Page]) -> dict[tuple[str, int], subjects.Fields]:
    ids_by_type: dict[str, list[int]] = {}
    for page in pages:
        ids_by_type.setdefault(page.escalation.subject_type, []).append(page.escalation.subject_id)
    return {
        (subject_type, subject_id): fields
        for subject_type, ids in ids_by_type.items()
        for subject_id, fields in subjects.message_fields(subject_type, ids).items()
    }


def _message(page: Page, fields: subjects.Fields) -> Message:
    facts = facts_for(fields, zone=page.user.time_zone)
    return Message(
        key=page.key,
        kind=page.channel,
        address=page.address,
        secret=page.contact_method.secret if page.contact_method else "",
        person=page.user.get_short_name(),
        title=facts.pop("title", page.escalation.title),
        link=link_for(page),
        facts=facts,
    )


def record(job: Job, outcome: Outcome, *, at: datetime) -> None:
    """Record a provider's answer. Does nothing if another worker has taken the lease in the meantime."""
    if outcome.is_accepted:
        # The timeline may get it a second later: waking every engine for it costs more than the page.
        outbox.record_accepted(Page, job.held, at=at, provider_id=outcome.provider_id, relay_at=at)
        return
    with transaction.atomic():
        _record_failure(job, outcome, at)


def _record_failure(job: Job, outcome: Outcome, at: datetime) -> None:
    """Try again later, try the person's next channel at once, and move on if nothing is left (paging rule 5)."""
    escalation_id = Page.objects.values_list("escalation", flat=True).get(pk=job.held.row_id)
    escalation = Escalation.objects.select_for_update(no_key=True).get(pk=escalation_id)
    page = Page.objects.select_related("user").get(pk=job.held.row_id)
    is_current = escalation.state == EscalationState.TRIGGERED and page.firing == escalation.firing
    if escalation.state != EscalationState.TRIGGERED:
        written = outbox.record_end(
            Page, job.held, state=OutboxState.CANCELLED, at=at, error=outcome.error, relay_at=at
        )
    elif outcome.is_permanent or not is_current:
        written = outbox.record_end(Page, job.held, state=OutboxState.FAILED, at=at, error=outcome.error, relay_at=at)
    elif job.held.attempts % MAX_ATTEMPTS == 0:
        written = outbox.record_end(Page, job.held, state=OutboxState.DEAD, at=at, error=outcome.error, relay_at=at)
    else:
        wait = min(outcome.retry_after or backoff(job.held.attempts), MAX_WAIT)
        written = outbox.record_retry(Page, job.held, due_at=at + wait, error=outcome.error, relay_at=at)
    if not written:
        return
    logger.warning("page.failed", extra={"page": page.pk, "channel": page.channel, "error": outcome.error})
    wake("clocks")
    if is_current and not _try_next_channel(escalation, page, at):
        _advance_if_unreachable(escalation, at)


def _try_next_channel(escalation: Escalation, page: Page, at: datetime) -> bool:
    """Page the same person on a channel not yet tried in this firing; False if there is none."""
    siblings = list(Page.objects.filter(escalation=escalation, firing=page.firing, user=page.user))
    if any(sibling.pk != page.pk and _can_arrive(sibling, at) for sibling in siblings):
        return True
    tried = {(s.channel, s.address) for s in siblings if s.attempts or s.due_at <= at}
    method = next((m for m in _untried(page.user) if (m.kind, m.address) not in tried), None)
    if method is None and ("email", page.user.email) in tried:
        return False
    build_page(
        escalation=escalation,
        firing=page.firing,
        user=page.user,
        rule=page.rule,
        method=method,
        due_at=at,
        at=at,
        attempt_of_rule=1 + max(s.attempt_of_rule for s in siblings if s.rule == page.rule),
    ).save(force_insert=True)
    wake("pages")
    return True


def _can_arrive(page: Page, at: datetime) -> bool:
    """Whether this page has arrived, or is due by now and has not failed yet."""
    if page.state in outbox.ARRIVED:
        return True
    return page.state in outbox.UNSENT and not page.last_error and page.due_at <= at


def _untried(user: User) -> list[ContactMethod]:
    return sorted(
        ContactMethod.objects.usable().filter(user=user),
        key=lambda m: (CHANNEL_ORDER.index(ContactKind(m.kind)), m.pk),
    )


def _advance_if_unreachable(escalation: Escalation, at: datetime) -> None:
    """Fire the next step at once when nobody of this firing could be reached (R-E8).

    A page that cannot be sent must not use up the step's waiting time.
    """
    firing = Page.objects.filter(escalation=escalation, firing=escalation.firing)
    if escalation.next_at is None or any(_can_arrive(page, at) for page in firing):
        return
    Escalation.objects.filter(pk=escalation.pk).update(next_at=at)
    EscalationEntry.objects.create(
        escalation=escalation,
        at=at,
        event=EscalationEvent.UNREACHABLE,
        step=max(escalation.step - 1, 0),
        round=escalation.round,
        relay_at=at,
    )
    wake("pages")
