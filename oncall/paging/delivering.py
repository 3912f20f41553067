"""Claims pages for sending and records the outcomes (lane `pages`, part B); nothing here uses the network.

`claim_jobs` gives the engine plain data to send; `record` takes the answer. In between nothing is locked and
no transaction is open.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from config.base.data import outbox
from config.base.data.clock import backoff
from config.base.data.encryption import SecretUnreadable
from config.base.data.isolation import prepare_each, short_text
from config.base.data.outbox import Claim, OutboxState, Rooms
from oncall import subjects
from oncall.channels import Message, Outcome, facts_for, plain
from oncall.models import ContactKind, Escalation, EscalationEntry, EscalationEvent, EscalationState, Page, Purpose
from oncall.paging.links import link_for
from oncall.paging.unreached import advance_if_unreachable, restore_delay, try_next_channel
from oncall.wake import wake

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 60
MAX_WAIT = timedelta(seconds=30)
_COLUMNS = (
    "key", "channel", "address", "host", "purpose", "text", "count", "failures", "created_at", "firing", "rule",
    "escalation__state", "escalation__subject_type", "escalation__subject_id", "escalation__title",
    "user__name", "user__email", "user__is_active", "user__time_zone",
    "contact_method__secret", "contact_method__kind", "contact_method__address", "contact_method__verified_at",
    "contact_method__webhook_url",
)  # fmt: skip


_PLAIN_COLUMNS = (
    "key", "channel", "address", "host", "failures",
    "contact_method__secret", "contact_method__address", "contact_method__webhook_url",
)  # fmt: skip


@dataclass(frozen=True)
class Job:
    """One page to send: the claim on it, the channel and its host, and the message."""

    held: Claim
    channel: str
    message: Message
    host: str = ""


@dataclass(frozen=True)
class _Ready:
    """A claimed page with its message; or without one, and the reason it is not sent: none if nobody needs it."""

    page: Page
    message: Message | None = None
    refusal: str = ""


def claim_jobs(*, at: datetime, limit: int, rooms: Rooms | None = None) -> list[Job]:
    """Claim due pages, commit, read their escalations and people again, and build the messages.

    A page whose escalation was answered in between is cancelled here, just before it would be sent. One to a
    closed account, or to a contact method that was removed or changed or whose secret cannot be read, fails, and
    another way is tried. One that cannot be prepared is sent as a plain text.
    """
    claims = {claim.row_id: claim for claim in outbox.claim(Page, at=at, limit=limit, rooms=rooms)}
    prepared, failed = prepare_each(claims, _prepare)
    jobs = []
    for key, claim in claims.items():
        if key in failed:
            job = _plain_job(claim, failed[key], at)
        elif key in prepared:
            job = _job(claim, prepared[key], at)
        else:
            continue  # The page was deleted with its escalation.
        if job is not None:
            jobs.append(job)
    return jobs


def _job(claim: Claim, ready: _Ready, at: datetime) -> Job | None:
    page = ready.page
    if ready.message is not None:
        return Job(claim, page.channel, ready.message, page.host)
    if not ready.refusal:
        outbox.record_end(Page, claim, state=OutboxState.CANCELLED, at=at, error="")
        return None
    _refuse(claim, page, ready.refusal, at)
    return None


@transaction.atomic
def _refuse(claim: Claim, page: Page, refusal: str, at: datetime) -> None:
    """End a page that is not to be sent any more; the person's next way is tried even if another page has arrived.

    Every rule of a person runs until somebody answers (R-E8), so a call to a number that was changed goes to the new
    one, whatever has become of the text message.
    """
    escalation = Escalation.objects.select_for_update(no_key=True).get(pk=page.escalation_id)
    if not outbox.record_end(Page, claim, state=OutboxState.FAILED, at=at, error=refusal, relay_at=at):
        return
    logger.warning("page.refused", extra={"page": page.pk, "channel": page.channel, "error": refusal})
    wake("clocks")
    if escalation.state != EscalationState.TRIGGERED or page.purpose != Purpose.RING:
        return
    is_sent_elsewhere = try_next_channel(escalation, page, at, is_replaced=True)
    if not is_sent_elsewhere and page.firing == escalation.firing:
        advance_if_unreachable(escalation, at)


def _plain_job(claim: Claim, error: Exception, at: datetime) -> Job | None:
    """The page as a plain text, which needs its own row and its contact method; None if not even those can be read."""
    logger.error("page.poison", extra={"page": claim.row_id}, exc_info=error)
    try:
        page = Page.objects.select_related("contact_method").only(*_PLAIN_COLUMNS).get(pk=claim.row_id)
        Page.objects.filter(pk=page.pk).update(failures=F("failures") + 1, failure=short_text(error))
        return _job(claim, _ready_to_send(page, None), at)
    except Exception:
        # Its lease ends in ten seconds, and then it is tried again; the others are sent.
        logger.exception("page.unreadable", extra={"page": claim.row_id})
        return None


def _prepare(keys: Sequence[int]) -> dict[int, _Ready]:
    pages = Page.objects.select_related("escalation", "user", "contact_method").only(*_COLUMNS).in_bulk(keys)
    fields = subjects.fields_of(_subject(page) for page in pages.values())
    ready = {}
    for key, page in pages.items():
        if not is_wanted(page):
            ready[key] = _Ready(page)
        elif refusal := _refusal(page):
            ready[key] = _Ready(page, refusal=refusal)
        else:
            ready[key] = _ready_to_send(page, fields[_subject(page)])
    return ready


def _ready_to_send(page: Page, fields: subjects.Fields | None) -> _Ready:
    """With its message; a webhook whose address or secret cannot be read is never called without them."""
    try:
        return _Ready(page, _message(page, fields))
    except SecretUnreadable as error:
        return _Ready(page, refusal=str(error))


def _subject(page: Page) -> subjects.Subject:
    return page.escalation.subject_type, page.escalation.subject_id


def is_wanted(page: Page) -> bool:
    """Whether the page still has a reason: a ring until somebody answers, news until the end (R-E7a)."""
    state = page.escalation.state
    if page.purpose == Purpose.NEWS:
        # News of other records may wait in it, and is not over with this one.
        return state != EscalationState.ENDED or page.count > 1
    return state == EscalationState.TRIGGERED


def _refusal(page: Page) -> str:
    """Why this person is not called at this address any more; empty if nothing has changed since the firing."""
    method = page.contact_method
    if not page.user.is_active:
        return "The account is closed."
    if method is None:
        is_own_address = (page.channel, page.address) == (ContactKind.EMAIL, page.user.email)
        return "" if is_own_address else "This contact method was removed."
    if (method.kind, method.address) != (page.channel, page.address) or method.verified_at is None:
        return "This contact method was changed."
    return ""


def _message(page: Page, fields: subjects.Fields | None) -> Message:
    if page.failures or fields is None:
        return _plain_message(page)
    facts = facts_for(fields, zone=page.user.time_zone)
    # A private record has a title of its own for messages: its number and service.
    title = facts.pop("title", page.escalation.title)
    if page.purpose == Purpose.NEWS:
        more = f" (and {page.count - 1} more)" if page.count > 1 else ""
        title = f"{title}: {page.text}{more}"
    return Message(
        key=page.key,
        kind=page.channel,
        address=page.contact_method.destination if page.contact_method else page.address,
        secret=page.contact_method.secret.reveal() if page.contact_method else "",
        person=page.user.get_short_name(),
        title=title,
        link=link_for(page),
        facts=facts,
    )


def _plain_message(page: Page) -> Message:
    method = page.contact_method
    return plain(
        Message(
            key=page.key,
            kind=page.channel,
            address=method.destination if method else page.address,
            secret=method.secret.reveal() if method else "",
            person="",
            title="",
            link=link_for(page),
        )
    )


def record(job: Job, outcome: Outcome, *, at: datetime) -> None:
    """Record a provider's answer. Does nothing if another worker has taken the lease in the meantime."""
    if outcome.is_accepted:
        # The timeline may get it a second later: waking every engine for it costs more than the page.
        outbox.record_accepted(Page, job.held, at=at, provider_id=outcome.provider_id, relay_at=at)
        if job.held.attempts > 1:
            restore_delay(page_id=job.held.row_id, at=at)
        return
    with transaction.atomic():
        _record_failure(job, outcome, at)


