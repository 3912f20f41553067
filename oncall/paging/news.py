"""News: what people who have acknowledged are told without being asked for an answer (R-E7a)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Max, Q, TextField, Value
from django.db.models.functions import Coalesce, Concat, Greatest, Left

from config.base.data.outbox import ARRIVED, UNSENT, OutboxState
from oncall.models import ContactKind, ContactMethod, Escalation, EscalationEntry, EscalationEvent, Page, Purpose, User
from oncall.paging.creating import build_page, ways_to_reach
from oncall.wake import wake

PAUSE = timedelta(seconds=60)
"""From one news page to the next, for one person on one channel."""
_TEXT_LENGTH = 300
_LOCK_CLASS = 7_103

_Place = tuple[int, str]
"""A person and a channel."""


def tell(*, escalation: Escalation, users: Sequence[int], text: str, at: datetime) -> list[Page]:
    """Tell these people something new about a running escalation, and return the pages that were created.

    Only on what each person's rules use at once, and at most one news page a minute for a person and channel,
    across all escalations: later news waits in the page that is not yet sent, and is counted there. `text` leaves
    the house as it is, so it names nothing of a private record. Closed accounts are left out. The caller holds the
    escalation's lock. A constant number of queries.
    """
    people = {user.pk: user for user in User.objects.people().filter(pk__in=users, is_active=True).only("email")}
    if not people:
        return []
    ways = _ways_at_once(list(dict.fromkeys(pk for pk in users if pk in people)), escalation.urgency)
    told_elsewhere = _lock_people(list(people))
    waiting = _waiting_pages(people)
    _add_to_pages([page for place, page in waiting.items() if place in ways], escalation)
    last_at = _last_told(people, at=at)
    pages = []
    for place, (rule, method) in ways.items():
        if place in waiting:
            continue
        earliest = [at, *([last_at[place] + PAUSE] if place in last_at else ())]
        if place[0] in told_elsewhere:
            earliest.append(at + PAUSE)
        escalation.news += 1
        pages.append(
            build_page(
                escalation=escalation,
                firing=escalation.news,
                user=people[place[0]],
                rule=rule,
                method=method,
                due_at=max(earliest),
                at=at,
                purpose=Purpose.NEWS,
                text=text[:_TEXT_LENGTH],
            )
        )
    escalation.save(update_fields=["news"])
    EscalationEntry.objects.create(
        escalation=escalation,
        at=at,
        event=EscalationEvent.NEWS,
        detail={"text": text[:_TEXT_LENGTH], "people": [{"user": pk} for pk in people]},
    )
    wake("pages")
    return Page.objects.bulk_create(pages)


def _ways_at_once(users: Sequence[int], urgency: str) -> dict[_Place, tuple[int, ContactMethod | None]]:
    """By person and channel: the position of the rule, and the contact method; the first rule if none is at once."""
    ways: dict[_Place, tuple[int, ContactMethod | None]] = {}
    for user_id, rules in ways_to_reach(users, urgency).items():
        for position, _, method in [rule for rule in rules if rule[1] == 0] or rules[:1]:
            ways.setdefault((user_id, method.kind if method else ContactKind.EMAIL), (position, method))
    return ways


def _lock_people(users: Sequence[int]) -> set[int]:
    """Lock these people against other news until the transaction ends; returns those who are being told just now.

    Never waits, so that two transactions which tell several people never wait for each other in a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM unnest(%s::bigint[]) AS person(id) WHERE NOT pg_try_advisory_xact_lock(%s, hashint8(id))",
            [sorted(users), _LOCK_CLASS],
        )
        return {row[0] for row in cursor.fetchall()}


def _waiting_pages(people: dict[int, User]) -> dict[_Place, Page]:
    """Their news pages that are not yet sent, locked; those that another transaction holds are left out."""
    rows = Page.objects.filter(user__in=people, purpose=Purpose.NEWS, state=OutboxState.PENDING)
    rows = rows.select_for_update(skip_locked=True, no_key=True).only("user", "channel", "escalation", "state")
    return {(page.user_id, page.channel): page for page in rows.order_by("-due_at", "-pk")}


def _add_to_pages(pages: Sequence[Page], escalation: Escalation) -> None:
    """Count one more piece of news in these pages; a page about another record also says the number of this one."""
    same = [page.pk for page in pages if page.escalation_id == escalation.pk]
    others = [page.pk for page in pages if page.escalation_id != escalation.pk]
    pending = Page.objects.filter(state=OutboxState.PENDING)
    if same:
        pending.filter(pk__in=same).update(count=F("count") + 1)
    if others:
        number, _, _ = escalation.title.partition(" ")
        mention = f"; also {number}"
        pending.filter(pk__in=others).update(count=F("count") + 1)
        pending.filter(pk__in=others).exclude(text__contains=mention).update(
            text=Left(Concat("text", Value(mention), output_field=TextField()), _TEXT_LENGTH)
        )


def _last_told(people: dict[int, User], *, at: datetime) -> dict[_Place, datetime]:
    """When the last news page of the last minute, or of later, is or was sent, by person and channel."""
    rows = (
        Page.objects.filter(user__in=people, purpose=Purpose.NEWS, state__in=[*UNSENT, *ARRIVED, OutboxState.UNKNOWN])
        .filter(Q(due_at__gt=at - PAUSE) | Q(sent_at__gt=at - PAUSE))
        .values_list("user", "channel")
        .annotate(last_at=Max(Greatest("due_at", Coalesce("sent_at", "due_at"))))
    )
    return {(user_id, channel): last_at for user_id, channel, last_at in rows}
