"""Puts the first step of desks on a schedule: `python -m tests.faults.rosters`, with the desks as JSON on its input.

Both people of the step share one turn that never ends; prints the schedule of each desk, in their order.
"""

import json
import sys
from datetime import UTC, datetime
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402 - Django must be ready before models are imported

from oncall.models import (  # noqa: E402
    EscalationStep,
    EscalationTarget,
    Layer,
    LayerMember,
    Schedule,
    ScheduleVersion,
)

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@transaction.atomic
def put_on_call(desk: dict[str, Any]) -> int:
    """Replace the targets of the first step by a schedule of its people; returns the schedule's id."""
    schedule = Schedule.objects.create(team_id=desk["team"], name=f"Rota {desk['team']}")
    version = ScheduleVersion.objects.create(
        schedule=schedule, created_at=BEGAN, effective_from=BEGAN, time_zone="UTC", origin="case"
    )
    layer = Layer.objects.create(version=version, anchor="2026-01-05T09:00", unit="week", slots=1)
    LayerMember.objects.bulk_create(LayerMember(layer=layer, slot=0, user_id=user) for user in desk["steps"][0])
    step = EscalationStep.objects.get(policy=desk["policy"], position=0)
    step.targets.all().delete()
    EscalationTarget.objects.create(step=step, position=0, schedule=schedule)
    return schedule.pk


if __name__ == "__main__":
    sys.stdout.write(json.dumps([put_on_call(desk) for desk in json.load(sys.stdin)]))
