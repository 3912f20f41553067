"""Create, rename and delete schedules, and move them to another team."""

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
    """Another one has this name or external id already."""


class InUse(Refusal):
    """A policy uses this schedule, or it has history."""


def create_schedule(*, team: Team, name: str, description: str = "", external_id: str = "") -> Schedule:
    """Create a schedule without layers; nobody is on call yet. Raises Duplicate."""
    return _save(Schedule(team=team, name=name, description=description, external_id=external_id))


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
    """Create a schedule with its first version.

    Raises Duplicate, and ValidationError as `editing.save_version`; nothing is stored then.
    """
    schedule = create_schedule(team=team, name=name, description=description)
    editing.save_version(
        schedule=schedule, layers=layers, time_zone=time_zone, effective_from=effective_from, actor=actor, at=at,
        note=note,
    )  # fmt: skip
    return schedule


def change_schedule(*, schedule: Schedule, **changed: object) -> Schedule:
    """Change `team`, `name`, `description` or `external_id`; the same values twice change nothing.

    Raises Duplicate.
    """
    changed = {name: value for name, value in changed.items() if getattr(schedule, name) != value}
    for name, value in changed.items():
        setattr(schedule, name, value)
    return _save(schedule, update_fields=sorted(changed)) if changed else schedule


def _save(schedule: Schedule, **options: Any) -> Schedule:
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
    """Delete a schedule without versions that no policy uses. Raises InUse."""
    policies = schedule.targets.order_by("step__policy__name").values_list("step__policy__name", flat=True)
    if policies:
        raise InUse(f"The policy {policies[0]} pages this schedule: remove it from the policy first.")
    try:
        with transaction.atomic():
            schedule.delete()
    except ProtectedError:
        raise InUse(
            "This schedule records who was on call, so it cannot be deleted."
            " Make a version without layers instead, so that nobody is on call on it any more."
        ) from None
