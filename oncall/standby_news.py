"""Tells the apps above that something has changed by which people can be reached; their checks run again then."""

from collections.abc import Iterable
from datetime import datetime

from oncall.signals import standby_changed


def changed(
    *,
    at: datetime,
    schedules: Iterable[int] = (),
    policies: Iterable[int] = (),
    teams: Iterable[int] = (),
    users: Iterable[int] = (),
) -> None:
    """Called by the verb that changed them, in its transaction."""
    standby_changed.send(
        sender=None, at=at, schedules=set(schedules), policies=set(policies), teams=set(teams), users=set(users)
    )