def _record_failure(job: Job, outcome: Outcome, at: datetime) -> None:
    """Try again later, try the person's next channel at once, and move on if nothing is left (paging rule 5).

    Pages of earlier firings go on being tried: an outage of a provider must not lose the first person (R-E8).
    """
    escalation_id = Page.objects.values_list("escalation", flat=True).get(pk=job.held.row_id)
    escalation = Escalation.objects.select_for_update(no_key=True).get(pk=escalation_id)
    page = Page.objects.select_related("user", "escalation").get(pk=job.held.row_id)
    if not _write_failure(job, outcome, page, at):
        return
    logger.warning("page.failed", extra={"page": page.pk, "channel": page.channel, "error": outcome.error})
    wake("clocks")
    is_ringing = escalation.state == EscalationState.TRIGGERED and page.purpose == Purpose.RING
    if not is_ringing or page.firing != escalation.firing or (outcome.is_unprepared and not job.message.is_plain):
        return
    if not try_next_channel(escalation, page, at):
        advance_if_unreachable(escalation, at)


def _write_failure(job: Job, outcome: Outcome, page: Page, at: datetime) -> bool:
    """Write the failure as what it means for the page; False if this attempt no longer holds it."""
    if outcome.is_unprepared and not job.message.is_plain:
        return outbox.record_unprepared(Page, job.held, at=at, failure=outcome.error)
    ended: OutboxState | None = None
    if not is_wanted(page) or _has_declined(page):
        ended = OutboxState.CANCELLED
    elif outcome.is_permanent or outcome.is_unprepared:
        ended = OutboxState.FAILED
    elif job.held.attempts % MAX_ATTEMPTS == 0:
        ended = OutboxState.DEAD
    if ended is not None:
        return outbox.record_end(Page, job.held, state=ended, at=at, error=outcome.error, relay_at=at)
    wait = min(outcome.retry_after or backoff(job.held.attempts), MAX_WAIT)
    return outbox.record_retry(Page, job.held, due_at=at + wait, error=outcome.error, relay_at=at)


def _has_declined(page: Page) -> bool:
    """Whether the person has said "I can't" since: then a page that was just being sent is not tried again."""
    entries = EscalationEntry.objects.filter(escalation=page.escalation, event=EscalationEvent.DECLINE)
    return entries.filter(actor=page.user, at__gte=page.created_at).exists()
