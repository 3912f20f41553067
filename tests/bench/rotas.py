"""Realistic rotas in bulk: two layers of five people each, handoffs by week and by day, some overrides."""

import tracemalloc
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from oncall.models import Layer as Row
from oncall.models import LayerMember, Override, OverridePerson, Schedule, ScheduleVersion, Team, User
from oncall.schedules import coverage, restrictions, rotation
from oncall.schedules.plan import Adjustment, Layer, Plan, Version
from oncall.schedules.restrictions import daily, hours_of
from oncall.schedules.rotation import Rotation
from oncall.schedules.timeline import segments
from oncall.schedules.wall_clock import resolve

TEAM_SIZE = 50
BERLIN = ZoneInfo("Europe/Berlin")
_NINE_TO_SIX = [{"type": "daily", "days": [0, 1, 2, 3, 4], "start": "09:00", "end": "18:00"}]
_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC")


def fill(count: int, *, at: datetime, first: int = 0) -> None:
    """`count` schedules, fifty per team: around the clock by the week, in office hours by the day above it.

    `first` counts on where an earlier call has ended.
    """
    teams = Team.objects.bulk_create(
        Team(name=f"Rota team {first + n:03}", slug=f"rota-{first + n}") for n in range(-(-count // TEAM_SIZE))
    )
    people = User.objects.bulk_create(
        User(name=f"Standby Person {first + n:04}", email=f"rota{first}-{n}@bench.example")
        for n in range(max(5, count * 2))
    )
    schedules = Schedule.objects.bulk_create(
        Schedule(name=f"Rota {first + n:04}", team=teams[n // TEAM_SIZE]) for n in range(count)
    )
    began = at - timedelta(days=300)
    versions = ScheduleVersion.objects.bulk_create(
        ScheduleVersion(schedule=item, created_at=began, effective_from=began, time_zone=_ZONES[n % 4], origin="demo")
        for n, item in enumerate(schedules)
    )
    layers = Row.objects.bulk_create(
        row
        for item in versions
        for row in (
            Row(version=item, anchor="2026-01-05T09:00", unit="week", slots=5),
            Row(version=item, anchor="2026-01-05T09:00", unit="day", slots=5, priority=1, restrictions=_NINE_TO_SIX),
        )
    )
    LayerMember.objects.bulk_create(
        LayerMember(layer=layer, slot=slot, user=people[(n + slot) % len(people)])
        for n, layer in enumerate(layers)
        for slot in range(5)
    )
    overrides = Override.objects.bulk_create(
        Override(
            schedule=item, op="set", created_at=began, origin="demo",
            starts_at=at + timedelta(hours=n % 72 - 36), ends_at=at + timedelta(hours=n % 72 - 30),
        )
        for n, item in enumerate(schedules)
        if n % 3 == 0
    )  # fmt: skip
    OverridePerson.objects.bulk_create(
        OverridePerson(override=item, user=people[n * 7 % len(people)]) for n, item in enumerate(overrides)
    )


def peak_kib(years: int) -> float:
    """The most memory that streaming so many years takes, without the cache of local times, which is bounded."""
    plan, span = year()
    users = (coverage, restrictions, rotation)
    for module in users:
        module.resolve = resolve.__wrapped__  # type: ignore[attr-defined]
    tracemalloc.start()
    try:
        deque(segments(plan, since=span["since"], until=span["since"] + timedelta(days=365 * years)), maxlen=0)
        return tracemalloc.get_traced_memory()[1] / 1024
    finally:
        tracemalloc.stop()
        for module in users:
            module.resolve = resolve  # type: ignore[attr-defined]


def year() -> tuple[Plan, dict[str, Any]]:
    """The year to compare resolvers with (R-F7): three layers and fifty overrides."""
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    office = hours_of(daily(start=9 * 60, end=18 * 60, days=range(5)))
    slots = tuple((n,) for n in range(1, 6))
    rotations = [
        (0, Rotation(datetime(2026, 1, 5, 9, 0), "week", 1, slots), None),
        (1, Rotation(datetime(2026, 1, 5, 9, 0), "day", 1, slots, hours=office), office),
        (2, Rotation(datetime(2026, 1, 5, 9, 0), "hour", 12, slots, hours=office), office),
    ]
    layers = tuple(Layer(n, n, BERLIN, rotation, hours=hours) for n, rotation, hours in rotations)
    changes = tuple(
        Adjustment(n, since + timedelta(days=n * 7, hours=3), since + timedelta(days=n * 7 + 1), "set", (9,))
        for n in range(50)
    )
    return Plan((Version(1, since, since, BERLIN, layers),), changes), {"since": since, "until": until}
