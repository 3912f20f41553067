"""Pages by person, and whether they came at night; read from the append-only log of escalations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# Hours of the night, in the paged person's time zone.
NIGHT_STARTS, NIGHT_ENDS = 23, 6
_ROWS = """
    SELECT (person->>'user')::bigint, entry.at, entry.escalation_id,
           extract(hour FROM entry.at AT TIME ZONE sleeper.time_zone) >= %(night_starts)s
           OR extract(hour FROM entry.at AT TIME ZONE sleeper.time_zone) < %(night_ends)s
    FROM oncall_escalationentry entry
    CROSS JOIN LATERAL jsonb_array_elements(entry.detail->'people') person
    JOIN oncall_user sleeper ON sleeper.id = (person->>'user')::bigint
    WHERE entry.event = 'page' AND entry.at >= %(since)s AND entry.at < %(until)s
      AND (%(schedules)s::bigint[] IS NULL OR (person->'because'->>'schedule')::bigint = ANY(%(schedules)s))
      AND (%(users)s::bigint[] IS NULL OR sleeper.id = ANY(%(users)s))
    ORDER BY entry.at, entry.id
"""


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person was paged by one escalation step; several messages count once."""

    user: int
    at: datetime
    escalation: int
    is_night: bool


def person_pages(
    *, since: datetime, until: datetime, schedules: Iterable[int] | None = None, users: Iterable[int] | None = None
) -> list[PersonPage]:
    """Pages of `[since, until)` in order, in one query; only those through `schedules`, or only to `users`."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ROWS,
            {
                "since": since,
                "until": until,
                "schedules": None if schedules is None else list(schedules),
                "users": None if users is None else list(users),
                "night_starts": NIGHT_STARTS,
                "night_ends": NIGHT_ENDS,
            },
        )
        return [PersonPage(*row) for row in cursor.fetchall()]
