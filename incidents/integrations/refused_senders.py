"""Senders whose requests are refused although their key is right: told to the operators by the engine."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max

from incidents.models import Integration, TimelineEntry
from incidents.response.operators import declare_for_operators

TITLE = "Alerts of senders are refused"
MANY = 10
_LOCK = 7_102
# Refusals of the last hour that were not reported before; those of a paused integration are none.
_RECENT = """
    SELECT integration_id, count(*), min(received_at), max(id)
    FROM incidents_event
    WHERE outcome = 'rejected' AND received_at > %(since)s AND received_at <= %(at)s
      AND NOT while_paused
    GROUP BY integration_id ORDER BY integration_id"""
_IS_FIRST = """
    SELECT NOT EXISTS (
        SELECT FROM incidents_event WHERE integration_id = %(id)s AND outcome = 'rejected'
          AND received_at >= %(first)s - interval '7 days' AND received_at < %(first)s
          AND NOT while_paused)
      AND EXISTS (SELECT FROM incidents_event WHERE integration_id = %(id)s AND outcome <> 'rejected')"""
# At most the newest 1,000 are read, so that the check stays cheap during a flood.
REFUSED_SQL = """
    SELECT DISTINCT integration.name FROM (
        SELECT integration_id FROM incidents_event
        WHERE outcome = 'rejected' AND received_at > %(at)s - interval '1 day'
          AND NOT while_paused
        ORDER BY received_at DESC LIMIT 1000) newest
    JOIN incidents_integration integration ON integration.id = integration_id"""


@transaction.atomic
def report_refused(*, at: datetime) -> int:
    """Report integrations with ten refusals within an hour, or a first one in seven days after accepted events.

    One incident opens for the operators; later reports join it. Returns the number of reports.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    return sum(_report(integration_id, at=at) for integration_id in _recent(at - timedelta(hours=1), at))


def _recent(since: datetime, at: datetime) -> dict[int, tuple[int, datetime, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, {"since": since, "at": at})
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}


def _report(integration_id: int, *, at: datetime) -> int:
    name = f"refused:{integration_id}:"
    entries = TimelineEntry.objects.filter(ticket__title=TITLE, source__startswith=name)
    reported_at = entries.aggregate(newest=Max("at"))["newest"]
    since = max(filter(None, (reported_at, at - timedelta(hours=1))))
    recent = _recent(since, at).get(integration_id)
    if recent is None:
        return 0
    count, first_at, event_id = recent
    if count < MANY and not _is_first(integration_id, first_at):
        return 0
    integration = Integration.objects.get(pk=integration_id)
    requests = "1 request" if count == 1 else f"{count} requests"
    ticket = declare_for_operators(
        title=TITLE,
        description="The key is right, but what was sent cannot be taken. The integration's page shows why.",
        because=f"{requests} of {integration.name} were refused within an hour; see {integration.get_absolute_url()}.",
        at=at,
        source=f"{name}{event_id}",
    )
    return int(ticket is not None)


def _is_first(integration_id: int, first_at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_IS_FIRST, {"id": integration_id, "first": first_at})
        return bool(cursor.fetchone()[0])
