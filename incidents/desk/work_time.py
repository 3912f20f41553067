"""The time that people worked on a ticket: the sum of each person, and what they add themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from config.base.web.display import minutes_text
from incidents.models import EntryKind, Ticket
from incidents.tickets import timeline
from incidents.tickets.locking import lock_ticket
from incidents.tickets.subject import TICKET
from oncall.models import User, WorkInterval, WorkSource
from oncall.work import claims

MINUTE = timedelta(minutes=1)
MAX_LINES = 20


@dataclass(frozen=True)
class Line:
    """One time of a person; `is_claimed` if they added it themselves."""

    interval: WorkInterval
    words: str

    @property
    def is_claimed(self) -> bool:
        """Whether its person may correct it."""
        return self.interval.source == WorkSource.CLAIMED


@dataclass(frozen=True)
class PersonTime:
    """All the time of one person, with its newest lines."""

    person: User
    total: str
    lines: list[Line]
    more: int


@transaction.atomic
def add(*, ticket_id: int, started_at: datetime, ended_at: datetime, actor: User, at: datetime) -> WorkInterval:
    """Add a time in which the actor worked on the ticket. Raises WorkRefused for one that cannot be."""
    ticket = lock_ticket(ticket_id)
    interval = claims.claim(
        user=actor, subject_type=TICKET, subject_id=ticket.pk, title=str(ticket), url=ticket.get_absolute_url(),
        started_at=started_at, ended_at=ended_at, at=at,
    )  # fmt: skip
    _record(interval, f"{_length(interval)} of work added.", actor=actor, at=at)
    return interval


@transaction.atomic
def correct(
    *,
    interval_id: int,
    actor: User | None,
    at: datetime,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> WorkInterval:
    """Correct a time that the actor added; what is left out stays.

    Raises WorkRefused for the time of somebody else, for one from the timeline, and for one that cannot be.
    """
    interval = lock(interval_id)
    before = _length(interval)
    claims.correct(
        interval=interval, actor=actor, started_at=started_at or interval.started_at,
        ended_at=ended_at or interval.ended_at or at, at=at,
    )  # fmt: skip
    _record(interval, f"{before} of work corrected to {_length(interval)}.", actor=actor, at=at)
    return interval


@transaction.atomic
def remove(*, interval_id: int, actor: User | None, at: datetime) -> None:
    """Remove a time that the actor added. Raises WorkRefused for that of somebody else, or from the timeline."""
    interval = lock(interval_id)
    claims.refuse_unless_own(interval, actor)
    _record(interval, f"{_length(interval)} of work removed.", actor=actor, at=at)
    interval.delete()


def lock(interval_id: int) -> WorkInterval:
    """The time on a ticket, under the ticket's lock."""
    rows = WorkInterval.objects.filter(subject_type=TICKET)
    lock_ticket(rows.get(pk=interval_id).subject_id)
    return rows.select_related("user").get(pk=interval_id)


def by_person(ticket: Ticket, *, at: datetime) -> list[PersonTime]:
    """The time on the ticket until now, most first."""
    rows = WorkInterval.objects.filter(subject_type=TICKET, subject_id=ticket.pk)
    lines: dict[User, list[WorkInterval]] = {}
    for row in rows.select_related("user").order_by("-started_at", "-pk"):
        lines.setdefault(row.user, []).append(row)
    people = sorted(lines, key=lambda person: (-_minutes(lines[person], at=at), person.name, person.pk))
    return [
        PersonTime(
            person=person,
            total=minutes_text(_minutes(lines[person], at=at)),
            lines=[Line(row, minutes_text(_minutes([row], at=at))) for row in lines[person][:MAX_LINES]],
            more=max(0, len(lines[person]) - MAX_LINES),
        )
        for person in people
    ]


def _minutes(rows: list[WorkInterval], *, at: datetime) -> int:
    """Whole minutes; the seconds of several lines add up before they are cut off."""
    spans = (max((row.ended_at or at) - row.started_at, timedelta()) for row in rows)
    return sum(spans, timedelta()) // MINUTE


def _length(interval: WorkInterval) -> str:
    return minutes_text(_minutes([interval], at=interval.started_at))


def _record(interval: WorkInterval, text: str, *, actor: User | None, at: datetime) -> None:
    span = {"from": interval.started_at, "to": interval.ended_at}
    timeline.record(
        ticket_id=interval.subject_id, kind=EntryKind.CHANGE, text=text, at=at, actor=actor,
        data={name: value.isoformat() for name, value in span.items() if value},
    )  # fmt: skip
