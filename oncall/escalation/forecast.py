"""Who is paged next, and when: runs the machine ahead without saving, so that a screen can show it."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.base.data.isolation import prepare_each
from oncall.escalation import machine
from oncall.escalation.freezing import thaw
from oncall.escalation.reaching import Reach
from oncall.escalation.running import state_of
from oncall.models import Escalation, EscalationStep, User

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Forecast:
    """The next firing if nobody answers: its time, and the names; no names when it would reach nobody."""

    due_at: datetime
    names: tuple[str, ...]


def forecast(escalations: Iterable[Escalation]) -> dict[int, Forecast]:
    """Forecasts by escalation id, without those that have nothing due; constant number of queries.

    An escalation that cannot be read has its time and no names, and hides no other's.
    """
    rows = {row.pk: (row, row.next_at) for row in escalations if row.next_at is not None}

    def look_ahead(keys: Sequence[int]) -> dict[int, tuple[int, ...]]:
        return _people([rows[key] for key in keys])

    people, failed = prepare_each(rows, look_ahead)
    for key, error in failed.items():
        logger.error("escalation.no_forecast", extra={"escalation": key}, exc_info=error)
    user_ids = {user_id for ids in people.values() for user_id in ids}
    names = dict(User.objects.filter(pk__in=user_ids).values_list("pk", "name")) if user_ids else {}
    return {
        key: Forecast(due_at, tuple(names[user_id] for user_id in people.get(key, ()) if user_id in names))
        for key, (_, due_at) in rows.items()
    }


def _people(rows: Sequence[tuple[Escalation, datetime]]) -> dict[int, tuple[int, ...]]:
    """The people whom the next firing of each escalation would reach."""
    policies = {row.pk: thaw(row.frozen_policy, team=row.team_id) for row, _ in rows}
    times = [due_at for _, due_at in rows]
    reach = Reach(policies.values(), since=min(times), until=max(times))
    steps = {step["id"] for row, _ in rows for step in row.frozen_policy["steps"] if "id" in step}
    cursors = dict(EscalationStep.objects.filter(pk__in=steps).values_list("pk", "next_target")) if steps else {}
    people: dict[int, tuple[int, ...]] = {}
    for row, due_at in rows:
        places = {n: cursors.get(step.get("id"), 0) for n, step in enumerate(row.frozen_policy["steps"])}
        _, log = machine.advance(policies[row.pk], replace(state_of(row), cursors=places), at=due_at, reach=reach)
        reached = (int(str(person.user)) for line in log for person in line.reached)
        people[row.pk] = tuple(dict.fromkeys(reached))
    return people
