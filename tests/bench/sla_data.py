"""Calendars with holidays, targets of all kinds and long timelines, for the benches of SLA clocks."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

WEEKDAYS = [0, 1, 2, 3, 4]
OFFICE = [{"days": WEEKDAYS, "start": "09:00", "end": "12:30"}, {"days": WEEKDAYS, "start": "13:15", "end": "17:30"}]
LONG_DAYS = [{"days": [*WEEKDAYS, 5], "start": "07:00", "end": "20:00"}]
NIGHTS = [{"days": [*WEEKDAYS, 6], "start": "20:00", "end": "06:00"}]
HOURS = [("Europe/Berlin", OFFICE), ("Asia/Kolkata", LONG_DAYS), ("America/New_York", NIGHTS)]
HOLIDAYS_A_YEAR = 15
# Kind, metric, start and goal; each is promised three times: to the two worst severities, to some teams, to everybody.
COMMON = [
    ("sla", "acknowledge", "opened", 30),
    ("sla", "first_update", "opened", 480),
    ("sla", "restore", "opened", 960),
    ("ola", "restore", "opened", 720),
]
PROMISES = [
    *COMMON,
    ("sla", "first_response", "opened", 120),
    ("sla", "next_update", "opened", 120),
    ("sla", "fulfil", "opened", 2400),
    ("sla", "prevent", "impact", 9600),
    ("ola", "acknowledge", "opened", 60),
    ("ola", "prevent", "opened", 7200),
    ("underpinning", "acknowledge", "vendor", 120),
    ("underpinning", "restore", "vendor", 1440),
]
PAUSES = ["requester", "supplier"]


def add_targets(promises: Sequence[tuple[str, str, str, int]], *, scale: int = 1) -> int:
    """Create three targets for each of these promises, on calendars with holidays; returns how many there are.

    Goals are so many times as large.
    """
    from incidents.models import Severity, SlaTarget  # noqa: PLC0415 - Django must be ready
    from oncall.models import Team  # noqa: PLC0415
    from tests.factories.sla import SlaTargetVersionFactory  # noqa: PLC0415

    calendars = list(_add_calendars())
    severities = list(Severity.objects.order_by("position").values_list("pk", flat=True))
    teams = list(Team.objects.order_by("pk").values_list("pk", flat=True))
    conditions: list[dict[str, list[int]]] = [{"severity": severities[:2]}, {"team": teams[::3]}, {}]
    for place, (kind, metric, start, goal) in enumerate(promises):
        for position, condition in enumerate(conditions, start=1):
            SlaTargetVersionFactory(
                target__kind=kind, target__metric=metric, start=start, position=position, conditions=condition,
                # The worst are promised the most, and at any hour.
                goal_minutes=goal * position * scale,
                calendar=None if position == 1 else calendars[place % len(calendars)],
                pause_reasons=[] if metric == "acknowledge" else PAUSES,
            )  # fmt: skip
    return SlaTarget.objects.count()


def add_version() -> None:
    """Change one target from now on: a version with another goal."""
    from incidents.models import SlaTarget  # noqa: PLC0415 - Django must be ready
    from tests.factories.sla import SlaTargetVersionFactory  # noqa: PLC0415

    target = SlaTarget.objects.filter(metric="restore").order_by("pk")[2]
    at = timezone.now().replace(second=0, microsecond=0)
    SlaTargetVersionFactory(target=target, position=3, goal_minutes=100_000, effective_from=at)


def _add_calendars() -> Iterator[Any]:
    from tests.factories.calendars import (  # noqa: PLC0415 - Django must be ready
        CalendarDateFactory,
        CalendarFactory,
        CalendarVersionFactory,
    )

    for zone, windows in HOURS:
        calendar = CalendarFactory()
        version = CalendarVersionFactory(calendar=calendar, time_zone=zone, windows=windows, holidays=calendar)
        for year in (version.effective_from.year, version.effective_from.year + 1):
            for number in range(HOLIDAYS_A_YEAR):
                CalendarDateFactory(
                    calendar=calendar, date=date(year, 1, 1) + timedelta(days=number * 24),
                    created_at=version.created_at,
                )  # fmt: skip
        yield calendar


def lengthen_timelines() -> list[int]:
    """Give each ticket 38 more events over ten days, which makes 40, or 41 with a page; returns the tickets' keys."""
    from incidents.models import Severity, Ticket  # noqa: PLC0415 - Django must be ready
    from oncall.models import Team  # noqa: PLC0415

    severities = list(Severity.objects.order_by("position").values_list("pk", flat=True))
    teams = list(Team.objects.order_by("pk").values_list("pk", flat=True))
    tickets = list(Ticket.objects.order_by("pk").values_list("pk", "created_at"))
    rows: list[tuple[int, datetime, datetime, str]] = [
        (key, opened + timedelta(minutes=minute), opened + timedelta(minutes=minute + late), json.dumps([fact]))
        for key, opened in tickets
        for minute, late, fact in _story(opened, severities=severities, teams=teams)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO incidents_timelineentry (ticket_id, kind, at, recorded_at, text, data, source, facts)
               VALUES (%s, 'status', %s, %s, '', '{}', '', %s)""",
            rows,
        )
        cursor.execute("VACUUM ANALYZE incidents_timelineentry")
    return [key for key, _ in tickets]


def _story(
    opened: datetime, *, severities: Sequence[int], teams: Sequence[int]
) -> Iterator[tuple[int, int, dict[str, object]]]:
    """Minutes since opening, minutes until it was recorded, and the fact."""
    for number in range(6):
        yield 600 + number * 2100, 0, {"type": "hold", "hold": f"h{number}", "reason": PAUSES[number % 2]}
        yield 1500 + number * 2100, 0, {"type": "unhold", "hold": f"h{number}"}
    for number in range(10):
        yield 60 + number * 1300, 0, {"type": "update"}
    for number in range(4):
        yield 900 + number * 3000, 0, {"type": "change", "fields": {"severity": severities[number]}}
        yield 1700 + number * 2500, 0, {"type": "change", "fields": {"team": teams[number * 3]}}
    yield 2000, 0, {"type": "change", "fields": {"major": True}}
    yield 4000, 0, {"type": "change", "fields": {"major": False}}
    began = opened - timedelta(minutes=45)
    yield 5000, 0, {"type": "impact", "value": f"{began:%Y-%m-%dT%H:%M:%SZ}"}
    yield 20, 0, {"type": "replied"}
    yield 700, 0, {"type": "vendor_notified"}
    yield 900, 0, {"type": "vendor_acknowledged"}
    yield 4300, 0, {"type": "acknowledged", "team": teams[3]}
    # Somebody wrote it down a day late.
    yield 6000, 1440, {"type": "update"}
