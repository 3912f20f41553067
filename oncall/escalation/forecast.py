"""Who is paged next, and when: runs the machine ahead without saving, so that a screen can show it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from oncall.escalation import machine
from oncall.escalation.freezing import thaw
from oncall.escalation.reaching import Reach
from oncall.escalation.running import state_of
from oncall.models import Escalation, EscalationStep, User


@dataclass(frozen=True)
class Forecast:
    """The next firing if nobody answers: its time, and the names; no names when it would reach nobody."""

    due_at: datetime
    names: tuple[str, ...]


def forecast(escalations: Sequence[Escalation]) -> dict[int, Forecast]:
    """Forecasts by escalation id, without those that have nothing due; constant number of queries."""
    rows = [row for row in escalations if row.next_at is not None]
    policies = {row.pk: thaw(row.frozen_policy) for row in rows}
    times = [row.next_at for row in rows if row.next_at is not None]
    if not times:
        return {}
    reach = Reach(policies.values(), since=min(times), until=max(times))
    steps = {step["id"] for row in rows for step in row.frozen_policy["steps"] if "id" in step}
    cursors = dict(EscalationStep.objects.filter(pk__in=steps).values_list("pk", "next_target")) if steps else {}
    reached: dict[int, tuple[datetime, tuple[int, ...]]] = {}
    for row in rows:
        places = {n: cursors.get(step.get("id"), 0) for n, step in enumerate(row.frozen_policy["steps"])}
        due_at = row.next_at
        if due_at is None:
            continue
        state = replace(state_of(row), cursors=places)
        _, log = machine.advance(policies[row.pk], state, at=due_at, reach=reach)
        people = tuple(int(str(person.user)) for line in log for person in line.reached)
        reached[row.pk] = (due_at, tuple(dict.fromkeys(people)))
    names = dict(
        User.objects.filter(pk__in={pk for _, people in reached.values() for pk in people}).values_list("pk", "name")
    )
    return {
        pk: Forecast(due_at, tuple(names[user_id] for user_id in people if user_id in names))
        for pk, (due_at, people) in reached.items()
    }
