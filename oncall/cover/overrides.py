"""Overrides: exceptions to the rotation, such as cover or taking the pager; create and cancel them (R-O)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data.clock import ceil_minute, floor_minute
from config.base.data.models import Origin
from oncall import signals
from oncall.models import Override, OverrideOp, OverridePerson, Schedule, User

MAX_LENGTH = timedelta(days=400)


@transaction.atomic
def create_override(
    *,
    schedule: Schedule,
    op: str,
    users: Collection[User],
    starts_at: datetime,
    ends_at: datetime,
    actor: User | None,
    at: datetime,
    out: User | None = None,
    reason: str = "",
    external_id: str = "",
    origin: str = Origin.EDIT,
) -> Override:
    """Change who is on call over `[starts_at, ends_at)`, whole UTC minutes; it begins no earlier than now (R-O2).

    `replace` lets the single user of `users` cover for `out`; `set` replaces everybody; `add` adds and
    `remove` removes them. Raises ValidationError that names the wrong fields; nothing is stored then.
    """
    check_times(starts_at, ends_at, at=at)
    _check_people(op, users, out)
    if external_id and Override.objects.filter(external_id=external_id).exists():
        raise ValidationError({"external_id": "There is an override with this external id already."})
    row = Override.objects.create(
        schedule=schedule,
        op=op,
        starts_at=starts_at,
        ends_at=ends_at,
        out=out,
        reason=reason,
        external_id=external_id,
        created_by=actor,
        created_at=at,
        origin=origin,
    )
    OverridePerson.objects.bulk_create(OverridePerson(override=row, user=user) for user in dict.fromkeys(users))
    signals.send_reachability_changed(at=at, schedules=[schedule.pk])
    return row


def take_pager(
    *, schedule: Schedule, user: User, ends_at: datetime, actor: User, at: datetime, reason: str = ""
) -> Override:
    """Put `user` on call alone, from the next whole minute until `ends_at`."""
    return create_override(
        schedule=schedule,
        op=OverrideOp.SET,
        users=[user],
        starts_at=ceil_minute(at),
        ends_at=ends_at,
        actor=actor,
        at=at,
        reason=reason or f"{user.name} took the pager.",
    )


@transaction.atomic
def cancel_override(*, override_id: int, actor: User | None, at: datetime) -> Override:
    """Cancel an override from now on; the past does not change (R-O2).

    Raises ValidationError if it is over or was cancelled before.
    """
    row = Override.objects.select_for_update(no_key=True).get(pk=override_id)
    if row.cancelled_at is not None:
        raise ValidationError("This override was already cancelled.")
    if row.ends_at <= at:
        raise ValidationError("This override is over, and the past cannot change. Correct it in attendance.")
    row.cancelled_at, row.cancelled_by = at, actor
    row.save(update_fields=["cancelled_at", "cancelled_by"])
    signals.send_reachability_changed(at=at, schedules=[row.schedule_id])
    return row


def check_times(starts_at: datetime, ends_at: datetime, *, at: datetime) -> None:
    """Raise ValidationError by field unless `[starts_at, ends_at)` may be changed at `at` (R-T1, R-O2)."""
    for name, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        if moment != floor_minute(moment):
            raise ValidationError({name: "Write the time to the minute, without seconds."})
    if starts_at < floor_minute(at):
        raise ValidationError(
            {"starts_at": "The past cannot change: start now or later. Correct past times in attendance."}
        )
    if ends_at <= max(starts_at, floor_minute(at)):
        raise ValidationError({"ends_at": "The end must come after the start."})
    if ends_at - starts_at > MAX_LENGTH:
        raise ValidationError(
            {"ends_at": "This is more than 400 days. Change the rotation instead, or split it into parts."}
        )


def _check_people(op: str, users: Collection[User], out: User | None) -> None:
    if op not in OverrideOp.values:
        raise ValidationError({"op": f"Choose one of {', '.join(OverrideOp.values)}."})
    if not users:
        raise ValidationError({"users": "Choose at least one person."})
    if op == OverrideOp.REPLACE:
        if out is None:
            raise ValidationError({"out": "Choose whom to replace."})
        if len(set(users)) != 1 or out in users:
            raise ValidationError({"users": "Choose one other person who covers."})
    elif out is not None:
        raise ValidationError({"out": "Leave this empty: only a replacement has a person who is replaced."})
    closed_accounts = [user.name for user in users if not user.is_active] if op != OverrideOp.REMOVE else []
    if programs := [user.name for user in users if user.is_service]:
        raise ValidationError({"users": f"{programs[0]} is no person and cannot be on call."})
    if closed_accounts:
        raise ValidationError({"users": f"{closed_accounts[0]} has a closed account and cannot be on call."})
