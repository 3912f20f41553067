"""An override over the night of a clock change: rota, paging, API and resolver agree to the minute.

The wall clock of the reader is the only thing that is typed; what comes out is compared at the minutes
around both ends, and at every minute of the night between the resolver and the rota (R-F6, R-T3, R-O2).
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from oncall import rota, schedules
from oncall.escalation.freezing import freeze, thaw
from oncall.escalation.machine import Target
from oncall.escalation.reaching import Reach
from oncall.feeds import create_feed
from oncall.models import Override
from oncall.schedules.timeline import segments
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

# What is typed on a clock in Berlin, and the instants it names.
NIGHTS = {
    "the clocks go forward": (
        ("2032-03-28T01:30", "2032-03-28T03:30"),
        (datetime(2032, 3, 28, 0, 30, tzinfo=UTC), datetime(2032, 3, 28, 1, 30, tzinfo=UTC)),
    ),
    "from a time that never was": (
        ("2032-03-28T02:30", "2032-03-28T06:00"),
        (datetime(2032, 3, 28, 1, 0, tzinfo=UTC), datetime(2032, 3, 28, 4, 0, tzinfo=UTC)),
    ),
    "the clocks go back": (
        ("2032-10-31T01:30", "2032-10-31T03:30"),
        (datetime(2032, 10, 30, 23, 30, tzinfo=UTC), datetime(2032, 10, 31, 2, 30, tzinfo=UTC)),
    ),
    "from a time that comes twice": (
        ("2032-10-31T02:30", "2032-10-31T06:00"),
        (datetime(2032, 10, 31, 0, 30, tzinfo=UTC), datetime(2032, 10, 31, 5, 0, tzinfo=UTC)),
    ),
}


@pytest.mark.parametrize(("typed", "instants"), NIGHTS.values(), ids=NIGHTS)
def test_a_cover_moves_everything_by_the_same_minutes(
    client: Client, typed: tuple[str, str], instants: tuple[datetime, datetime]
) -> None:
    ana, ben = (make.UserFactory(name=name, time_zone="Europe/Berlin") for name in ("Ana", "Ben"))
    schedule = make.weekly_schedule(ana, zone="Europe/Berlin")
    make.MembershipFactory(team=schedule.team, user=ben)
    policy = make.policy(schedule, fallback=[ana])
    client.force_login(ben)

    answer = client.post(
        f"/schedules/{schedule.pk}/cover/", {"out": ana.pk, "starts_at": typed[0], "ends_at": typed[1]}
    )

    assert answer.status_code == 302, answer.content.decode()
    start, end = instants
    row = Override.objects.get()
    assert (row.starts_at, row.ends_at) == instants

    since, until = start - 3 * HOUR, end + 3 * HOUR
    [roster] = schedules.load(ids=[schedule.pk], since=since, until=until)
    on_rota = [
        (item.starts_at, item.ends_at, set(item.on_call)) for item in segments(roster.plan, since=since, until=until)
    ]
    assert on_rota == [(since, start, {ana.pk}), (start, end, {ben.pk}), (end, until, {ana.pk})]
    entries = rota.upcoming_shifts(roster, at=since, weeks=1)
    assert [item.users for item in entries][:2] == [(ana,), (ben,)]

    api = client_of(ana)
    reach = Reach([thaw(freeze(policy, team=None))], since=since, until=until)
    for at in (start - MINUTE, start, end - MINUTE, end):
        expected = ben if start <= at < end else ana
        assert schedules.on_call(roster, at=at).users == (expected,)
        assert [item.user for item in reach(Target("schedule", schedule.pk), at)] == [expected.pk]
        for path in (f"schedules/{schedule.pk}/on-call/", "on-call/"):
            body = api.get(f"/api/v1/{path}", {"at": at.isoformat()}).json()
            [turn] = body.get("schedules", [body])
            assert [item["id"] for item in turn["people"]] == [expected.pk], (path, at)

    at = since
    while at < until:  # 24 hours at most: every minute of the night
        [now] = [people for starts_at, ends_at, people in on_rota if starts_at <= at < ends_at]
        assert {item.pk for item in schedules.on_call(roster, at=at).users} == now
        at += MINUTE


@pytest.mark.parametrize("is_autumn", [False, True], ids=["the clocks go forward", "the clocks go back"])
def test_the_page_the_pager_the_api_and_the_calendar_say_the_same(
    client: Client, monkeypatch: Any, is_autumn: bool
) -> None:
    """R-F6, R-I1: a cover from 01:30 to 03:30 lasts one hour in spring and three in autumn, on every face."""
    start = datetime(2032, 10, 30, 23, 30, tzinfo=UTC) if is_autumn else datetime(2032, 3, 28, 0, 30, tzinfo=UTC)
    end = start + (3 if is_autumn else 1) * HOUR
    monkeypatch.setattr("django.utils.timezone.now", lambda: start - 10 * HOUR)
    ana, ben = (make.UserFactory(name=name, time_zone="Europe/Berlin") for name in ("Ana", "Ben"))
    schedule = make.weekly_schedule(ana, zone="Europe/Berlin")
    policy = make.policy(schedule, fallback=[ana])
    row = make.OverrideFactory(
        schedule=schedule, op="set", out=None, starts_at=start, ends_at=end, created_by=ana, created_at=make.NOON
    )
    row.people.create(user=ben)
    _, key = create_feed(owner=ben, name="Phone", schedule=None, at=start - 10 * HOUR)

    calendar: Any = Calendar.from_ical(client.get(f"/ical/{key}.ics").content)
    [event] = calendar.walk("VEVENT")
    client.force_login(ana)
    page = client.get(f"/schedules/{schedule.pk}/rota/?start={start:%Y-%m-%d}&end={end:%Y-%m-%d}").content.decode()
    reach = Reach([thaw(freeze(policy, team=None))], since=start - HOUR, until=end + HOUR)
    answers = {
        at: client_of(ana).get("/api/v1/on-call/", {"at": at.isoformat()}).json()["schedules"][0]["people"]
        for at in (start - MINUTE, start, end - MINUTE, end)
    }

    assert (event["DTSTART"].dt, event["DTEND"].dt) == (start, end)
    assert "Ben (override)" in page
    assert [person["name"] for people in answers.values() for person in people] == ["Ana", "Ben", "Ben", "Ana"]
    paged = [person.user for at in answers for person in reach(Target("schedule", schedule.pk), at)]
    assert paged == [ana.pk, ben.pk, ben.pk, ana.pk]


def test_a_cancelled_cover_gives_the_pager_back_everywhere(client: Client) -> None:
    ana, ben = make.UserFactory(), make.UserFactory()
    schedule = make.weekly_schedule(ana)
    make.MembershipFactory(team=schedule.team, user=ben)
    client.force_login(ben)
    start = datetime(2032, 10, 31, 0, 0, tzinfo=UTC)
    row: Any = make.OverrideFactory(
        schedule=schedule, starts_at=start, ends_at=start + HOUR, out=ana, created_by=ben, created_at=make.NOON
    )
    row.people.create(user=ben)

    client.post(f"/overrides/{row.pk}/cancel/")

    [turn] = client_of(ana).get("/api/v1/on-call/", {"at": start.isoformat()}).json()["schedules"]
    assert [person["id"] for person in turn["people"]] == [ana.pk]
