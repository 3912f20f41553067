"""Reminders: created when they are due, sent through the channels of pages at low urgency, each under one key.

Two halves, as with pages. `make_due` turns due reminders into outbox rows, in one transaction with the note of
how far it came, so that no sweep and no crash creates one twice. `Sender.sweep` claims rows, hands them to
threads and records the outcome a second later; it never waits for a provider (lane `clocks`).
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet

from config.base.data import outbox
from config.base.data.clock import backoff
from config.base.data.encryption import SecretUnreadable
from config.base.data.isolation import is_database_away, prepare_each, short_text
from config.base.data.outbox import OutboxState, Rooms
from config.base.data.rests import Rests, run_batch
from config.base.data.roles import Role
from config.base.net import links
from config.base.web import display
from oncall import subjects
from oncall.channels import Message, Outcome, host_of, plain
from oncall.engine.sending import Senders
from oncall.models import (
    ContactKind,
    ContactMethod,
    MembershipRole,
    Obligation,
    ObligationStatus,
    Reminded,
    Reminder,
    RuleReminder,
    Team,
    Urgency,
    User,
)
from oncall.obligations import kinds, rules
from oncall.paging import Job, ways_to_reach

logger = logging.getLogger(__name__)
BATCH = 25
MAX_ATTEMPTS = 20
MAX_WAIT_SECONDS = 900.0
PRIORITY = 9
_NEAR = timedelta(minutes=1)
_rests: Rests[int] = Rests()


@dataclass(frozen=True)
class _DueReminder:
    """A person to remind: by which line of the rule, and the moment it was due."""

    user: User
    line: RuleReminder
    moment: datetime


def make_due(*, at: datetime) -> int:
    """Create the reminders that are due, and return for how many obligations. One that fails stops no other.

    After an outage a person gets only the latest of several missed reminders: three old mails at once help nobody.
    """
    due = Obligation.objects.filter(next_reminder_at__lte=at).exclude(pk__in=_rests.resting(at))
    ids = list(due.order_by("next_reminder_at", "pk").values_list("pk", flat=True)[:BATCH])
    return len(run_batch("remind", ids, partial(_remind, at=at), rests=_rests, at=at))


@transaction.atomic
def _remind(ids: Sequence[int], *, at: datetime) -> dict[int, None]:
    rows = list(
        Obligation.objects.filter(pk__in=ids, next_reminder_at__lte=at)
        .order_by("next_reminder_at", "pk")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("team", "owner")
    )
    for obligation in rows:
        lines = list(obligation.rule.reminders.order_by("pk"))
        due = _due_reminders(obligation, lines, at=at)
        _insert(obligation, due, at=at)
        obligation.reminded_until = at
        obligation.next_reminder_at = rules.next_reminder(obligation, lines)
        obligation.save(update_fields=["reminded_until", "next_reminder_at"])
    return dict.fromkeys(row.pk for row in rows)


def _due_reminders(obligation: Obligation, lines: Iterable[RuleReminder], *, at: datetime) -> list[_DueReminder]:
    latest: dict[int, _DueReminder] = {}
    moments = sorted(
        ((obligation.due_at + line.offset, line) for line in lines), key=lambda pair: (pair[0], pair[1].pk)
    )
    for moment, line in moments:
        if obligation.reminded_until < moment <= at:
            for user in _recipients(obligation, line.whom):
                latest[user.pk] = _DueReminder(user, line, moment)
    return list(latest.values())


def _recipients(obligation: Obligation, whom: str) -> list[User]:
    """Active people who may see the subject. Without an owner, the team's managers are reminded."""
    if whom == Reminded.PRACTICE:
        users = User.objects.people().filter(groups__name=Role.PRACTICE)
    elif whom == Reminded.OWNER and obligation.owner is not None and obligation.owner.is_active:
        users = User.objects.filter(pk=obligation.owner.pk)
    else:
        users = _team_managers(obligation)
    people = list(users.filter(is_active=True).distinct().order_by("pk"))
    return [person for person in people if _may_see(person, obligation)]


def _team_managers(obligation: Obligation) -> "QuerySet[User]":
    """The managers of the obligation's team, or of the owner's teams where it has no team."""
    teams = Q(pk=obligation.team_id) if obligation.team_id else Q(memberships__user=obligation.owner_id)
    return User.objects.filter(
        memberships__role=MembershipRole.MANAGER, memberships__team__in=Team.objects.filter(teams)
    )


