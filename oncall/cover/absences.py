"""Time off: entered by the person, a manager or another system; the rota only warns about it (R-V6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data.clock import floor_minute
from oncall import schedules
from oncall.models import Absence, Schedule, User
from oncall.schedules.loading import schedules_naming
from oncall.schedules.timeline import absences_on_call, build_timeline

MAX_LENGTH = timedelta(days=400)


def add_absence(
    *,
    user: User,
    starts_at: datetime,
    ends_at: datetime,
    at: datetime,
    note: str = "",
    external_id: str = "",
) -> Absence:
    """Record that a person is away over `[starts_at, ends_at)`. Raises ValidationError by field."""
    _check(starts_at, ends_at)
    if external_id and Absence.objects.filter(external_id=external_id).exists():
        raise ValidationError({"external_id": "Time off with this external id exists already. Use PUT to change it."})
    return Absence.objects.create(
        user=user, starts_at=starts_at, ends_at=ends_at, note=note, external_id=external_id, created_at=at
    )


@transaction.atomic
def put_absence(
    *, external_id: str, user: User, starts_at: datetime, ends_at: datetime, at: datetime, note: str = ""
) -> Absence:
    """Create or update the time off with this `external_id`; the same values twice change nothing."""
    _check(starts_at, ends_at)
    values = {"starts_at": starts_at, "ends_at": ends_at, "note": note, "cancelled_at": None}
    row, is_new = Absence.objects.select_for_update(no_key=True).get_or_create(
        external_id=external_id, defaults=values | {"user": user, "created_at": at}
    )
    if row.user_id != user.pk:
        raise ValidationError({"user": "This external id belongs to another person's time off. Cancel that first."})
    if not is_new:
        for column, value in values.items():
            setattr(row, column, value)
        row.save(update_fields=list(values))
    return row


@transaction.atomic
def cancel_absence(*, absence_id: int, at: datetime) -> Absence:
    """Cancel time off. Raises ValidationError if it is cancelled already."""
    row = Absence.objects.select_for_update(no_key=True).get(pk=absence_id)
    if row.cancelled_at is not None:
        raise ValidationError("This time off was already cancelled.")
    row.cancelled_at = at
    row.save(update_fields=["cancelled_at"])
    return row


def _check(starts_at: datetime, ends_at: datetime) -> None:
    for name, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        if moment != floor_minute(moment):
            raise ValidationError({name: "Write the time to the minute, without seconds."})
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": "The end must come after the start."})
    if ends_at - starts_at > MAX_LENGTH:
        raise ValidationError({"ends_at": "This is more than 400 days. Split it into parts."})


@dataclass(frozen=True)
class Clash:
    """A stretch in which a person is on call although they are away."""

    user: int
    schedule: Schedule
    starts_at: datetime
    ends_at: datetime


def clashes(absences: Iterable[Absence], *, at: datetime) -> list[Clash]:
    """Where people are on call during their time off, from now on, on any schedule; it only warns (R-V6)."""
    coming = [row for row in absences if row.cancelled_at is None and row.ends_at > at]
    if not coming:
        return []
    since = max(floor_minute(at), min(row.starts_at for row in coming))
    until = max(row.ends_at for row in coming)
    absent: dict[int, list[tuple[datetime, datetime]]] = {}
    for row in coming:
        absent.setdefault(row.user_id, []).append((row.starts_at, row.ends_at))
    clashes_on_call = []
    for roster in schedules.load(ids=schedules_naming(absent, since=since), since=since, until=until):
        shifts = absences_on_call(build_timeline(roster.plan, since=since, until=until).shifts, absent)
        clashes_on_call += [Clash(shift.user, roster.schedule, shift.starts_at, shift.ends_at) for shift in shifts]
    return sorted(clashes_on_call, key=lambda clash: (clash.starts_at, clash.schedule.pk, clash.user))
