"""Who is on call, at any instant and over any range: the one resolver, its rows and its verbs.

`wall_clock`, `restrictions`, `rotation`, `coverage` and `final` are pure: they know neither the database
nor the clock. `loading` fetches what they need; `asking` is what pages, the pager and the API call.
"""

from oncall.schedules.loading import Roster, load
from oncall.schedules.queries import NOBODY, STINT_LIMIT, Turn, load_at, load_range, on_call, stint, zone_of
from oncall.schedules.wall_clock import resolve

__all__ = [
    "NOBODY",
    "STINT_LIMIT",
    "Roster",
    "Turn",
    "load",
    "load_at",
    "load_range",
    "on_call",
    "resolve",
    "stint",
    "zone_of",
]
