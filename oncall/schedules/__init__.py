"""Who is on call, at any instant and over any range: the resolver, its data and its functions.

`wall_clock`, `restrictions`, `rotation`, `coverage` and `final` are pure: they use neither the database
nor the clock. `loading` fetches what they need; pages, escalations and the API call `queries`.
"""

from oncall.schedules.loading import Roster, load
from oncall.schedules.queries import (
    NOBODY,
    STINT_LIMIT,
    Turn,
    end_of_stint,
    load_at,
    load_range,
    on_call,
    stint,
    zone_of,
)
from oncall.schedules.wall_clock import resolve

__all__ = [
    "NOBODY",
    "STINT_LIMIT",
    "Roster",
    "Turn",
    "end_of_stint",
    "load",
    "load_at",
    "load_range",
    "on_call",
    "resolve",
    "stint",
    "zone_of",
]
