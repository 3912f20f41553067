"""Merges the fresh words of tickets into one row a ticket, so that words of several notes are found together."""

from datetime import datetime, timedelta

from django.db import connection, transaction

BATCH = 200
WAIT = timedelta(seconds=30)
"""Fresh words are found at once; those of a busy conversation are merged together."""
DUE = "SELECT min(fresh_since) + interval '30 seconds' FROM incidents_tickettext WHERE fresh_since IS NOT NULL"
_LOCK = 0x5EA2C4
# One statement reads what was committed before it began: a row is deleted only if its words are in what is built.
_MERGE = """
    WITH picked AS MATERIALIZED (
        SELECT id, ticket_id FROM incidents_tickettext
        WHERE fresh_since <= %(until)s ORDER BY fresh_since, id DESC LIMIT %(rows)s
    ), gone AS (
        DELETE FROM incidents_tickettext WHERE id IN (SELECT id FROM picked)
    ), read AS MATERIALIZED (
        SELECT ticket.id, ticket.visibility, ticket.title || ' ' || left(ticket.description, 50000) AS head,
            coalesce((SELECT string_agg(entry.text, ' ' ORDER BY entry.id DESC) FROM incidents_timelineentry entry
                      WHERE entry.ticket_id = ticket.id AND entry.kind IN ('note', 'comment')), '') AS talk
        FROM incidents_ticket ticket WHERE ticket.id IN (SELECT ticket_id FROM picked)
    ), spelled AS (
        INSERT INTO incidents_spelling (word)
        SELECT DISTINCT word FROM read,
            regexp_split_to_table(unaccent(lower(left(head || ' ' || talk, 150000))), '[^[:alpha:]]+') word
        WHERE read.visibility = 'open' AND length(word) BETWEEN 4 AND 24
        ON CONFLICT DO NOTHING
    )
    INSERT INTO incidents_tickettext (ticket_id, vector)
    SELECT id, strip(holdfast_vector(head) || holdfast_vector(talk)) FROM read
    ON CONFLICT (ticket_id) WHERE fresh_since IS NULL DO UPDATE SET vector = excluded.vector
"""


@transaction.atomic
def merge(*, at: datetime) -> int:
    """Merge what has been fresh for a while, of some tickets; returns of how many."""
    with connection.cursor() as cursor:
        # One engine at a time: another would overwrite the row with words that it has read before.
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute(_MERGE, {"until": at - WAIT, "rows": BATCH})
        return cursor.rowcount
