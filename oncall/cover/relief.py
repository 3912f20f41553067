"""After a hard night a person may offer their next shift for a swap; their planner sees it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from config.base.data.clock import floor_minute
from config.base.data.lifecycle import Refusal
from oncall import permissions
from oncall.cover import swaps
from oncall.load.page_history import NIGHT_ENDS, NIGHT_STARTS, person_pages
from oncall.models import ReliefRequest, Schedule, Team, User, WorkInterval
from oncall.schedules.loading import load, schedules_naming
from oncall.schedules.timeline import build_timeline, merge_intervals
from oncall.schedules.wall_clock import DAY, MINUTE, resolve, wall_time

# How long after a night relief is offered, and how far ahead the next shift is searched.
OFFERED_FOR = timedelta(hours=18)
LOOK_AHEAD = timedelta(days=35)
# Of a shift that is running already, at most the coming day is given away.
MAX_OF_RUNNING_SHIFT = timedelta(days=1)
_LISTED_FOR = timedelta(days=14)


class NoRelief(Refusal):
    """There was no hard night, or there is no shift to give away; the message says which."""


@dataclass(frozen=True)
class Night:
    """A hard night: the day on which it began, the number of pages, and the minutes of work."""

    began_on: date
    pages: int
    worked_minutes: int


@dataclass(frozen=True)
class ReliefOffer:
    """A shift that may be given away after a hard night; `request` is set once relief was requested."""

    night: Night
    schedule: Schedule
    starts_at: datetime
    ends_at: datetime
    request: ReliefRequest | None = None


def hard_night(user: User, *, at: datetime) -> Night | None:
    """The current or last night in the person's time zone, if it was a hard one; two queries."""
    zone = ZoneInfo(user.time_zone)
    local = wall_time(at, zone)
    began_on = local.date() if local.hour >= NIGHT_STARTS else local.date() - DAY
    since = resolve(datetime.combine(began_on, time(NIGHT_STARTS)), zone)
    until = resolve(datetime.combine(began_on + DAY, time(NIGHT_ENDS)), zone)
    if at > until + OFFERED_FOR:
        return None
    until = min(until, at)
    pages = len(person_pages(since=since, until=until, users=[user.pk]))
    worked_minutes = _worked_minutes(user, since=since, until=until)
    if pages >= settings.ONCALL_HARD_NIGHT_PAGES or worked_minutes >= settings.ONCALL_HARD_NIGHT_MINUTES:
        return Night(began_on, pages, worked_minutes)
    return None


def _worked_minutes(user: User, *, since: datetime, until: datetime) -> int:
    """Minutes of work; work intervals that overlap count once."""
    rows = WorkInterval.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=since), user=user, started_at__lt=until
    )
    spans = (
        (max(start, since), min(end or until, until)) for start, end in rows.values_list("started_at", "ended_at")
    )
    return sum((end - start) // MINUTE for start, end in merge_intervals(spans))


def relief_offer(user: User, *, at: datetime) -> ReliefOffer | None:
    """The shift that the person may give away now; None without a hard night or a coming shift."""
    night = hard_night(user, at=at)
    if night is None:
        return None
    requests = ReliefRequest.objects.filter(user=user, night_on=night.began_on)
    request = requests.select_related("schedule", "swap").first()
    if request is not None:
        return ReliefOffer(night, request.schedule, request.starts_at, request.ends_at, request)
    shift = next_shift(user, at=at)
    return ReliefOffer(night, *shift) if shift else None


def next_shift(user: User, *, at: datetime) -> tuple[Schedule, datetime, datetime] | None:
    """The person's next shift on any schedule; of a running shift, the coming day from the next minute on."""
    since = floor_minute(at) + MINUTE
    until = since + LOOK_AHEAD
    ids = schedules_naming([user.pk], since=since)
    if not ids:
        return None
    shifts = [
        (shift.starts_at, shift.ends_at, roster.schedule)
        for roster in load(ids=ids, since=since, until=until)
        for shift in build_timeline(roster.plan, since=since, until=until).shifts
        if shift.user == user.pk
    ]
    if not shifts:
        return None
    starts_at, ends_at, schedule = min(shifts, key=lambda shift: (shift[0], shift[1], shift[2].pk))
    if starts_at == since:
        ends_at = min(ends_at, starts_at + MAX_OF_RUNNING_SHIFT)
    return schedule, starts_at, ends_at


@transaction.atomic
def request_relief(*, actor: User, at: datetime) -> ReliefRequest:
    """Ask others to take the next shift, once a night. Raises NoRelief, also if the swap is refused."""
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    offer = relief_offer(actor, at=at)
    if offer is None:
        raise NoRelief("You had no hard night, or you have no shift in the next five weeks.")
    if offer.request is not None:
        return offer.request
    note = f"After a hard night: {offer.night.pages} pages, {offer.night.worked_minutes} minutes of work."
    try:
        swap = swaps.request(
            schedule=offer.schedule,
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            actor=actor,
            at=at,
            note=note,
        )
    except ValidationError as refusal:
        raise NoRelief(" ".join(refusal.messages)) from None
    return ReliefRequest.objects.create(
        user=actor,
        schedule=offer.schedule,
        night_on=offer.night.began_on,
        pages=offer.night.pages,
        worked_minutes=offer.night.worked_minutes,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        requested_at=at,
        swap=swap,
    )


def relief_requests(*, team: Team, viewer: User, at: datetime) -> QuerySet[ReliefRequest]:
    """Recent relief requests of a team: all of them for its planners, for others only their own."""
    rows = ReliefRequest.objects.filter(schedule__team=team, requested_at__gte=at - _LISTED_FOR)
    if not permissions.can_manage_team(viewer, team):
        rows = rows.filter(user=viewer)
    return rows.select_related("user", "schedule", "swap").order_by("-requested_at", "-pk")
