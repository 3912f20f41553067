"""Times that people claim themselves: one interval at a time, never twice the same minute on one subject."""

from datetime import datetime, timedelta

from django.db.models import F, Q

from config.base.data.lifecycle import Refusal
from config.base.web import display
from oncall.models import User, WorkInterval, WorkSource

LONGEST = timedelta(hours=24)
SHORTEST = timedelta(minutes=1)


class WorkRefused(Refusal):
    """This time cannot be claimed; the message says what to do instead."""


def claim(
    *,
    user: User,
    subject_type: str,
    subject_id: int,
    title: str,
    url: str,
    started_at: datetime,
    ended_at: datetime,
    at: datetime,
) -> WorkInterval:
    """Add a time in which the person worked on the subject, which the caller has locked.

    Raises WorkRefused for a program, and for a time that is empty, too long, in the future, or recorded already.
    """
    if user.is_service:
        raise WorkRefused(f"{user.name} is no person: time is worked by people.")
    interval = WorkInterval(
        user=user, subject_type=subject_type, subject_id=subject_id, title=title, url=url, source=WorkSource.CLAIMED
    )
    _set(interval, started_at, ended_at, at=at)
    interval.save()
    return interval


def correct(
    *, interval: WorkInterval, actor: User | None, started_at: datetime, ended_at: datetime, at: datetime
) -> WorkInterval:
    """Change from when to when it was; the caller has locked the subject. Raises WorkRefused, as `claim` does."""
    refuse_unless_own(interval, actor)
    _set(interval, started_at, ended_at, at=at)
    interval.save(update_fields=["started_at", "ended_at"])
    return interval


def refuse_unless_own(interval: WorkInterval, actor: User | None) -> None:
    """Raise WorkRefused unless the actor claimed this time."""
    if actor is None or interval.user_id != actor.pk:
        raise WorkRefused("Everybody corrects their own time. Ask the person whose time it is.")
    if interval.source != WorkSource.CLAIMED:
        raise WorkRefused(
            "This time comes from the timeline, which says who worked when. Add what is missing as another time."
        )


def _set(interval: WorkInterval, started_at: datetime, ended_at: datetime, *, at: datetime) -> None:
    if ended_at - started_at < SHORTEST:
        raise WorkRefused("It ends before it has lasted a minute. Give a later end.", field="ended_at")
    if ended_at > at:
        raise WorkRefused("It ends in the future. Add time once it is worked.", field="ended_at")
    if ended_at - started_at > LONGEST:
        raise WorkRefused("It is longer than 24 hours. Add each stretch of work by itself.", field="started_at")
    if others := _overlapping(interval, started_at, ended_at):
        raise WorkRefused(_overlap_text(others), field="started_at")
    interval.started_at, interval.ended_at = started_at, ended_at


def _overlapping(interval: WorkInterval, started_at: datetime, ended_at: datetime) -> list[WorkInterval]:
    """The person's other times on the subject that share a minute, as the table's own rule sees it."""
    later = Q(ended_at__gt=started_at) & Q(ended_at__gt=F("started_at"))  # an empty one shares nothing
    rows = WorkInterval.objects.filter(
        user=interval.user_id, subject_type=interval.subject_type, subject_id=interval.subject_id
    )
    others = rows.filter(Q(ended_at__isnull=True) | later, started_at__lt=ended_at).exclude(pk=interval.pk)
    return list(others.order_by("started_at", "pk")[:1])


def _overlap_text(others: list[WorkInterval]) -> str:
    other = others[0]
    if other.ended_at is None:
        return f"Your time since {display.local_text(other.started_at)} is being recorded. Give an end before that."
    span = display.period_text(other.started_at, other.ended_at)
    return f"Your time of {span} is recorded already. Give the time before or after it."
