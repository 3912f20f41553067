"""iCalendar out of events: UTC, concrete, folded, in an order that does not change (R-I1)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from config.base.net import links
from oncall.models import FeedEvent, FeedKind, FeedToken

REFRESH = timedelta(minutes=15)
_PRODID = "-//Holdfast//On call//EN"


def write(*, feed: FeedToken, events: Iterable[FeedEvent]) -> bytes:
    """The feed as `text/calendar`: the same events give the same bytes."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODID)
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title(feed))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for event in events:
        calendar.add_component(_vevent(event))
    return calendar.to_ical()


def title(feed: FeedToken) -> str:
    """The feed's name in somebody's calendar."""
    if feed.kind == FeedKind.MINE or feed.schedule is None:
        return f"On call: {feed.owner.name}"
    return f"On call: {feed.schedule.name}"


def _vevent(event: FeedEvent) -> Event:
    found = Event()
    modified_at = _second(event.modified_at)
    found.add("uid", f"{event.uid}@holdfast")
    found.add("summary", event.summary)
    found.add("dtstart", event.starts_at.astimezone(UTC))
    found.add("dtend", event.ends_at.astimezone(UTC))
    found.add("dtstamp", modified_at)
    found.add("created", _second(event.created_at))
    found.add("last-modified", modified_at)
    found.add("sequence", event.sequence)
    found.add("status", "CANCELLED" if event.cancelled_at else "CONFIRMED")
    # Standing by does not make anybody busy.
    found.add("transp", "TRANSPARENT")
    found.add("url", links.absolute_url(event.schedule.get_absolute_url()))
    return found


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
