"""Global search over 100,000 tickets with descriptions and notes.

python -m config.embedded python -m tests.bench.bench_search
"""

import os
import time

from django.db import connection
from django.utils import timezone

from tests.bench import bulk_data, measure
from tests.bench.measure import show

TICKETS = int(os.environ.get("BENCH_TICKETS", "100000"))
NOTES = int(os.environ.get("BENCH_NOTES", "3"))
"""Of each ticket; every 200th has `MANY`."""
MANY = 500
AIM_MS = 100
ASKED = {
    "words that hit much": "printer",
    "two words that hit much": "printer pale",
    "a word of every fifth note": "replaced",
    "words that hit little": "replica 4711",
    "a word of one note": "zx77019",
    "a typing error": "printre",
    "a number": "INC-4711",
    "nothing": "quxquux",
    "only common words": "it is the",
    "somebody begins to type": "pri",
}
_WORDS = """(ARRAY['The toner was replaced', 'Waiting for the supplier of the part', 'Restarted the service twice',
    'The caller says it works again', 'Looked at the logs of the database'])[1 + (ticket.id + n) %% 5]"""


def main() -> None:
    """Fill, merge the words, and measure page, part and endpoint."""
    anchor = measure.anchor_ms(os.environ["DATABASE_URL"])
    with bulk_data.scratch():
        bulk_data.fill(TICKETS)
        _talk()
        began = time.monotonic()
        _merge()
        show(
            f"anchor: one row inserted with its commit: {anchor:.2f} ms CPU; {TICKETS:,} tickets;"
            f" their words merged in {time.monotonic() - began:.0f} s"
        )
        client = bulk_data.reader()
        client.get("/search/?q=first")
        for name, words in ASKED.items():
            url = f"/api/v1/search/?q={words.replace(' ', '+')}"
            spent, queries = bulk_data.cost(client, url)
            kinds = client.get(url).json()["kinds"]
            counts = ", ".join(f"{kind['kind']} {kind['open_count']}+{kind['done_count']}" for kind in kinds)
            show(f"{name:28} {spent:6.1f} ms CPU (aim {AIM_MS}), {queries} queries, x {spent / anchor:.0f}: {counts}")
        spent, queries = bulk_data.cost(client, "/search/?q=printer")
        show(f"{'the page':28} {spent:6.1f} ms CPU, {queries} queries")
        _measure_writing()


def _talk() -> None:
    """Descriptions, and notes of two sentences; one note has a word of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            """UPDATE incidents_ticket SET description = 'The person at desk ' || number || ' in room ' || number % 97
                || ' says that the machine stopped this morning and shows an error that nobody has seen before.'"""
        )
        cursor.execute(
            f"""INSERT INTO incidents_timelineentry (ticket_id, kind, at, recorded_at, text, data, source)
                SELECT ticket.id, 'note', ticket.created_at, ticket.created_at, {_WORDS}
                    || ' for room ' || n || CASE WHEN ticket.number = 77019 AND n = 1 THEN ' zx77019' ELSE '' END,
                    '{{}}', ''
                FROM incidents_ticket ticket,
                    generate_series(1, CASE WHEN ticket.number %% 200 = 0 THEN %s ELSE %s END) n
                ORDER BY ticket.id""",  # noqa: S608 - all of it is ours
            [MANY, NOTES],
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE incidents_ticket, incidents_timelineentry, incidents_tickettext")
        cursor.execute("RESET statement_timeout")


def _merge() -> None:
    from incidents.tickets import search_texts  # noqa: PLC0415 - Django must be ready

    at = timezone.now() + search_texts.WAIT
    while search_texts.merge(at=at):
        pass
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE incidents_tickettext, incidents_spelling")


def _measure_writing() -> None:
    """What the triggers add to an entry: a page has none, a note has one."""
    from incidents.models import Ticket  # noqa: PLC0415 - Django must be ready
    from incidents.tickets import timeline  # noqa: PLC0415

    key = Ticket.objects.latest("pk").pk
    for kind in ("page", "note"):
        before = bulk_data.spent()
        for _ in range(300):
            timeline.record(ticket_id=key, kind=kind, text="Restarted the service twice.", at=timezone.now())
        show(f"{f'an entry, {kind}':28} {(bulk_data.spent() - before) * 1000 / 300:6.2f} ms CPU")


if __name__ == "__main__":
    main()
