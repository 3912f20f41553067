"""Calendars: public holidays, own days off, and what later edits must not change (R-V5a)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from config.base.data.cpu_budget import OverBudget
from oncall import calendars, schedules
from oncall.calendars import countries, dates, ical_import, top_up, uses
from oncall.models import Calendar, CalendarDate, Schedule
from oncall.schedules.timeline import build_timeline
from tests import factories as make

pytestmark = pytest.mark.django_db

NOON = make.NOON
BERLIN = ZoneInfo("Europe/Berlin")


def dates_of(calendar: Calendar) -> list[date]:
    return list(calendar.dates.active().order_by("date").values_list("date", flat=True))


def gaps(schedule: Schedule, *, as_of: datetime | None = None) -> list[Any]:
    since, until = datetime(2026, 5, 1, tzinfo=UTC), datetime(2027, 1, 10, tzinfo=UTC)
    [roster] = schedules.load(ids=[schedule.pk], since=since, until=until, as_of=as_of)
    return build_timeline(roster.plan, since=since, until=until).gaps


def day_in_berlin(day: date) -> tuple[datetime, datetime]:
    since = schedules.resolve(datetime.combine(day, datetime.min.time()), BERLIN)
    return since, since + timedelta(days=1)


class TestCreateCalendar:
    def test_writes_the_holidays_of_this_year_and_the_next_ones(self) -> None:
        calendar = calendars.create_calendar(name="Berlin", country="DE", subdivision="BE", at=NOON, actor=None)

        days = dates_of(calendar)
        assert date(2027, 3, 8) in days  # only Berlin and one other part have it
        assert min(days) >= NOON.date()
        assert {day.year for day in days} == {2026, 2027, 2028}
        assert calendar.filled_through == 2028

    @pytest.mark.parametrize(
        ("place", "words"),
        [
            ({"country": "XX"}, "No holidays are known"),
            ({"country": "DE", "subdivision": "ZZ"}, "BE"),
            ({"country": "LU", "subdivision": "X"}, "same everywhere"),
        ],
    )
    def test_refuses_a_place_nothing_is_known_of(self, place: Any, words: str) -> None:
        with pytest.raises(dates.UnknownPlace, match=words):
            calendars.create_calendar(name="Here", **place, at=NOON, actor=None)

    def test_refuses_a_name_twice(self) -> None:
        calendars.create_calendar(name="Ours", at=NOON, actor=None)

        with pytest.raises(dates.Duplicate, match="name"):
            calendars.create_calendar(name="Ours", at=NOON, actor=None)


class TestCountries:
    def test_all_have_names_and_give_dates_that_can_be_kept(self) -> None:
        assert countries.names()["US"] == "United States"
        assert countries.subdivisions("GB")["SCT"] == "Scotland"
        for code in ("DE", "GB", "US", "IN", "AU", "BR", "IL", "JP"):
            public_days = countries.public_holidays(code, "", [2026, 2027])
            assert public_days, code
            assert {day.year for day in public_days} == {2026, 2027}


class TestTopUpDue:
    def test_fills_what_has_fallen_behind_once(self) -> None:
        calendar = calendars.create_calendar(name="Berlin", country="DE", at=NOON, actor=None)
        own = make.CalendarFactory()

        filled = calendars.top_up_due(at=NOON + timedelta(days=365))

        calendar.refresh_from_db()
        assert filled == 1
        assert calendar.filled_through == 2029
        assert date(2029, 12, 25) in dates_of(calendar)
        assert not own.dates.exists()
        assert calendars.top_up_due(at=NOON + timedelta(days=365)) == 0

    def test_leaves_out_what_somebody_withdrew(self) -> None:
        calendar = calendars.create_calendar(name="Berlin", country="DE", at=NOON, actor=None)
        day = calendar.dates.get(date=date(2027, 10, 3))
        calendars.withdraw_date(day=day, at=NOON, actor=None)
        Calendar.objects.update(filled_through=2025)

        calendars.top_up_due(at=NOON)

        assert date(2027, 10, 3) not in dates_of(calendar)
        assert date(2027, 12, 25) in dates_of(calendar)

    def test_fills_one_that_was_made_in_the_administration(self) -> None:
        calendar = make.CalendarFactory(country="GB")

        top_up.top_up_due(at=NOON)

        assert date(2026, 12, 25) in dates_of(calendar)


class TestAddDate:
    def test_refuses_a_day_that_has_begun_where_it_is_used(self) -> None:
        """R-V5a: a date in the past is refused once a version has used the calendar."""
        calendar = make.CalendarFactory()
        make.schedule_excluding(calendar)

        with pytest.raises(dates.DayHasBegun, match="later day"):
            calendars.add_date(calendar=calendar, date=NOON.date(), at=NOON, actor=None)
        calendars.add_date(calendar=calendar, date=NOON.date() + timedelta(days=1), at=NOON, actor=None)

    def test_takes_any_day_before_the_first_use(self) -> None:
        calendar = make.CalendarFactory()

        calendars.add_date(calendar=calendar, date=date(2025, 1, 1), at=NOON, actor=None)

        assert dates_of(calendar) == [date(2025, 1, 1)]

    def test_takes_today_where_today_is_still_to_come(self) -> None:
        calendar = make.CalendarFactory()
        make.schedule_excluding(calendar, zone="Pacific/Honolulu")
        early = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)  # 31 May, 17:00 there

        calendars.add_date(calendar=calendar, date=date(2026, 6, 1), at=early, actor=None)

        assert dates_of(calendar) == [date(2026, 6, 1)]

    def test_refuses_a_date_twice(self) -> None:
        day = make.CalendarDateFactory()

        with pytest.raises(dates.Duplicate):
            calendars.add_date(calendar=day.calendar, date=day.date, at=NOON, actor=None)

    def test_counts_from_its_local_midnight_on(self) -> None:
        calendar = make.CalendarFactory()
        schedule = make.schedule_excluding(calendar)

        calendars.add_date(calendar=calendar, date=date(2026, 7, 1), at=NOON, actor=None)

        assert gaps(schedule) == [day_in_berlin(date(2026, 7, 1))]


class TestWithdrawDate:
    def test_changes_no_minute_that_was(self) -> None:
        """R-V5: a day that has begun still counts after it is withdrawn; a coming day does not."""
        calendar = make.CalendarFactory()
        schedule = make.schedule_excluding(calendar)
        past, coming = (
            make.CalendarDateFactory(calendar=calendar, date=day) for day in (date(2026, 5, 20), date(2026, 7, 1))
        )
        before = gaps(schedule)

        calendars.withdraw_date(day=coming, at=NOON, actor=None)
        CalendarDate.objects.filter(pk=past.pk).update(withdrawn_at=NOON)  # directly, because the domain refuses it

        assert before == [day_in_berlin(past.date), day_in_berlin(coming.date)]
        assert gaps(schedule) == [day_in_berlin(past.date)]
        assert gaps(schedule, as_of=NOON - timedelta(hours=1)) == before

    def test_refuses_a_day_that_has_begun(self) -> None:
        calendar = make.CalendarFactory()
        make.schedule_excluding(calendar)
        day = make.CalendarDateFactory(calendar=calendar, date=date(2026, 6, 1))

        with pytest.raises(dates.DayHasBegun, match="past does not change"):
            calendars.withdraw_date(day=day, at=NOON, actor=None)

    def test_keeps_the_row_with_who_did_it(self) -> None:
        day, ana = make.CalendarDateFactory(), make.UserFactory()

        calendars.withdraw_date(day=day, at=NOON, actor=ana)
        calendars.withdraw_date(day=day, at=NOON + timedelta(days=1), actor=None)

        day.refresh_from_db()
        assert (day.withdrawn_at, day.withdrawn_by) == (NOON, ana)

    def test_lets_it_be_added_again(self) -> None:
        calendar = make.CalendarFactory()
        schedule = make.schedule_excluding(calendar)
        day = make.CalendarDateFactory(calendar=calendar, date=date(2026, 7, 1))
        calendars.withdraw_date(day=day, at=NOON, actor=None)

        calendars.add_date(calendar=calendar, date=day.date, at=NOON + timedelta(hours=1), actor=None)

        assert gaps(schedule) == [day_in_berlin(day.date)]

    def test_is_the_one_change_the_database_lets_through(self) -> None:
        day = make.CalendarDateFactory()

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            CalendarDate.objects.filter(pk=day.pk).update(date=date(2030, 1, 1))
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            day.delete()


class TestSetDates:
    def test_adds_and_withdraws_and_twice_changes_nothing(self) -> None:
        calendar = make.CalendarFactory()
        expected = {date(2026, 7, 1): "One", date(2026, 8, 1): "Two"}
        calendars.set_dates(calendar=calendar, dates={date(2026, 9, 1): "", **expected}, at=NOON, actor=None)

        for _ in range(2):
            calendars.set_dates(calendar=calendar, dates=expected, at=NOON, actor=None)

        assert dates_of(calendar) == sorted(expected)
        assert calendar.dates.count() == 3

    def test_leaves_days_that_have_begun(self) -> None:
        calendar = make.CalendarFactory()
        make.schedule_excluding(calendar)
        day = make.CalendarDateFactory(calendar=calendar, date=date(2026, 5, 1))

        calendars.set_dates(calendar=calendar, dates={}, at=NOON, actor=None)

        assert dates_of(calendar) == [day.date]
        with pytest.raises(dates.DayHasBegun, match="2026-05-02"):
            calendars.set_dates(calendar=calendar, dates={date(2026, 5, 2): ""}, at=NOON, actor=None)


class TestDeleteCalendar:
    def test_removes_one_that_nothing_named(self) -> None:
        calendar = make.CalendarDateFactory().calendar

        calendars.delete_calendar(calendar=calendar, at=NOON, actor=None)

        assert not Calendar.objects.exists()
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            make.CalendarDateFactory().delete()

    def test_refuses_one_that_a_version_names(self) -> None:
        calendar = make.CalendarFactory()
        make.schedule_excluding(calendar)

        with pytest.raises(uses.InUse):
            calendars.delete_calendar(calendar=calendar, at=NOON, actor=None)


class TestImportBudget:
    def test_refuses_a_calendar_of_rules_that_never_match(self) -> None:
        rule = "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"
        event = f"BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20260101\r\n{rule}\r\nEND:VEVENT\r\n"
        body = event * 500
        content = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n".encode()

        with (
            mock.patch.object(ical_import, "CPU_SECONDS", 0.3),
            pytest.raises(OverBudget, match="nothing was imported"),
        ):
            ical_import.read_days(content, at=datetime(2026, 6, 1, tzinfo=UTC))
