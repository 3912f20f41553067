"""An escalation whose step cannot be fired is put off, and its fallback is paged meanwhile (paging rule 7).

Its policy, its schedule or a row it names cannot be read. The others go on; this one is tried again after a rest
that grows, and the health checks name it.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from config.base.data.isolation import is_database_away, short_text
from oncall import paging
from oncall.escalation import last_resort, machine
from oncall.escalation.running import STATE_COLUMNS, state_of, write_state
from oncall.models import Escalation, EscalationEntry, EscalationEvent

logger = logging.getLogger(__name__)
FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=5)
_MOST_FAILURES = 30_000


def postpone(*, escalation_id: int, error: Exception, at: datetime) -> bool:
    """Note the failure, set the next try, and page the ladder of fallbacks; False if another engine holds the row.

    The ladder is paged at the first failure and then every LONGEST_REST. Raises what `is_database_away` accepts.
    """
    logger.error("escalation.poison", extra={"escalation": escalation_id}, exc_info=error)
    try:
        return _postpone(escalation_id, error, at, is_paging=True)
    except Exception as second:
        if is_database_away(second):
            raise
        logger.exception("escalation.fallback_failed", extra={"escalation": escalation_id})
        return _postpone(escalation_id, error, at, is_paging=False)


@transaction.atomic
def _postpone(escalation_id: int, error: Exception, at: datetime, *, is_paging: bool) -> bool:
    due = Escalation.objects.due(at).filter(pk=escalation_id)
    row = due.select_for_update(skip_locked=True, no_key=True).first()
    if row is None:
        return False
    if row.state != machine.TRIGGERED:
        # The acknowledgement's time-out or the end of a snooze was due: the pages begin again.
        write_state(row, machine.restart(state_of(row), at=at), at=at, actor=None)
    rest = rest_after(row.failures + 1)
    people = []
    if is_paging and (row.failures == 0 or rest == LONGEST_REST):
        people = last_resort.people_for(row)
    row.failures, row.failure = min(row.failures + 1, _MOST_FAILURES), short_text(error)
    row.next_at = at + rest
    detail: dict[str, object] = {"error": row.failure}
    if people:
        row.firing += 1
        paging.create_pages(escalation=row, firing=row.firing, users=people, at=at)
        detail |= {"firing": row.firing, "people": [{"user": key, "because": {"fallback": True}} for key in people]}
    row.save(update_fields=[*STATE_COLUMNS, "failures", "failure"])
    EscalationEntry.objects.create(
        escalation=row,
        at=at,
        event=EscalationEvent.FAILED,
        step=row.step,
        round=row.round,
        detail=detail,
        relay_at=at,
    )
    return True


def rest_after(failures: int) -> timedelta:
    """How long an escalation rests after so many failures in a row: from 5 s, doubled each time, up to 5 min."""
    return min(LONGEST_REST, FIRST_REST * 2 ** min(failures - 1, 10))
