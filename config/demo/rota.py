"""Exceptions in the demo's rotas: a shadow, overrides, time off, an open swap request, and a handoff note."""

from datetime import datetime, timedelta

from config.base.data.clock import floor_minute
from config.base.data.models import Origin
from config.demo import calendars, master_data
from config.demo.company import Company
from oncall import schedules
from oncall.models import (
    Absence,
    HandoffNote,
    Layer,
    LayerMember,
    Override,
    OverridePerson,
    Schedule,
    ScheduleVersion,
    SwapOffer,
    SwapRequest,
    Team,
    User,
)
from oncall.models.cover.swaps import SwapStatus

DAY = timedelta(days=1)
_NIGHTS = [{"type": "daily", "days": None, "start": "20:00", "end": "08:00"}]
_DAYS = [{"type": "daily", "days": None, "start": "08:00", "end": "20:00"}]


def write(company: Company) -> None:
    """Days and nights for Platform, a shadow at Storefront, and exceptions around today."""
    since = floor_minute(company.at) - 60 * DAY
    _follow_the_sun(company, since)
    _add_shadow(company, since)
    storefront = Schedule.objects.get(team=company.teams["storefront"])
    _add_override(storefront, company.at + 2 * DAY, 4)
    _add_override(storefront, company.at - 9 * DAY, 10)
    _add_override(Schedule.objects.get(team=company.teams["platform"]), company.at + 4 * DAY, 6)
    _add_time_off(storefront, company.at)
    _request_swap(storefront, company.at)
    _write_handoff_note(storefront, company.at)


def _follow_the_sun(company: Company, since: datetime) -> None:
    """Chicago covers Platform's days, and India its nights, which are days there."""
    team = company.teams["platform"]
    version = _version(
        team, "America/Chicago", since, "Nobody is paged at night any more: India covers Chicago's nights."
    )
    people = company.responders[team.pk]
    for name, hours, is_chicago in (("Chicago's days", _DAYS, True), ("India's days", _NIGHTS, False)):
        slots = [person for person in people if (person.time_zone == "America/Chicago") == is_chicago]
        _layer(version, slots, name=name, anchor="2025-01-06T08:00", restrictions=hours)
    calendars.rotate_holidays(version, people, company.calendars[master_data.CHICAGO])


def _add_shadow(company: Company, since: datetime) -> None:
    """Storefront keeps its rotation, and a new person shadows the person on call by day."""
    team = company.teams["storefront"]
    version = _version(team, "Europe/Berlin", since, "Lena shadows by day before her first shift.")
    people = company.responders[team.pk]
    _layer(version, people, name="Around the clock", anchor="2025-01-06T09:00")
    calendars.rotate_holidays(version, people, company.calendars[master_data.BERLIN])
    _layer(
        version, [company.person("lena")], name="Shadow", kind="shadow", anchor="2025-01-06T09:00",
        restrictions=[{"type": "daily", "days": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}],
    )  # fmt: skip


def _version(team: Team, zone: str, at: datetime, note: str) -> ScheduleVersion:
    return ScheduleVersion.objects.create(
        schedule=Schedule.objects.get(team=team),
        time_zone=zone,
        created_at=at,
        effective_from=at,
        note=note,
        origin=Origin.DEMO,
    )


def _layer(version: ScheduleVersion, people: list[User], **fields: object) -> None:
    layer = Layer.objects.create(version=version, unit="week", slots=len(people), **fields)
    LayerMember.objects.bulk_create(
        LayerMember(layer=layer, slot=slot, user=person) for slot, person in enumerate(people)
    )


def _user_on_call(schedule: Schedule, at: datetime) -> User:
    """The person on call at that time."""
    [roster] = schedules.load_at(at, ids=[schedule.pk])
    return schedules.on_call(roster, at=at).users[0]


def _colleague(schedule: Schedule, user: User, zone: str | None = None) -> User:
    responders = schedule.team.members.exclude(pk=user.pk).filter(memberships__role="responder").order_by("pk")
    return responders.filter(time_zone=zone or user.time_zone).first() or responders[0]


def _add_override(schedule: Schedule, at: datetime, hours: int) -> None:
    """A colleague covers some hours, as arranged three days before."""
    starts_at = at.replace(minute=0, second=0, microsecond=0)
    out = _user_on_call(schedule, starts_at)
    row = Override.objects.create(
        schedule=schedule, op="replace", out=out, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours),
        reason="Parents' evening", created_by=out, created_at=starts_at - 3 * DAY, origin=Origin.DEMO,
    )  # fmt: skip
    OverridePerson.objects.create(override=row, user=_colleague(schedule, out))


def _add_time_off(schedule: Schedule, at: datetime) -> None:
    """The person on call in three weeks has a day off then: the rota shows a warning."""
    starts_at = (at + 21 * DAY).replace(hour=8, minute=0, second=0, microsecond=0)
    Absence.objects.create(
        user=_user_on_call(schedule, starts_at), starts_at=starts_at, ends_at=starts_at + DAY, note="Moving house",
        created_at=at - DAY, origin=Origin.DEMO,
    )  # fmt: skip


def _request_swap(schedule: Schedule, at: datetime) -> None:
    """The person on call next week wants to swap Saturday; a colleague has offered."""
    saturday = (at + timedelta(days=(5 - at.weekday()) % 7 + 7)).replace(hour=8, minute=0, second=0, microsecond=0)
    requester = _user_on_call(schedule, saturday)
    swap = SwapRequest.objects.create(
        schedule=schedule, requested_by=requester, starts_at=saturday, ends_at=saturday + timedelta(hours=12),
        note="My sister's wedding.", status=SwapStatus.OFFERED, created_at=at - timedelta(hours=20),
    )  # fmt: skip
    SwapOffer.objects.create(
        swap=swap,
        user=_colleague(schedule, requester),
        note="Happy to. Enjoy the wedding.",
        created_at=at - timedelta(hours=2),
    )


def _write_handoff_note(schedule: Schedule, at: datetime) -> None:
    monday = (at - timedelta(days=at.weekday())).replace(hour=7, minute=50, second=0, microsecond=0)
    if monday > at:
        monday -= 7 * DAY
    HandoffNote.objects.create(
        schedule=schedule,
        author=_user_on_call(schedule, monday),
        at=monday,
        text="Quiet week. The payment provider deploys on **Tuesday evening**: watch the checkout for an hour.\n\n"
        "- There is a known error for the flapping disk alert on search.",
    )