def _may_see(person: User, obligation: Obligation) -> bool:
    ids = subjects.visible_ids(obligation.subject_type, person)
    return ids is not None and ids.filter(pk=obligation.subject_id).exists()


def _insert(obligation: Obligation, due: Sequence[_DueReminder], *, at: datetime) -> None:
    """One row per person, on the first contact method of their low-urgency rules; an existing key is skipped."""
    ways = ways_to_reach([reminder.user.pk for reminder in due], Urgency.LOW)
    Reminder.objects.bulk_create(
        [
            _build_reminder(
                obligation,
                reminder.user,
                next((method for _, _, method in sorted(ways[reminder.user.pk], key=lambda way: way[:2])), None),
                key=f"obligation:{obligation.pk}:{obligation.round}:{reminder.line.pk}:{reminder.user.pk}",
                at=at,
            )
            for reminder in due
        ],
        ignore_conflicts=True,
    )


def _build_reminder(
    obligation: Obligation, user: User, method: ContactMethod | None, *, key: str, at: datetime
) -> Reminder:
    channel: str = method.kind if method else ContactKind.EMAIL
    address = method.address if method else user.email
    return Reminder(
        key=key,
        obligation=obligation,
        user=user,
        contact_method=method,
        channel=channel,
        address=address,
        host=host_of(channel, address),
        priority=PRIORITY,
        due_at=at,
        created_at=at,
    )


def claim_jobs(*, at: datetime, limit: int, rooms: Rooms | None = None) -> list[Job]:
    """Claim waiting reminders, commit, read their obligations again, and build the messages.

    A reminder whose obligation has ended, or was reassigned since, is cancelled just before it would be sent.
    """
    claims = outbox.claim(Reminder, at=at, limit=limit, rooms=rooms)
    if not claims:
        return []
    messages, unprepared = prepare_each([claim.row_id for claim in claims], partial(_messages, at=at))
    plain_messages, lost = prepare_each(list(unprepared), _plain_messages)
    _note_failures(unprepared)
    jobs = []
    for claim in claims:
        message = messages.get(claim.row_id) or plain_messages.get(claim.row_id)
        if message is not None:
            jobs.append(Job(claim, message.kind, message, host=host_of(message.kind, message.address)))
        elif claim.row_id in lost:
            _put_off(claim, lost[claim.row_id], at=at)
        else:
            outbox.record_end(Reminder, claim, state=OutboxState.CANCELLED, at=at, error="")
    return jobs


def _messages(ids: Sequence[int], *, at: datetime) -> dict[int, Message | None]:
    """The messages of these reminders; None where the obligation has ended."""
    rows = Reminder.objects.select_related("obligation", "user", "contact_method").in_bulk(ids)
    fields = subjects.fields_of(_subject(row) for row in rows.values())
    return {
        pk: _message(row, fields[_subject(row)], at=at) if row.obligation.status == ObligationStatus.OPEN else None
        for pk, row in rows.items()
    }


def _subject(row: Reminder) -> subjects.Subject:
    return row.obligation.subject_type, row.obligation.subject_id


def _plain_messages(ids: Sequence[int]) -> dict[int, Message]:
    """What is sent where the obligation cannot be read: a text without any of its words."""
    rows = Reminder.objects.select_related("contact_method").in_bulk(ids)
    return {
        pk: plain(
            Message(
                key=row.key,
                kind=row.channel,
                address=row.contact_method.destination if row.contact_method else row.address,
                secret=row.contact_method.secret.reveal() if row.contact_method else "",
                person="",
                title="",
                link=links.view_url("oncall:my-tasks"),
                type="reminder",
            )
        )
        for pk, row in rows.items()
    }


def _note_failures(failed: Mapping[int, Exception]) -> None:
    for pk, error in failed.items():
        logger.error("reminder.unprepared", exc_info=error, extra={"reminder": pk})
        Reminder.objects.filter(pk=pk).update(failures=F("failures") + 1, failure=short_text(error))


