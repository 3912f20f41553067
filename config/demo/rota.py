"""What makes the demo's rotas lively: a shadow, covers, leave, a swap that waits, and words for the next."""

from datetime import datetime, timedelta

from config.base.data.clock import floor_minute
from config.base.data.models import Origin
from config.demo import calendars, cast
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
    """Days and nights for Platform, a learner beside Storefront, and exceptions around today."""
    since = floor_minute(company.at) - 60 * DAY
    _follow_the_sun(company, since)
    _learn(company, since)
    storefront = Schedule.objects.get(team=company.teams["storefront"])
    _cover(storefront, company.at + 2 * DAY, 4)
    _cover(storefront, company.at - 9 * DAY, 10)
    _cover(Schedule.objects.get(team=company.teams["platform"]), company.at + 4 * DAY, 6)
    _go_on_leave(storefront, company.at)
    _ask_for_a_swap(storefront, company.at)
    _leave_word(storefront, company.at)


def _follow_the_sun(company: Company, since: datetime) -> None:
    """Platform's days belong to Chicago and its nights to those in India whose day it is."""
    team = company.teams["platform"]
    version = _version(team, "America/Chicago", since, "Nobody is woken any more: India takes Chicago's nights.")
    people = company.responders[team.pk]
    for name, hours, wanted in (("Chicago's days", _DAYS, True), ("India's days", _NIGHTS, False)):
        slots = [one for one in people if (one.time_zone == "America/Chicago") == wanted]
        _layer(version, slots, name=name, anchor="2025-01-06T08:00", restrictions=hours)
    calendars.share_holidays(version, people, company.calendars[cast.CHICAGO])


def _learn(company: Company, since: datetime) -> None:
    """Storefront keeps its order, and somebody learns beside whoever is on call by day."""
    team = company.teams["storefront"]
    version = _version(team, "Europe/Berlin", since, "Lena looks on by day before her first shift.")
    people = company.responders[team.pk]
    _layer(version, people, name="Around the clock", anchor="2025-01-06T09:00")
    calendars.share_holidays(version, people, company.calendars[cast.BERLIN])
    _layer(
        version, [company.person("lena")], name="Learning", kind="shadow", anchor="2025-01-06T09:00",
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


def _standing(schedule: Schedule, at: datetime) -> User:
    """Who is on call then by the rotation."""
    [roster] = schedules.load_at(at, ids=[schedule.pk])
    return schedules.on_call(roster, at=at).users[0]


def _another(schedule: Schedule, than: User, zone: str | None = None) -> User:
    found = schedule.team.members.exclude(pk=than.pk).filter(memberships__role="responder").order_by("pk")
    return found.filter(time_zone=zone or than.time_zone).first() or found[0]


def _cover(schedule: Schedule, at: datetime, hours: int) -> None:
    """Somebody stands in for some hours, as arranged two days before."""
    starts_at = at.replace(minute=0, second=0, microsecond=0)
    out = _standing(schedule, starts_at)
    row = Override.objects.create(
        schedule=schedule, op="replace", out=out, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours),
        reason="Parents' evening", created_by=out, created_at=starts_at - 3 * DAY, origin=Origin.DEMO,
    )  # fmt: skip
    OverridePerson.objects.create(override=row, user=_another(schedule, out))


def _go_on_leave(schedule: Schedule, at: datetime) -> None:
    """Whoever is on call in three weeks has a day off then: the rota warns of it."""
    starts_at = (at + 21 * DAY).replace(hour=8, minute=0, second=0, microsecond=0)
    Absence.objects.create(
        user=_standing(schedule, starts_at), starts_at=starts_at, ends_at=starts_at + DAY, note="Moving house",
        created_at=at - DAY, origin=Origin.DEMO,
    )  # fmt: skip


def _ask_for_a_swap(schedule: Schedule, at: datetime) -> None:
    """Next week's person would rather not have Saturday; a colleague has offered."""
    saturday = (at + timedelta(days=(5 - at.weekday()) % 7 + 7)).replace(hour=8, minute=0, second=0, microsecond=0)
    asks = _standing(schedule, saturday)
    swap = SwapRequest.objects.create(
        schedule=schedule, requested_by=asks, starts_at=saturday, ends_at=saturday + timedelta(hours=12),
        note="My sister marries.", status=SwapStatus.OFFERED, created_at=at - timedelta(hours=20),
    )  # fmt: skip
    SwapOffer.objects.create(
        swap=swap, user=_another(schedule, asks), note="Gladly. Dance for me.", created_at=at - timedelta(hours=2)
    )


def _leave_word(schedule: Schedule, at: datetime) -> None:
    monday = (at - timedelta(days=at.weekday())).replace(hour=7, minute=50, second=0, microsecond=0)
    if monday > at:
        monday -= 7 * DAY
    HandoffNote.objects.create(
        schedule=schedule,
        author=_standing(schedule, monday),
        at=monday,
        text="Quiet week. The payment provider deploys on **Tuesday evening**: watch the checkout for an hour.\n\n"
        "- The flapping disk alert on search is known, see its known error.",
    )
