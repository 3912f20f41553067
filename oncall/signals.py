"""Signals for the apps above; they listen in their `receivers.py`.

`escalation_acknowledged` is sent inside the transaction, with the subject's row already locked. `page_changed`
and `escalation_logged` are sent by the engine after the commit, and repeated until every receiver has succeeded,
so a receiver can neither undo nor repeat a page. `reachability_changed` is sent inside the transaction of the
change.
"""

from collections.abc import Iterable
from datetime import datetime

from django.dispatch import Signal

escalation_acknowledged = Signal()
"""escalation, at, actor"""

page_changed = Signal()
"""page (with escalation and user), at"""

escalation_logged = Signal()
"""entry (with escalation), at; for every entry except "page" and "news", which `page_changed` covers"""

reachability_changed = Signal()
"""at, schedules, policies, teams, users: keys of what has changed and may change who can be reached"""


def send_reachability_changed(
    *,
    at: datetime,
    schedules: Iterable[int] = (),
    policies: Iterable[int] = (),
    teams: Iterable[int] = (),
    users: Iterable[int] = (),
) -> None:
    """Send `reachability_changed`; the function that makes the change calls this in its transaction.

    The keywords are primary keys of what has changed.
    """
    reachability_changed.send(
        sender=None, at=at, schedules=set(schedules), policies=set(policies), teams=set(teams), users=set(users)
    )