def _put_off(claim: outbox.Claim, error: Exception, *, at: datetime) -> None:
    """Try again later; one whose webhook cannot be read goes to the account's own mail address at once."""
    if isinstance(error, SecretUnreadable):
        with transaction.atomic():
            if outbox.record_end(Reminder, claim, state=OutboxState.FAILED, at=at, error=str(error)):
                _try_mail(claim.row_id, at=at)
        return
    if claim.attempts >= MAX_ATTEMPTS:
        outbox.record_end(Reminder, claim, state=OutboxState.DEAD, at=at, error=short_text(error))
        return
    due_at = at + backoff(claim.attempts, longest=MAX_WAIT_SECONDS)
    outbox.record_retry(Reminder, claim, due_at=due_at, error=short_text(error))


def _message(row: Reminder, fields: subjects.Fields | None, *, at: datetime) -> Message:
    """The reminder; the plain one if its record is gone, because it may have been private."""
    message = Message(
        key=row.key,
        kind=row.channel,
        address=row.contact_method.destination if row.contact_method else row.address,
        secret=row.contact_method.secret.reveal() if row.contact_method else "",
        person=row.user.get_short_name(),
        title=message_text(row.obligation, fields or {}, at=at),
        link=links.absolute_url(row.obligation.url),
        type="reminder",
    )
    return plain(message) if fields is None else message


def message_text(obligation: Obligation, fields: subjects.Fields, *, at: datetime) -> str:
    """One line with the title and the time to or since the due time.

    The title was copied when the task was created; a record that is private by now has another in its `fields`.
    """
    title = obligation.title
    if "title" in fields:
        title = f"{kinds.get(obligation.kind).label}, {fields['title']}"
    left = obligation.due_at - at
    if abs(left) <= _NEAR:
        return f"Due now: {title}"
    span = display.duration_text(left.total_seconds())
    return f"Due in {span}: {title}" if left > _NEAR else f"Overdue by {span}: {title}"


@transaction.atomic
def record(job: Job, outcome: Outcome, *, at: datetime) -> None:
    """Record a provider's answer: accepted, retried later, or sent to the account's own mail address instead."""
    if outcome.is_accepted:
        outbox.record_accepted(Reminder, job.held, at=at, provider_id=outcome.provider_id)
        return
    logger.warning("reminder.failed", extra={"key": job.message.key, "error": outcome.error})
    if outcome.is_permanent or job.held.attempts >= MAX_ATTEMPTS:
        state = OutboxState.FAILED if outcome.is_permanent else OutboxState.DEAD
        if outbox.record_end(Reminder, job.held, state=state, at=at, error=outcome.error):
            _try_mail(job.held.row_id, at=at)
        return
    wait = outcome.retry_after or backoff(job.held.attempts, longest=MAX_WAIT_SECONDS)
    outbox.record_retry(Reminder, job.held, due_at=at + wait, error=outcome.error)


def _try_mail(reminder_id: int, *, at: datetime) -> None:
    row = Reminder.objects.select_related("user", "obligation").get(pk=reminder_id)
    if (row.channel, row.address) != (ContactKind.EMAIL, row.user.email):
        mail = _build_reminder(row.obligation, row.user, None, key=f"{row.key}:mail", at=at)
        Reminder.objects.bulk_create([mail], ignore_conflicts=True)


class Sender:
    """Sends reminders from one engine, in threads that use no database; the sweep itself never waits."""

    def __init__(self) -> None:
        self._senders = Senders(on_result=lambda: None)

    def sweep(self, *, at: datetime) -> int:
        """Create due reminders, record answers, send what waits; returns how many rows it handled."""
        created = make_due(at=at)
        recorded = self.record_answers(at=at)
        jobs = claim_jobs(at=at, limit=min(self._senders.free, BATCH), rooms=self._senders.rooms())
        for job in jobs:
            self._senders.start(job)
        return created + recorded + len(jobs)

    def record_answers(self, *, at: datetime) -> int:
        """Record the answers that have arrived and return how many; no query while nothing is being sent."""
        results = self._senders.take_results()
        for job, outcome in results:
            try:
                record(job, outcome, at=at)
            except Exception as error:
                if is_database_away(error):
                    raise
                # When its lease ends it is sent again under the same key.
                logger.exception("reminder.unrecorded", extra={"key": job.message.key})
        return len(results)
