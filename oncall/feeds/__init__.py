"""Calendar feeds (R-I1): secret addresses that show shifts in a calendar program.

`shifts` asks the resolver, `events` stores what each feed showed before, `ical` writes the iCalendar, `tokens`
creates, finds and revokes feeds.
"""

from oncall.feeds.events import update_events
from oncall.feeds.ical import render
from oncall.feeds.tokens import create_feed, find_feed, record_use, revoke_feed

__all__ = ["create_feed", "find_feed", "record_use", "render", "revoke_feed", "update_events"]
