"""Leave: written by the person, a manager or another system; the rota only warns of it (R-V6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data.clock import floor_minute
from oncall import schedules
from oncall.models import Absence, Schedule, User
from oncall.schedules.loading import naming
from oncall.schedules.timeline import absences_on_call, gather

LONGEST = timedelta(days=400)


def plan(
    *,
    user: User,
    starts_at: datetime,
    ends_at: datetime,
    at: datetime,
    note: str = "",
    external_id: str = "",
) -> Absence:
    """Write down that somebody is away over `[starts_at, ends_at)`. Raises ValidationError by field."""
    _check(starts_at, ends_at)
    if external_id and Absence.objects.filter(external_id=external_id).exists():
        raise ValidationError({"external_id": "There is a leave with this external id already. PUT changes it."})
    return Absence.objects.create(
        user=user, starts_at=starts_at, ends_at=ends_at, note=note, external_id=external_id, created_at=at
    )


@transaction.atomic
def put(
    *, external_id: str, user: User, starts_at: datetime, ends_at: datetime, at: datetime, note: str = ""
) -> Absence:
    """Make the leave that another system knows by `external_id` what it says; sent again, nothing changes."""
    _check(starts_at, ends_at)
    wanted = {"starts_at": starts_at, "ends_at": ends_at, "note": note, "cancelled_at": None}
    row, is_new = Absence.objects.select_for_update(no_key=True).get_or_create(
        external_id=external_id, defaults=wanted | {"user": user, "created_at": at}
    )
    if row.user_id != user.pk:
        raise ValidationError({"user": "This external id belongs to somebody else's leave. Cancel that one first."})
    if not is_new:
        for column, value in wanted.items():
            setattr(row, column, value)
        row.save(update_fields=list(wanted))
    return row


@transaction.atomic
def cancel(*, absence_id: int, at: datetime) -> Absence:
    """Take a leave back. Raises ValidationError if that was done before."""
    row = Absence.objects.select_for_update(no_key=True).get(pk=absence_id)
    if row.cancelled_at is not None:
        raise ValidationError("This leave was already cancelled.")
    row.cancelled_at = at
    row.save(update_fields=["cancelled_at"])
    return row


def _check(starts_at: datetime, ends_at: datetime) -> None:
    for name, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        if moment != floor_minute(moment):
            raise ValidationError({name: "Write the time to the minute, without seconds."})
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": "The leave must end after it starts."})
    if ends_at - starts_at > LONGEST:
        raise ValidationError({"ends_at": "This is more than 400 days. Write it in parts."})


@dataclass(frozen=True)
class Clash:
    """A stretch for which somebody is on call although they are away."""

    user: int
    schedule: Schedule
    starts_at: datetime
    ends_at: datetime


def clashes(rows: Iterable[Absence], *, at: datetime) -> list[Clash]:
    """Where the people of these leaves stand by meanwhile, from now on, on any schedule: it warns (R-V6)."""
    coming = [row for row in rows if row.cancelled_at is None and row.ends_at > at]
    if not coming:
        return []
    since, until = max(floor_minute(at), min(row.starts_at for row in coming)), max(row.ends_at for row in coming)
    absent: dict[int, list[tuple[datetime, datetime]]] = {}
    for row in coming:
        absent.setdefault(row.user_id, []).append((row.starts_at, row.ends_at))
    found = []
    for roster in schedules.load(ids=naming(absent, since=since), since=since, until=until):
        shifts = absences_on_call(gather(roster.plan, since=since, until=until).shifts, absent)
        found += [Clash(one.user, roster.schedule, one.starts_at, one.ends_at) for one in shifts]
    return sorted(found, key=lambda one: (one.starts_at, one.schedule.pk, one.user))
