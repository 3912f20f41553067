"""What a feed was told before, compared with what is true now: changes count up, what vanished is cancelled."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from oncall.feeds.shifts import FeedShift, shifts_of, window
from oncall.models import FeedEvent, FeedToken

CANCELLED_FOR = timedelta(days=30)
_CHANGED = ("ends_at", "summary", "sequence", "modified_at", "cancelled_at")


@transaction.atomic
def update_events(*, feed: FeedToken, at: datetime) -> list[FeedEvent]:
    """The events of the feed now, in order, and the memory of them (R-I1).

    A shift that vanished stays for 30 days as cancelled. Nothing is written while nothing changes.
    """
    # One at a time: two calendars that poll together must not both count a change.
    FeedToken.objects.select_for_update(no_key=True, of=("self",)).get(pk=feed.pk)
    told = {event.uid: event for event in feed.events.select_related("schedule")}
    fresh, changed = _compare(feed, told, shifts_of(feed, at=at), at=at)
    FeedEvent.objects.bulk_create(fresh)
    FeedEvent.objects.bulk_update(changed, _CHANGED, batch_size=500)
    since, _ = window(at)
    over = [event for event in told.values() if _is_over(event, since)]
    if over:
        FeedEvent.objects.filter(pk__in=[event.pk for event in over]).delete()
    shown = [event for event in (*told.values(), *fresh) if not _is_over(event, since) and _is_shown(event, at)]
    return sorted(shown, key=lambda event: (event.starts_at, event.uid))


def _is_over(event: FeedEvent, since: datetime) -> bool:
    """Whether it left the range by growing old, which is no news to anybody."""
    return event.ends_at <= since and (event.cancelled_at is None or event.cancelled_at <= since)


def _is_shown(event: FeedEvent, at: datetime) -> bool:
    return event.cancelled_at is None or event.cancelled_at > at - CANCELLED_FOR


def _compare(
    feed: FeedToken, told: dict[str, FeedEvent], shifts: Iterable[FeedShift], *, at: datetime
) -> tuple[list[FeedEvent], list[FeedEvent]]:
    """The events to be written for the first time, and those that changed."""
    since, _ = window(at)
    fresh, changed, seen = [], [], set()
    for shift in shifts:
        event = told.get(shift.uid) or (_begun(told, shift) if shift.is_cut else None)
        seen.add(event.uid if event else shift.uid)
        if event is None:
            fresh.append(_event(feed, shift, at=at))
        elif (event.ends_at, event.summary, event.cancelled_at) != (shift.ends_at, shift.summary, None):
            event.ends_at, event.summary, event.cancelled_at = shift.ends_at, shift.summary, None
            changed.append(_counted_up(event, at=at))
    for uid, event in told.items():
        if uid not in seen and event.cancelled_at is None and not _is_over(event, since):
            event.cancelled_at = at
            changed.append(_counted_up(event, at=at))
    return fresh, changed


def _begun(told: dict[str, FeedEvent], shift: FeedShift) -> FeedEvent | None:
    """The event under which a shift that goes back further than one looks was told, to be the same for ever."""
    return next(
        (
            event
            for event in told.values()
            if (event.schedule_id, event.user_id, event.cancelled_at) == (shift.schedule.pk, shift.user, None)
            and event.starts_at < shift.starts_at <= event.ends_at
        ),
        None,
    )


def _counted_up(event: FeedEvent, *, at: datetime) -> FeedEvent:
    event.sequence += 1
    event.modified_at = at
    return event


def _event(feed: FeedToken, shift: FeedShift, *, at: datetime) -> FeedEvent:
    return FeedEvent(
        feed=feed,
        uid=shift.uid,
        schedule=shift.schedule,
        user_id=shift.user,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        summary=shift.summary,
        created_at=at,
        modified_at=at,
    )
