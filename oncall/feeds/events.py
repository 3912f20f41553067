"""Compare what a feed showed before with the shifts of now: changes are counted, and removed shifts are cancelled."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from oncall.feeds.shifts import FeedShift, shifts_of, window
from oncall.models import FeedEvent, FeedToken

CANCELLED_SHOWN_FOR = timedelta(days=30)
_CHANGED_FIELDS = ("ends_at", "summary", "sequence", "modified_at", "cancelled_at")


@transaction.atomic
def update_events(*, feed: FeedToken, at: datetime) -> list[FeedEvent]:
    """Update and return the events of the feed, in order (R-I1).

    A shift that no longer exists stays for 30 days as cancelled. Nothing is written if nothing changes.
    """
    # One at a time: two calendars that poll together must not both count a change.
    FeedToken.objects.select_for_update(no_key=True, of=("self",)).get(pk=feed.pk)
    events = {event.uid: event for event in feed.events.select_related("schedule")}
    new_events, changed_events = _compare(feed, events, shifts_of(feed, at=at), at=at)
    FeedEvent.objects.bulk_create(new_events)
    FeedEvent.objects.bulk_update(changed_events, _CHANGED_FIELDS, batch_size=500)
    since, _ = window(at)
    past_events = [event for event in events.values() if _is_over(event, since)]
    if past_events:
        FeedEvent.objects.filter(pk__in=[event.pk for event in past_events]).delete()
    visible_events = [
        event for event in (*events.values(), *new_events) if not _is_over(event, since) and _is_visible(event, at)
    ]
    return sorted(visible_events, key=lambda event: (event.starts_at, event.uid))


def _is_over(event: FeedEvent, since: datetime) -> bool:
    """Whether it left the range because it is over; that is no change."""
    return event.ends_at <= since and (event.cancelled_at is None or event.cancelled_at <= since)


def _is_visible(event: FeedEvent, at: datetime) -> bool:
    return event.cancelled_at is None or event.cancelled_at > at - CANCELLED_SHOWN_FOR


def _compare(
    feed: FeedToken, events: dict[str, FeedEvent], shifts: Iterable[FeedShift], *, at: datetime
) -> tuple[list[FeedEvent], list[FeedEvent]]:
    """The new events, and those that changed."""
    since, _ = window(at)
    new_events, changed_events, seen = [], [], set()
    for shift in shifts:
        event = events.get(shift.uid) or (_earlier_event(events, shift) if shift.is_cut else None)
        seen.add(event.uid if event else shift.uid)
        if event is None:
            new_events.append(_new_event(feed, shift, at=at))
        elif (event.ends_at, event.summary, event.cancelled_at) != (shift.ends_at, shift.summary, None):
            event.ends_at, event.summary, event.cancelled_at = shift.ends_at, shift.summary, None
            changed_events.append(_count_change(event, at=at))
    for uid, event in events.items():
        if uid not in seen and event.cancelled_at is None and not _is_over(event, since):
            event.cancelled_at = at
            changed_events.append(_count_change(event, at=at))
    return new_events, changed_events


def _earlier_event(events: dict[str, FeedEvent], shift: FeedShift) -> FeedEvent | None:
    """The stored event of a shift that began before the range, so that its identity stays the same."""
    return next(
        (
            event
            for event in events.values()
            if (event.schedule_id, event.user_id, event.cancelled_at) == (shift.schedule.pk, shift.user, None)
            and event.starts_at < shift.starts_at <= event.ends_at
        ),
        None,
    )


def _count_change(event: FeedEvent, *, at: datetime) -> FeedEvent:
    event.sequence += 1
    event.modified_at = at
    return event


def _new_event(feed: FeedToken, shift: FeedShift, *, at: datetime) -> FeedEvent:
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
