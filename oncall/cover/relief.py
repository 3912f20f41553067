"""After a hard night: the person is offered to give their next shift away, by a swap, and their planner sees it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from config.base.data.clock import floor_minute
from config.base.data.lifecycle import Refusal
from oncall import permissions
from oncall.cover import swaps
from oncall.load.page_history import NIGHT_ENDS, NIGHT_STARTS, page_counts
from oncall.models import ReliefRequest, Schedule, Team, User, WorkInterval
from oncall.schedules.loading import load, naming
from oncall.schedules.timeline import gather, joined
from oncall.schedules.wall_clock import DAY, MINUTE, resolve, wall

# Until so long after a night rest is offered; and how far ahead the next shift is looked for.
OFFERED_FOR = timedelta(hours=18)
AHEAD = timedelta(days=35)
# Of a shift that runs already, at most the coming day is given away.
MOST_OF_RUNNING = timedelta(days=1)
_SHOWN_FOR = timedelta(days=14)


class NoRelief(Refusal):
    """There was no hard night, or there is no shift to give away; the message says which."""


@dataclass(frozen=True)
class Night:
    """A hard night: the day on which it began, how often it rang, and how long the person worked."""

    began_on: date
    pages: int
    worked_minutes: int


@dataclass(frozen=True)
class Offer:
    """What may be given away after a hard night; `asked` when it was asked for already."""

    night: Night
    schedule: Schedule
    starts_at: datetime
    ends_at: datetime
    asked: ReliefRequest | None = None


def hard_night(user: User, *, at: datetime) -> Night | None:
    """The night that runs, or has just ended on the person's clock, if it was a hard one; two queries."""
    zone = ZoneInfo(user.time_zone)
    local = wall(at, zone)
    began_on = local.date() if local.hour >= NIGHT_STARTS else local.date() - DAY
    since = resolve(datetime.combine(began_on, time(NIGHT_STARTS)), zone)
    until = resolve(datetime.combine(began_on + DAY, time(NIGHT_ENDS)), zone)
    if at > until + OFFERED_FOR:
        return None
    until = min(until, at)
    pages = len(page_counts(since=since, until=until, users=[user.pk]))
    worked = _worked(user, since=since, until=until)
    if pages >= settings.ONCALL_HARD_NIGHT_PAGES or worked >= settings.ONCALL_HARD_NIGHT_MINUTES:
        return Night(began_on, pages, worked)
    return None


def _worked(user: User, *, since: datetime, until: datetime) -> int:
    """Minutes of work; what was worked on at the same time counts once."""
    rows = WorkInterval.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=since), user=user, started_at__lt=until
    )
    spans = (
        (max(start, since), min(end or until, until)) for start, end in rows.values_list("started_at", "ended_at")
    )
    return sum((end - start) // MINUTE for start, end in joined(spans))


def offer(user: User, *, at: datetime) -> Offer | None:
    """What the person may give away now; None without a hard night, or without a shift to come."""
    night = hard_night(user, at=at)
    if night is None:
        return None
    asked = ReliefRequest.objects.filter(user=user, night_on=night.began_on).select_related("schedule", "swap").first()
    if asked is not None:
        return Offer(night, asked.schedule, asked.starts_at, asked.ends_at, asked)
    found = next_shift(user, at=at)
    return Offer(night, *found) if found else None


def next_shift(user: User, *, at: datetime) -> tuple[Schedule, datetime, datetime] | None:
    """The person's next shift on any schedule; of one that runs, the coming day from the next minute on."""
    since = floor_minute(at) + MINUTE
    until = since + AHEAD
    ids = naming([user.pk], since=since)
    if not ids:
        return None
    found = [
        (shift.starts_at, shift.ends_at, roster.schedule)
        for roster in load(ids=ids, since=since, until=until)
        for shift in gather(roster.plan, since=since, until=until).shifts
        if shift.user == user.pk
    ]
    if not found:
        return None
    starts_at, ends_at, schedule = min(found, key=lambda one: (one[0], one[1], one[2].pk))
    if starts_at == since:
        ends_at = min(ends_at, starts_at + MOST_OF_RUNNING)
    return schedule, starts_at, ends_at


@transaction.atomic
def ask(*, actor: User, at: datetime) -> ReliefRequest:
    """Ask others to take the next shift, once a night. Raises NoRelief, also with the words of a swap refused."""
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    found = offer(actor, at=at)
    if found is None:
        raise NoRelief("There is no hard night to rest from, or no shift of yours in the next five weeks.")
    if found.asked is not None:
        return found.asked
    note = f"After a hard night: {found.night.pages} pages, {found.night.worked_minutes} minutes of work."
    try:
        swap = swaps.request(
            schedule=found.schedule,
            starts_at=found.starts_at,
            ends_at=found.ends_at,
            actor=actor,
            at=at,
            note=note,
        )
    except ValidationError as refusal:
        raise NoRelief(" ".join(refusal.messages)) from None
    return ReliefRequest.objects.create(
        user=actor,
        schedule=found.schedule,
        night_on=found.night.began_on,
        pages=found.night.pages,
        worked_minutes=found.night.worked_minutes,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        asked_at=at,
        swap=swap,
    )


def asked(*, team: Team, viewer: Any, at: datetime) -> QuerySet[ReliefRequest]:
    """Who of a team's rota asked lately; for its planners all, for others their own."""
    rows = ReliefRequest.objects.filter(schedule__team=team, asked_at__gte=at - _SHOWN_FOR)
    if not permissions.can_manage_team(viewer, team):
        rows = rows.filter(user=viewer)
    return rows.select_related("user", "schedule", "swap").order_by("-asked_at", "-pk")
