"""The engine's sweep of clocks: claims tickets that are due or stale, records facts, and tells people (K-35).

Claims are short and skip what somebody has locked. Telling people takes far longer than writing rows, so a ticket with
a warning or breach has a transaction of its own: nobody who answers a page of another one waits for it. A claim is a
lease: the ticket falls due again if the engine dies before it has written.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction

from config.base.data.rests import Rests, run_batch
from incidents.clocks.actions import carry_out
from incidents.sla import storage
from incidents.sla.storage import Computed

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
    """Bring these tickets up to date; a second call after an error finds what is recorded and tells nobody twice."""
    computed = storage.compute(ticket_ids=ticket_ids, at=at)
    with_news = storage.with_news(computed, at=at)
    _write({pk: clocks for pk, clocks in computed.items() if pk not in with_news}, at=at)
    for pk in sorted(with_news):
        _write({pk: computed[pk]}, at=at)
    return dict.fromkeys(ticket_ids)


@transaction.atomic
def _write(computed: Mapping[int, Computed], *, at: datetime) -> None:
    """Write the rows and tell people in one transaction, so that neither happens without the other."""
    for news in storage.write(computed, at=at):
        carry_out(ticket=news.ticket, cycle_row=news.cycle, percent=news.percent, is_breach=news.is_breach, at=at)
