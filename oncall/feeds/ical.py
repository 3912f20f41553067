"""Write events as iCalendar: in UTC, without recurrence, lines folded, in a stable order (R-I1)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from config.base.net import links
from oncall.models import FeedEvent, FeedKind, FeedToken

REFRESH = timedelta(minutes=15)
_PRODID = "-//Holdfast//On call//EN"


def render(*, feed: FeedToken, events: Iterable[FeedEvent]) -> bytes:
    """The feed as `text/calendar`: the same events give the same bytes."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODID)
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", feed_title(feed))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for event in events:
        calendar.add_component(_vevent(event))
    return calendar.to_ical()


def feed_title(feed: FeedToken) -> str:
    """The feed's name in a calendar program."""
    if feed.kind == FeedKind.OWN_SHIFTS or feed.schedule is None:
        return f"On call: {feed.owner.name}"
    return f"On call: {feed.schedule.name}"


def _vevent(event: FeedEvent) -> Event:
    component = Event()
    modified_at = _whole_second(event.modified_at)
    component.add("uid", f"{event.uid}@holdfast")
    component.add("summary", event.summary)
    component.add("dtstart", event.starts_at.astimezone(UTC))
    component.add("dtend", event.ends_at.astimezone(UTC))
    component.add("dtstamp", modified_at)
    component.add("created", _whole_second(event.created_at))
    component.add("last-modified", modified_at)
    component.add("sequence", event.sequence)
    component.add("status", "CANCELLED" if event.cancelled_at else "CONFIRMED")
    # Being on call does not make a person busy.
    component.add("transp", "TRANSPARENT")
    component.add("url", links.absolute_url(event.schedule.get_absolute_url()))
    return component


def _whole_second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
