"""The engine's sweep of clocks: claims tickets that are due or stale, records facts, and tells people (K-35).

Claims are short and skip what somebody has locked, so that nobody who answers a page waits. A claim is a lease: the
ticket falls due again if the engine dies before it has written.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction

from config.base.data.rests import Rests, run_batch
from incidents.clocks.actions import carry_out
from incidents.sla import storage

CHUNK = 50
LEASE = timedelta(seconds=30)
DUE = """
    SELECT least((SELECT min(sla_next_at) FROM incidents_ticket WHERE sla_next_at IS NOT NULL),
                 (SELECT min(since) FROM incidents_slastale))
"""
LATE = """
    SELECT 'ticket ' || id FROM incidents_ticket WHERE sla_next_at < %(at)s - interval '5 minutes'
    UNION SELECT 'ticket ' || ticket_id FROM incidents_slastale WHERE since < %(at)s - interval '5 minutes'
"""
_CLAIM = """
    WITH picked AS (
        SELECT id FROM incidents_ticket
        WHERE id IN (
            (SELECT id FROM incidents_ticket WHERE sla_next_at <= %(at)s ORDER BY sla_next_at LIMIT %(chunk)s)
            UNION
            SELECT ticket_id FROM (SELECT ticket_id FROM incidents_slastale ORDER BY since LIMIT %(rows)s) AS stale
        ) LIMIT %(chunk)s
        FOR NO KEY UPDATE SKIP LOCKED
    ), seen AS (
        DELETE FROM incidents_slastale WHERE ticket_id IN (SELECT id FROM picked)
    )
    UPDATE incidents_ticket SET sla_next_at = %(lease)s WHERE id IN (SELECT id FROM picked) RETURNING id
"""
_unreadable: Rests[int] = Rests(first=30.0, longest=3600.0)


def sweep(*, at: datetime) -> int:
    """Bring the clocks of due and stale tickets up to date; returns how many. One bad row stops no other."""
    claimed = _claim(at)
    if claimed:
        run_batch("sla", claimed, partial(_refresh, at=at), rests=_unreadable, at=at)
    return len(claimed)


@transaction.atomic
def _claim(at: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"at": at, "lease": at + LEASE, "chunk": CHUNK, "rows": CHUNK * 4})
        return [pk for (pk,) in cursor.fetchall()]


def _refresh(ticket_ids: Sequence[int], *, at: datetime) -> dict[int, None]:
    with transaction.atomic():
        for news in storage.refresh(ticket_ids=ticket_ids, at=at):
            carry_out(ticket=news.ticket, cycle_row=news.cycle, percent=news.percent, is_breach=news.is_breach, at=at)
    return dict.fromkeys(ticket_ids)
