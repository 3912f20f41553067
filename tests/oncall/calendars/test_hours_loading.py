"""Opening hours as they are loaded: two queries, and holidays by when they were recorded (K-10 to K-14, R-V5a)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oncall import calendars
from oncall.calendars.opening_hours import OpeningHours, minute_of
from oncall.models import Calendar
from tests import factories as make

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(day: int, hour: int, minute: int = 0, *, month: int = 6) -> int:
    return minute_of(datetime(2026, month, day, hour, minute, tzinfo=BERLIN))


def load(calendar: Calendar) -> OpeningHours:
    return calendars.load_opening_hours([calendar.pk])[calendar.pk]


def open_hours(calendar: Calendar, day: date) -> float:
    start = datetime.combine(day, datetime.min.time(), BERLIN)
    return load(calendar).count(minute_of(start), minute_of(start + timedelta(days=1))) / 60


class TestLoadOpeningHours:
    def test_takes_two_queries_for_any_number(self, django_assert_num_queries: Any) -> None:
        germany = make.CalendarDateFactory(date=date(2026, 12, 25)).calendar
        rows = [make.CalendarVersionFactory(holidays=germany) for _ in range(5)]
        ids = [row.calendar_id for row in rows]

        with django_assert_num_queries(2):
            loaded = calendars.load_opening_hours(ids)
        with django_assert_num_queries(1):
            calendars.load_opening_hours([germany.pk])
        with django_assert_num_queries(0):
            assert calendars.load_opening_hours([]) == {}

        assert sorted(loaded) == sorted(ids)

    def test_opens_in_its_windows(self) -> None:
        """K-10, K-13: weekly windows in the calendar's own zone."""
        calendar = make.CalendarVersionFactory(
            windows=[
                {"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "12:00"},
                {"days": [0, 1, 2, 3, 4], "start": "13:00", "end": "17:00"},
                {"days": [4], "start": "22:00", "end": "06:00"},
            ]
        ).calendar

        assert list(load(calendar).windows(berlin(5, 0), berlin(7, 0))) == [
            (berlin(5, 9), berlin(5, 12)), (berlin(5, 13), berlin(5, 17)), (berlin(5, 22), berlin(6, 6)),
        ]  # fmt: skip

    def test_is_never_open_without_windows_or_versions(self) -> None:
        never = make.CalendarVersionFactory(windows=[]).calendar
        always = make.CalendarVersionFactory(
            windows=[{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "24:00"}]
        ).calendar

        assert load(never).count(berlin(1, 0), berlin(30, 0)) == 0
        assert load(make.CalendarFactory()).count(berlin(1, 0), berlin(30, 0)) == 0
        assert load(always).count(berlin(1, 0), berlin(2, 0)) == 24 * 60

    def test_opens_on_exceptions_alone(self) -> None:
        """K-12: an exception replaces its day, also where no window is."""
        calendar = make.CalendarVersionFactory(
            windows=[],
            exceptions=[{"date": "2026-06-06", "windows": [{"start": "10:00", "end": "14:00"}], "name": "Fair"}],
        ).calendar

        assert list(load(calendar).windows(berlin(1, 0), berlin(30, 0))) == [(berlin(6, 10), berlin(6, 14))]

    def test_closes_on_holidays_unless_an_exception_opens_them(self) -> None:
        """K-11, K-12."""
        germany = make.CalendarFactory()
        for day in (date(2026, 6, 3), date(2026, 6, 4)):
            make.CalendarDateFactory(calendar=germany, date=day)
        calendar = make.CalendarVersionFactory(
            holidays=germany,
            exceptions=[
                {"date": "2026-06-04", "windows": [{"start": "09:00", "end": "12:00"}]},
                {"date": "2026-06-05", "windows": []},
            ],
        ).calendar

        assert [open_hours(calendar, date(2026, 6, day)) for day in range(1, 7)] == [8, 8, 0, 3, 0, 0]

    def test_may_close_on_its_own_dates(self) -> None:
        calendar = make.CalendarDateFactory(date=date(2026, 6, 3)).calendar
        make.CalendarVersionFactory(calendar=calendar, holidays=calendar)

        assert [open_hours(calendar, date(2026, 6, day)) for day in (2, 3)] == [8, 0]

    @pytest.mark.parametrize(
        ("recorded", "withdrawn", "hours"),
        [
            (datetime(2026, 6, 2, 21, 59, tzinfo=UTC), None, 0),
            (datetime(2026, 6, 2, 22, 0, tzinfo=UTC), None, 8),
            (datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, 21, 59, tzinfo=UTC), 8),
            (datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 3, 9, 0, tzinfo=UTC), 0),
        ],
    )
    def test_counts_holidays_that_were_known_at_midnight(
        self, recorded: datetime, withdrawn: datetime | None, hours: int
    ) -> None:
        """R-V5a: midnight is that of the version's zone."""
        day = make.CalendarDateFactory(date=date(2026, 6, 3), created_at=recorded, withdrawn_at=withdrawn)
        calendar = make.CalendarVersionFactory(holidays=day.calendar).calendar

        assert open_hours(calendar, date(2026, 6, 3)) == hours

    def test_judges_each_minute_by_its_version(self) -> None:
        """K-14."""
        first = make.CalendarVersionFactory()
        later = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)
        make.CalendarVersionFactory(
            calendar=first.calendar, effective_from=later, time_zone="UTC",
            windows=[{"days": [2], "start": "00:00", "end": "24:00"}],
        )  # fmt: skip

        assert list(load(first.calendar).windows(berlin(3, 0), berlin(5, 0))) == [
            (berlin(3, 9), minute_of(datetime(2026, 6, 4, tzinfo=UTC)))
        ]

    def test_leaves_out_withdrawn_versions_unless_they_are_needed(self) -> None:
        first = make.CalendarVersionFactory()
        planned = datetime(2026, 6, 3, tzinfo=UTC)
        make.CalendarVersionFactory(
            calendar=first.calendar, windows=[], effective_from=planned, created_at=planned - timedelta(days=2),
            withdrawn_at=planned - timedelta(days=1),
        )  # fmt: skip

        loaded = calendars.load_opening_hours([first.calendar_id], with_withdrawn=True)[first.calendar_id]

        assert load(first.calendar).count(berlin(3, 0), berlin(4, 0)) == 480
        assert loaded.known_at(minute_of(planned) - 2000).count(berlin(3, 0), berlin(4, 0)) == 0
        assert loaded.known_at(minute_of(planned)).count(berlin(3, 0), berlin(4, 0)) == 480
