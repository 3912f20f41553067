"""The rota page: its days, its grid, its problems, and the view of an earlier day."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.base.data.clock import floor_minute
from oncall import rota
from oncall.cover import overrides
from oncall.models import Absence
from oncall.schedules import editing
from oncall.schedules.drafts import LayerDraft
from tests import factories as make

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


@pytest.fixture
def ana(db: Any) -> Any:
    return make.UserFactory(name="Ana Silva", time_zone="Europe/Lisbon")


@pytest.fixture
def bob(db: Any) -> Any:
    return make.UserFactory(name="Bob Martin")


@pytest.fixture
def signed_in(client: Client, ana: Any) -> Client:
    client.force_login(ana)
    return client


def span(kind: str, start: date, *, zone: ZoneInfo = BERLIN, end: date | None = None) -> rota.Span:
    return rota.span(kind=kind, start=start, end=end, zone=zone, at=make.NOON)


class TestSpan:
    def test_begins_on_monday_or_with_the_month(self) -> None:
        assert (span("week", date(2026, 6, 4)).first, span("week", date(2026, 6, 4)).end) == (
            date(2026, 6, 1),
            date(2026, 6, 8),
        )
        assert span("fortnight", date(2026, 6, 7)).end == date(2026, 6, 15)
        assert (span("month", date(2026, 2, 9)).first, span("month", date(2026, 2, 9)).end) == (
            date(2026, 2, 1),
            date(2026, 3, 1),
        )

    def test_turns_over_years(self) -> None:
        assert span("month", date(2026, 12, 9)).start_after(1) == date(2027, 1, 1)
        assert span("month", date(2026, 1, 9)).start_after(-1) == date(2025, 12, 1)
        assert span("week", date(2026, 1, 1)).start_after(-1) == date(2025, 12, 22)

    @pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
    def test_has_days_of_23_and_25_hours(self, day: date, hours: int) -> None:
        """R-T5."""
        hours_by_day = {each.date: each.hours for each in span("week", day).days()}

        assert hours_by_day.pop(day) == hours
        assert set(hours_by_day.values()) == {24}

    def test_leaves_out_a_day_that_the_calendar_skipped(self) -> None:
        """R-T5: Samoa had no 30 December 2011."""
        dates = [day.date for day in span("week", date(2011, 12, 28), zone=ZoneInfo("Pacific/Apia")).days()]

        assert date(2011, 12, 30) not in dates
        assert len(dates) == 6

    def test_refuses_more_than_400_days(self) -> None:
        first = date(2026, 1, 1)

        assert len(span("", first, end=first + timedelta(days=399)).days()) == 400
        with pytest.raises(rota.TooLong, match="401 days"):
            span("", first, end=first + timedelta(days=400))


@pytest.mark.django_db
class TestBoard:
    def test_finds_gaps_and_people_on_call_twice_and_with_time_off(self, ana: Any, bob: Any) -> None:
        """R-F5, R-O5, R-V6; the second schedule is of another team and not on the page."""
        shop = make.weekly_schedule(ana, name="Shop")
        make.weekly_schedule(ana, bob, name="Elsewhere")
        monday = datetime(2026, 6, 1, tzinfo=UTC)
        Absence.objects.create(user=ana, starts_at=monday, ends_at=monday + HOUR, created_at=monday, origin="case")
        for op, people, start in (("remove", [ana], 30), ("add", [ana], 50)):
            overrides.create_override(
                schedule=shop, op=op, users=people, starts_at=monday + start * HOUR, actor=None,
                ends_at=monday + (start + 2) * HOUR, at=monday, origin="case",
            )  # fmt: skip

        board = rota.board(ids=[shop.pk], span=span("week", monday.date(), zone=ZoneInfo("UTC")))

        kinds = {trouble.kind: trouble for trouble in board.troubles}
        assert set(kinds) == {"gap", "double", "absent", "idle"}
        assert kinds["gap"].times == [(monday + 30 * HOUR, monday + 32 * HOUR)]
        assert kinds["absent"].times == [(monday, monday + HOUR)]
        assert kinds["idle"].times == [(monday + 50 * HOUR, monday + 52 * HOUR)]
        assert [schedule.name for schedule in kinds["double"].schedules] == ["Shop", "Elsewhere"]
        assert kinds["double"].person == ana

    def test_shows_what_was_known_on_an_earlier_day(self, ana: Any, bob: Any) -> None:
        """R-V5."""
        schedule = make.weekly_schedule(ana, name="Shop")
        at = make.NOON
        overrides.create_override(
            schedule=schedule, op="set", users=[bob], starts_at=at, ends_at=at + HOUR, actor=None, at=at, origin="case"
        )
        week = span("week", at.date())

        before = rota.board(ids=[schedule.pk], span=week, as_of=at - HOUR)
        now = rota.board(ids=[schedule.pk], span=week)

        assert not [bar for lane in before.lanes for bar in lane.bars if bar.is_override]
        assert [bar.users for lane in now.lanes for bar in lane.bars if bar.is_override] == [(bob,)]

    def test_asks_as_often_for_ten_schedules_as_for_one(self, ana: Any, bob: Any) -> None:
        schedules = [make.weekly_schedule(ana, bob, name=f"Shop {n}") for n in range(10)]
        make.weekly_schedule(ana, bob, name="Elsewhere")
        month = span("month", date(2026, 6, 1))

        with CaptureQueriesContext(connection) as for_one:
            rota.board(ids=[schedules[0].pk], span=month)
        with CaptureQueriesContext(connection) as for_ten:
            rota.board(ids=[schedule.pk for schedule in schedules], span=month)

        assert len(for_ten) == len(for_one) <= 14


class TestDrawing:
    def test_is_true_to_the_hours_of_a_short_day(self, ana: Any, bob: Any) -> None:
        """R-T5: on the Sunday of 23 hours, noon is at 11/23 of the day."""
        schedule = make.weekly_schedule(ana, bob, zone="Europe/Berlin", anchor="2026-03-29T12:00")
        week = rota.board(ids=[schedule.pk], span=span("week", date(2026, 3, 29)))
        reader = rota.Reader(user=None, zone=BERLIN, at=make.NOON)

        [band] = rota.draw(week, reader=reader)

        starts = [float(match) for match in re.findall(r'rota-usual" x="([0-9.]+)%', band.rows[0][1])]
        assert starts == [0, round((6 * 24 + 11) * 100 / (7 * 24 - 1), 3)]
        assert "23 h" in band.head

    def test_draws_a_month_of_one_schedule_by_whole_weeks(self, ana: Any) -> None:
        schedule = make.weekly_schedule(ana, zone="Europe/Berlin")
        month = rota.board(ids=[schedule.pk], span=span("month", date(2026, 6, 1)))

        bands = rota.draw(month, reader=rota.Reader(user=ana.pk, zone=BERLIN, at=make.NOON))

        assert len(bands) == 5
        assert "rota-now" in bands[0].lines
        assert "rota-out" in bands[4].lines
        assert "rota-mine" in bands[0].rows[0][1]

    def test_escapes_what_people_typed(self, ana: Any) -> None:
        ana.name = "<script>alert(1)</script>"
        ana.save()
        schedule = make.weekly_schedule(ana, zone="Europe/Berlin")
        week = rota.board(ids=[schedule.pk], span=span("week", date(2026, 6, 1)))
        reader = rota.Reader(user=ana.pk, zone=BERLIN, at=make.NOON)

        drawn = rota.draw(week, reader=reader)[0].rows[0][1] + rota.list_lanes(week, reader=reader)[0][1]

        assert "<script" not in drawn
        assert "&lt;script" in drawn


class TestPage:
    def test_shows_gaps_first_and_both_time_zones(self, signed_in: Client, ana: Any, bob: Any) -> None:
        schedule = make.weekly_schedule(ana, bob, name="Shop primary", zone="Europe/Berlin")
        at = floor_minute(timezone.now())
        overrides.create_override(
            schedule=schedule, op="remove", users=[ana, bob], starts_at=at, ends_at=at + HOUR, actor=ana, at=at
        )

        page = signed_in.get(f"/schedules/{schedule.pk}/rota/", {"span": "week"}).content.decode()

        assert page.index("Fix these first") < page.index('class="rota"')
        assert "Nobody</span> is on call" in page
        assert "your time zone is Europe/Lisbon" in page
        assert "rota-now" in page

    def test_shows_all_schedules_of_a_team(self, signed_in: Client, ana: Any) -> None:
        team = make.TeamFactory(slug="shop")
        for name in ("Days", "Nights"):
            make.weekly_schedule(ana, name=name, team=team)

        page = signed_in.get("/teams/shop/rota/", {"span": "month", "start": "2026-06-17"}).content.decode()

        assert "Days" in page
        assert "Nights" in page
        assert "Mon 1 Jun 2026 to Tue 30 Jun 2026" in page
        assert "start=2026-05-01" in page
        assert "start=2026-07-01" in page

    def test_turns_a_range_of_its_own_by_its_length(self, signed_in: Client, ana: Any) -> None:
        schedule = make.weekly_schedule(ana)

        page = signed_in.get(f"/schedules/{schedule.pk}/rota/?start=2026-06-01&end=2026-06-10").content.decode()

        assert "start=2026-06-11&amp;end=2026-06-20" in page

    def test_shows_the_shadows(self, signed_in: Client, ana: Any, bob: Any) -> None:
        """R-F3."""
        schedule = make.ScheduleFactory()
        at = floor_minute(timezone.now())
        layers = [
            LayerDraft(anchor="2026-01-05T09:00", slots=((ana.pk,),)),
            LayerDraft(anchor="2026-01-05T09:00", slots=((bob.pk,),), kind="shadow"),
        ]
        editing.save_version(schedule=schedule, layers=layers, time_zone="UTC", effective_from=at, actor=ana, at=at)

        page = signed_in.get(f"/schedules/{schedule.pk}/rota/").content.decode()

        assert "Bob Martin (shadowing)" in page
        assert "rota-tall" in page

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("start=2026-01-01&end=2027-12-01", "A page shows at most 400"),
            ("start=2026-02-01&end=2026-01-01", "comes before the first"),
            ("end=2026-01-01", "Choose the first day"),
            ("start=0001-01-01", "from the years 2000 to 2099"),
            ("start=9999-12-31&end=9999-12-31", "from the years 2000 to 2099"),
            ("start=yesterday", "This is not a day"),
            ("span=century", "“century” is not one of its choices."),
            ("as_of=2098-01-01T00:00", "Choose a time in the past"),
            ("as_of=1026-01-01T00:00", "from the years 2000 to 2099"),
            ("as_of=x%00", "This is not a date and time"),
            ("as_of=0001-01-01T00:00:00%2B14:00", "from the years 2000 to 2099"),
            ("as_of=2026-01-01T00:00&as_of=2026-01-02T00:00", "several times"),
        ],
    )
    def test_says_what_cannot_be_shown(self, signed_in: Client, ana: Any, query: str, message: str) -> None:
        schedule = make.weekly_schedule(ana)

        response = signed_in.get(f"/schedules/{schedule.pk}/rota/?{query}")

        assert response.status_code == 422
        assert message in response.content.decode()

    def test_says_that_it_is_the_view_of_an_earlier_day(self, signed_in: Client, ana: Any, bob: Any) -> None:
        """R-V5, by the page."""
        schedule = make.weekly_schedule(ana, name="Shop")
        at = make.NOON
        overrides.create_override(
            schedule=schedule, op="set", users=[bob], starts_at=at, ends_at=at + HOUR, actor=None, at=at, origin="case"
        )

        page = signed_in.get(
            f"/schedules/{schedule.pk}/rota/?start=2026-06-01&end=2026-06-02&as_of=2026-06-01T10:00"
        ).content.decode()

        assert "This is the rota as known on Mon 1 Jun 2026, 10:00 WEST" in page
        assert "Bob Martin" not in page

    def test_is_for_those_who_are_signed_in(self, client: Client, ana: Any) -> None:
        schedule = make.weekly_schedule(ana)

        assert client.get(f"/schedules/{schedule.pk}/rota/").status_code == 302

    def test_is_not_found_for_what_is_not_there(self, signed_in: Client) -> None:
        assert signed_in.get("/schedules/99999/rota/").status_code == 404
        assert signed_in.get("/teams/none/rota/").status_code == 404
