"""Calendar feeds (R-I1): parsed as a calendar program does, and compared with the resolver."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar as Ical

from config.base.data.clock import database_now
from config.redaction import redact
from oncall import feeds, schedules
from oncall.feeds.shifts import window
from oncall.models import (
    Deactivation,
    FeedEvent,
    FeedToken,
    Layer,
    LayerMember,
    Override,
    OverridePerson,
    Schedule,
    ScheduleVersion,
    User,
)
from oncall.schedules.timeline import Shift, build_timeline
from oncall.schedules.wall_clock import MINUTE
from tests import factories as make

pytestmark = pytest.mark.django_db

NOON = make.NOON
CLOCKS_GO_BACK = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def people() -> list[User]:
    return [make.UserFactory(name=name) for name in ("Ana Silva", "Bob Martin", "Chloé Dupont")]


@pytest.fixture
def schedule(people: list[User]) -> Schedule:
    """Weeks from Monday to Monday in Berlin, and nights of their own above them, over the clock change too."""
    weekly = make.weekly_schedule(*people, zone="Europe/Berlin", name="Shop")
    nights = Layer.objects.create(
        version=weekly.versions.get(), priority=1, anchor="2026-01-05T22:00", unit="day", slots=2,
        restrictions=[{"type": "daily", "days": None, "start": "22:00", "end": "02:30"}],
    )  # fmt: skip
    for slot, person in enumerate(people[:2]):
        LayerMember.objects.create(layer=nights, slot=slot, user=person)
    return weekly


def override(schedule: Schedule, op: str, user: User, starts_at: datetime, hours: int, **fields: Any) -> Override:
    row = Override.objects.create(
        schedule=schedule, op=op, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours),
        created_at=NOON, origin="case", **fields,
    )  # fmt: skip
    OverridePerson.objects.create(override=row, user=user)
    return row


def create_feed(owner: User, schedule: Schedule | None = None) -> tuple[FeedToken, str]:
    feed, key = feeds.create_feed(owner=owner, name="Phone", schedule=schedule, at=NOON)
    return feed, f"/ical/{key}.ics"


def events(client: Client, url: str) -> list[Any]:
    return list(Ical.from_ical(client.get(url).content).walk("VEVENT"))


def confirmed(all_events: list[Any]) -> list[Any]:
    return [event for event in all_events if event["STATUS"] == "CONFIRMED"]


def truth(schedule: Schedule, since: datetime, until: datetime) -> list[Shift]:
    [roster] = schedules.load(ids=[schedule.pk], since=since, until=until)
    return build_timeline(roster.plan, since=since, until=until).shifts


class TestFaces:
    @pytest.mark.drill
    def test_agree_with_the_resolver_minute_by_minute(
        self, client: Client, people: list[User], schedule: Schedule
    ) -> None:
        """Feeds agree with the resolver: in the night the clocks go back, with an override and a closed account."""
        ana, bob, chloe = people
        override(schedule, "replace", chloe, CLOCKS_GO_BACK - timedelta(hours=3), 6, out=ana)
        override(schedule, "add", bob, CLOCKS_GO_BACK + timedelta(days=1), 5)
        Deactivation.objects.create(user=bob, starts_at=CLOCKS_GO_BACK + timedelta(days=3), created_at=NOON)
        since, until = CLOCKS_GO_BACK - timedelta(days=4), CLOCKS_GO_BACK + timedelta(days=8)

        feed_events = confirmed(events(client, create_feed(ana, schedule)[1]))
        own_events = {person.pk: confirmed(events(client, create_feed(person)[1])) for person in people}

        def covers(person_events: list[Any], at: datetime) -> bool:
            return any(event["DTSTART"].dt <= at < event["DTEND"].dt for event in person_events)

        nearby = [event for event in feed_events if event["DTSTART"].dt < until and event["DTEND"].dt > since]
        by_name = {
            person.pk: [event for event in nearby if str(event["SUMMARY"]).startswith(person.name)]
            for person in people
        }
        expected_shifts = truth(schedule, since, until)
        at = since
        while at < until:
            on_call = {shift.user for shift in expected_shifts if shift.starts_at <= at < shift.ends_at}
            assert {pk for pk, person_events in by_name.items() if covers(person_events, at)} == on_call, at
            at += MINUTE
        for person in people:
            assert [(e["UID"], e["DTSTART"].dt, e["DTEND"].dt) for e in own_events[person.pk]] == [
                (e["UID"], e["DTSTART"].dt, e["DTEND"].dt)
                for e in feed_events
                if str(e["SUMMARY"]).startswith(person.name)
            ]

    def test_agree_over_the_whole_range(self, client: Client, people: list[User], schedule: Schedule) -> None:
        since, until = window(NOON)

        feed_events = events(client, create_feed(people[0], schedule)[1])

        clipped = sorted((max(e["DTSTART"].dt, since), min(e["DTEND"].dt, until)) for e in feed_events)
        assert clipped == sorted((shift.starts_at, shift.ends_at) for shift in truth(schedule, since, until))
        assert until - since == timedelta(days=210)

    def test_show_a_person_every_schedule(self, client: Client, people: list[User], schedule: Schedule) -> None:
        other = make.weekly_schedule(people[0], name="Search")
        override_schedule = make.weekly_schedule(people[1], name="Orders")
        override(override_schedule, "set", people[0], NOON + timedelta(days=3), 4)

        summaries = {str(event["SUMMARY"]) for event in events(client, create_feed(people[0])[1])}

        assert summaries == {f"On call: {each.name}" for each in (schedule, other, override_schedule)}


class TestFormat:
    def test_is_what_calendars_expect(self, client: Client, people: list[User], schedule: Schedule) -> None:
        """R-I1."""
        schedule.name = "Schöne lange Bereitschaft der Plattform für alle Läden in Europa, Tag und Nacht"
        schedule.save()
        answer = client.get(create_feed(people[0], schedule)[1])
        body = answer.content
        parsed: Any = Ical.from_ical(body)

        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert "no-store" not in answer["Cache-Control"]
        assert body.startswith(b"BEGIN:VCALENDAR\r\n")
        assert body.endswith(b"END:VCALENDAR\r\n")
        assert b"\n" not in body.replace(b"\r\n", b"")
        assert max(map(len, body.split(b"\r\n"))) <= 75
        assert b"RRULE" not in body
        assert b"TZID" not in body
        assert parsed["VERSION"] == "2.0"
        assert "Holdfast" in parsed["PRODID"]
        assert parsed["X-WR-CALNAME"] == f"On call: {schedule.name}"
        assert b"REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n" in body
        assert b"X-PUBLISHED-TTL:PT15M\r\n" in body
        for event in parsed.walk("VEVENT"):
            assert event["DTSTART"].to_ical().endswith(b"Z")
            assert event["DTEND"].to_ical().endswith(b"Z")
            assert event["SEQUENCE"] == 0
            assert event["STATUS"] == "CONFIRMED"
            assert str(event["URL"]).endswith(f"/schedules/{schedule.pk}/")

    def test_keeps_a_title_from_adding_lines(self, client: Client, people: list[User], schedule: Schedule) -> None:
        Schedule.objects.update(name="Shop\\, night; \r\nBEGIN:VALARM")

        body = client.get(create_feed(people[0], schedule)[1]).content

        assert b"\r\nBEGIN:VALARM" not in body

    def test_is_empty_for_a_person_who_is_never_on_call(self, client: Client) -> None:
        assert events(client, create_feed(make.UserFactory())[1]) == []


class TestChanges:
    @pytest.fixture
    def schedule(self, people: list[User]) -> Schedule:
        """Weeks alone: half a year of nights would make each feed ten times as long."""
        return make.weekly_schedule(*people, zone="Europe/Berlin", name="Shop")

    def test_write_nothing_while_nothing_changes(self, client: Client, people: list[User], schedule: Schedule) -> None:
        url = create_feed(people[0], schedule)[1]
        first = client.get(url)
        later = NOON + timedelta(minutes=7)
        with time_machine.travel(later, tick=False), CaptureQueriesContext(connection) as queries:
            again = client.get(url)

        assert again.content == first.content
        assert again["ETag"] == first["ETag"]
        assert not [
            q["sql"] for q in queries.captured_queries if "oncall_feedevent" in q["sql"] and "SELECT" not in q["sql"]
        ]

    def test_are_counted_and_show_cancelled_shifts(
        self, client: Client, people: list[User], schedule: Schedule
    ) -> None:
        """R-I1: SEQUENCE and LAST-MODIFIED grow; a removed shift is shown as cancelled for 30 days."""
        ana = people[0]
        url = create_feed(ana, schedule)[1]
        before = {event["UID"]: event for event in events(client, url)}
        coming = next(e for e in before.values() if e["DTSTART"].dt > NOON + timedelta(days=40))
        later = NOON + timedelta(hours=2)
        override(schedule, "set", make.UserFactory(name="Dora"), coming["DTSTART"].dt, 2)

        with time_machine.travel(later, tick=False):
            after_change = {event["UID"]: event for event in events(client, url)}
        cancelled_events = [event for event in after_change.values() if event["STATUS"] == "CANCELLED"]

        assert coming["UID"] in [event["UID"] for event in cancelled_events]
        assert all(event["SEQUENCE"] == 1 and event["LAST-MODIFIED"].dt == later for event in cancelled_events)
        assert [
            e["SUMMARY"] for e in after_change.values() if e["UID"] not in before if e["DTSTART"] == coming["DTSTART"]
        ] == ["Dora: Shop"]
        for days, is_shown in ((29, True), (31, False)):
            with time_machine.travel(later + timedelta(days=days), tick=False):
                assert (coming["UID"] in {event["UID"] for event in events(client, url)}) is is_shown

    def test_bring_back_what_was_cancelled_under_the_same_uid(
        self, client: Client, people: list[User], schedule: Schedule
    ) -> None:
        url = create_feed(people[0], schedule)[1]
        coming = next(e for e in events(client, url) if e["DTSTART"].dt > NOON + timedelta(days=40))
        row = override(schedule, "set", make.UserFactory(), coming["DTSTART"].dt, 2)
        events(client, url)
        Override.objects.filter(pk=row.pk).update(cancelled_at=NOON)

        restored = next(event for event in events(client, url) if event["UID"] == coming["UID"])

        assert (restored["STATUS"], restored["SEQUENCE"]) == ("CONFIRMED", 2)

    def test_forget_what_grew_old(self, client: Client, people: list[User], schedule: Schedule) -> None:
        feed, url = create_feed(people[0], schedule)
        events(client, url)

        with time_machine.travel(NOON + timedelta(days=400), tick=False):
            feed_events = events(client, url)

        assert FeedEvent.objects.filter(feed=feed).count() == len(feed_events)
        assert not [event for event in feed_events if event["STATUS"] == "CANCELLED"]

    def test_keep_a_shift_without_end_the_same_one(self, client: Client) -> None:
        """A person who is always on call has one event, whose identity does not change with time."""
        ana = make.UserFactory()
        make.weekly_schedule(ana)
        url = create_feed(ana)[1]
        feed_events = []
        for days in (0, 20, 100, 300, 500):
            with time_machine.travel(NOON + timedelta(days=days), tick=False):
                feed_events += events(client, url)

        assert len({event["UID"] for event in feed_events}) == 1
        assert len(feed_events) == 5

    def test_name_the_first_version_in_the_uid(self, client: Client, people: list[User], schedule: Schedule) -> None:
        """A new version makes new shifts from its start on."""
        url = create_feed(people[0], schedule)[1]
        starts_at = datetime(2026, 7, 6, 7, 0, tzinfo=UTC)
        before = {e["UID"] for e in events(client, url) if e["DTSTART"].dt >= starts_at}
        old = schedule.versions.get()
        version = ScheduleVersion.objects.create(
            schedule=schedule, created_at=NOON, effective_from=starts_at, time_zone=old.time_zone, origin="case"
        )
        layer = Layer.objects.create(version=version, anchor="2026-01-05T09:00", slots=1)
        LayerMember.objects.create(layer=layer, slot=0, user=people[2])

        after_change = confirmed(events(client, url))

        assert before.isdisjoint(e["UID"] for e in after_change if e["DTSTART"].dt >= starts_at)


class TestAddress:
    @pytest.mark.parametrize("method", ["get", "head"])
    def test_answers_304_to_who_has_it_already(
        self, client: Client, people: list[User], schedule: Schedule, method: str
    ) -> None:
        url = create_feed(people[0], schedule)[1]
        first = getattr(client, method)(url)

        again = getattr(client, method)(url, headers={"If-None-Match": first["ETag"]})

        assert first.status_code == 200
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]

    def test_is_nothing_when_wrong_revoked_or_of_a_closed_account(self, client: Client, people: list[User]) -> None:
        (own_feed, own_url), (_, bobs_url) = create_feed(people[0]), create_feed(people[1])
        feeds.revoke_feed(feed=own_feed, at=NOON)
        User.objects.filter(pk=people[1].pk).update(is_active=False)

        for url in (own_url, bobs_url, "/ical/x.ics", f"{bobs_url[:-8]}aaaa.ics", "/ical/cal_%00%00.ics"):
            assert client.get(url).status_code == 404, url
        assert client.post(own_url).status_code == 405

    def test_is_stored_hashed_and_not_logged(self, people: list[User]) -> None:
        feed, url = create_feed(people[0])
        key = url.removeprefix("/ical/").removesuffix(".ics")

        assert key not in str(FeedToken.objects.filter(pk=feed.pk).values())
        assert key not in redact(f"Not Found: {url}")

    def test_records_when_it_was_read(self, client: Client, people: list[User]) -> None:
        feed, url = create_feed(people[0])

        client.get(url)

        feed.refresh_from_db()
        assert feed.last_used_at == NOON

    def test_needs_as_many_queries_for_many_shifts_as_for_few(
        self, client: Client, people: list[User], schedule: Schedule
    ) -> None:
        few, many = make.UserFactory(), people[0]
        lone = make.weekly_schedule(few, make.UserFactory())
        for _ in range(4):
            make.weekly_schedule(*people)
        counts = []
        for url in (create_feed(few)[1], create_feed(many)[1]):
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            counts.append(len(queries))

        assert lone.pk
        assert counts[0] == counts[1] <= 12


class TestPage:
    @pytest.fixture
    def ana(self, client: Client, people: list[User]) -> User:
        client.force_login(people[0])
        return people[0]

    def test_shows_the_address_once(self, client: Client, ana: User, schedule: Schedule) -> None:
        answer = client.post("/me/feeds/add/", {"schedule": schedule.pk, "name": "Phone"})
        url = answer.context["url"]
        page = client.get("/me/feeds/").content.decode()

        assert events(Client(), url.partition("//")[2].partition("/")[2].join(["/", ""]))
        assert url not in page
        assert "Phone" in page
        assert schedule.name in page

    def test_selects_the_schedule_of_the_link(self, client: Client, ana: User, schedule: Schedule) -> None:
        page = client.get(f"/me/feeds/?schedule={schedule.pk}").content.decode()

        assert f'<option value="{schedule.pk}" selected>' in page
        assert client.get("/me/feeds/?schedule=x'").status_code == 200

    def test_revokes_own_feeds_only(self, client: Client, ana: User, people: list[User]) -> None:
        (own_feed, _), (other_feed, _) = create_feed(ana), create_feed(people[1])
        before = database_now()

        client.post(f"/me/feeds/{own_feed.pk}/revoke/")
        refused = client.post(f"/me/feeds/{other_feed.pk}/revoke/")

        own_feed.refresh_from_db()
        other_feed.refresh_from_db()
        assert own_feed.revoked_at is not None
        assert before <= own_feed.revoked_at <= database_now()
        assert (refused.status_code, other_feed.revoked_at) == (404, None)

    def test_sends_strangers_to_sign_in(self) -> None:
        assert Client().get("/me/feeds/").status_code == 302
