"""Calendar feeds (R-I1): secret addresses that show shifts in anybody's calendar.

`shifts` asks the resolver, `telling` remembers what each feed was told, `writing` makes the iCalendar.
"""

from oncall.feeds.events import update_events
from oncall.feeds.ical import write
from oncall.feeds.tokens import create_feed, find_feed, note_use, revoke_feed

__all__ = ["create_feed", "find_feed", "note_use", "revoke_feed", "update_events", "write"]
