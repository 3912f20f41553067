"""Schedules themselves: made, renamed, handed to another team, and removed while nothing needs them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.deletion import ProtectedError

from config.base.data.lifecycle import Refusal
from oncall.models import Schedule, Team, User
from oncall.schedules import editing
from oncall.schedules.drafts import LayerDraft


class Duplicate(Refusal):
    """There is one with this name or external id already."""


class InUse(Refusal):
    """Something needs this schedule, if only history."""


def create_schedule(*, team: Team, name: str, description: str = "", external_id: str = "") -> Schedule:
    """A schedule without layers, on which nobody is on call yet. Raises Duplicate."""
    return _written(Schedule(team=team, name=name, description=description, external_id=external_id))


@transaction.atomic
def open_schedule(
    *,
    team: Team,
    name: str,
    layers: Sequence[LayerDraft],
    time_zone: str,
    effective_from: datetime,
    actor: User | None,
    at: datetime,
    description: str = "",
    note: str = "",
) -> Schedule:
    """A schedule with its first version. Raises Duplicate, or as `editing.save_version`; nothing is stored then."""
    schedule = create_schedule(team=team, name=name, description=description)
    editing.save_version(
        schedule=schedule, layers=layers, time_zone=time_zone, effective_from=effective_from, actor=actor, at=at,
        note=note,
    )  # fmt: skip
    return schedule


def change_schedule(*, schedule: Schedule, **changed: Any) -> Schedule:
    """Change `team`, `name`, `description` or `external_id`, and nothing else. Raises Duplicate."""
    for name, value in changed.items():
        setattr(schedule, name, value)
    return _written(schedule, update_fields=sorted(changed)) if changed else schedule


def _written(schedule: Schedule, **options: Any) -> Schedule:
    taken = Schedule.objects.exclude(pk=schedule.pk)
    try:
        with transaction.atomic():
            schedule.save(**options)
    except IntegrityError:
        if taken.filter(name=schedule.name).exists():
            raise Duplicate("There is a schedule with this name already: choose another one.") from None
        if schedule.external_id and taken.filter(external_id=schedule.external_id).exists():
            raise Duplicate("There is a schedule with this external id already: choose another one.") from None
        raise
    return schedule


def delete_schedule(*, schedule: Schedule) -> None:
    """Remove a schedule that never said who is on call and that no policy asks. Raises InUse."""
    policies = schedule.targets.order_by("step__policy__name").values_list("step__policy__name", flat=True)
    if policies:
        raise InUse(f"The policy {policies[0]} pages this schedule: take it out of the policy first.")
    try:
        with transaction.atomic():
            schedule.delete()
    except ProtectedError:
        raise InUse(
            "This schedule says who was on call, and that is kept."
            " Make a version without layers instead, so that nobody is on call on it any more."
        ) from None
