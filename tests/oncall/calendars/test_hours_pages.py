"""Opening hours in the portal: a calendar's page, the form with its preview, and what is refused at its field."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from config.base.data.roles import Role
from oncall import calendars
from oncall.calendars import hours_preview
from oncall.models import Calendar
from tests import factories as make

pytestmark = pytest.mark.django_db

WEDNESDAY = datetime(2026, 12, 23, 11, 0, 30, tzinfo=UTC)
TYPED = {
    "time_zone": "Europe/Berlin",
    "windows": "Mon-Fri 09:00-12:00, 13:00-17:00\nFri 22:00-06:00",
    "exceptions": "2026-12-24 09:00-12:00 Christmas Eve\n2026-12-31 closed",
}


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make.UserFactory(roles=[Role.ADMINISTRATOR]))
    return client


def address(calendar: Calendar) -> str:
    return f"{calendar.get_absolute_url()}hours/"


class TestPreview:
    def test_shows_two_weeks_with_holidays_and_exceptions(self) -> None:
        """K-10, K-11, K-12, K-13."""
        germany = make.CalendarDateFactory(date=date(2026, 12, 25), name="Christmas Day").calendar
        version = make.CalendarVersionFactory(
            holidays=germany,
            exceptions=[
                {"date": "2026-12-24", "windows": [{"start": "09:00", "end": "12:00"}], "name": "Christmas Eve"},
                {"date": "2026-12-31", "windows": []},
            ],
        )

        drawn = hours_preview.preview([version], at=WEDNESDAY)

        days = {day.date.day: (day.times, day.minutes, day.note) for week in drawn.weeks for day in week}
        assert (drawn.zone, len(drawn.weeks), [len(week) for week in drawn.weeks]) == ("Europe/Berlin", 2, [7, 7])
        assert days[23] == ("09:00-17:00", 480, "")
        assert days[24] == ("09:00-12:00", 180, "Christmas Eve")
        assert days[25] == ("", 0, "Christmas Day")
        assert days[31] == ("", 0, "exception")
        assert [day.date.day for week in drawn.weeks for day in week if day.is_today] == [23]

    def test_shows_the_night_in_which_the_clocks_change(self) -> None:
        """R-T3: a night window over the change lasts an hour less."""
        version = make.CalendarVersionFactory(
            windows=[{"days": [0, 1, 2, 3, 4, 5, 6], "start": "22:00", "end": "06:00"}]
        )

        change = hours_preview.preview([version], at=WEDNESDAY).clock_change

        assert change is not None
        assert (change.day.date, change.shift) == (date(2027, 3, 28), 60)
        assert (change.day.times, change.day.minutes) == ("00:00-06:00, 22:00-24:00", 7 * 60)

    def test_of_a_zone_without_changes_has_none(self) -> None:
        version = make.CalendarVersionFactory(time_zone="Asia/Kolkata")

        assert hours_preview.preview([version], at=WEDNESDAY).clock_change is None

    def test_follows_the_versions(self) -> None:
        first = make.CalendarVersionFactory()
        second = make.CalendarVersionFactory(
            calendar=first.calendar, windows=[], effective_from=WEDNESDAY.replace(second=0)
        )

        drawn = hours_preview.preview([first, second], at=WEDNESDAY)

        assert [day.times for day in drawn.weeks[0]][:4] == ["09:00-17:00", "09:00-17:00", "09:00-12:00", ""]
        assert "never open" in drawn.warnings[0]

    def test_of_a_page_takes_as_many_queries_for_any_number(self, django_assert_num_queries: Any) -> None:
        germany = make.CalendarDateFactory().calendar
        first = make.CalendarVersionFactory(holidays=germany, created_by=make.UserFactory())
        for days in range(5):
            make.CalendarVersionFactory(
                calendar=first.calendar, holidays=germany, created_by=make.UserFactory(),
                effective_from=WEDNESDAY.replace(second=0) + timedelta(days=days),
            )  # fmt: skip

        with django_assert_num_queries(3):
            drawn = hours_preview.overview(first.calendar, at=WEDNESDAY)

        assert drawn.in_force is not None
        assert (len(drawn.planned), len(drawn.past)) == (4, 1)


class TestCalendarPage:
    def test_shows_hours_in_force_planned_and_past(self, manager: Client) -> None:
        first = make.CalendarVersionFactory(note="Founding")
        at = datetime.now(UTC).replace(second=0, microsecond=0)
        make.CalendarVersionFactory(
            calendar=first.calendar, effective_from=at - timedelta(days=1),
            windows=[{"days": [0], "start": "10:00", "end": "11:00"}],
        )  # fmt: skip
        planned = make.CalendarVersionFactory(calendar=first.calendar, effective_from=at + timedelta(days=3))

        page = manager.get(first.calendar.get_absolute_url()).content.decode()

        assert "In force since" in page
        assert "Mon 10:00-11:00" in page
        assert "Founding" in page
        assert f"hours/{planned.pk}/withdraw/" in page
        assert "(today)" in page

    def test_says_that_a_calendar_has_dates_only(self, manager: Client, client: Client) -> None:
        calendar = make.CalendarFactory()

        assert "days off only" in manager.get(calendar.get_absolute_url()).content.decode()

    def test_names_what_closes_on_its_dates(self, manager: Client) -> None:
        germany = make.CalendarFactory()
        office = make.CalendarVersionFactory(holidays=germany).calendar

        assert office.name in manager.get(germany.get_absolute_url()).content.decode()


class TestHoursChange:
    def test_previews_without_storing_and_then_saves(self, manager: Client) -> None:
        calendar, germany = make.CalendarFactory(), make.CalendarFactory(name="Germany, Berlin")
        typed = TYPED | {"holidays": germany.pk, "note": "As signed"}

        previewed = manager.post(address(calendar), typed | {"do": "preview"})
        assert not calendar.versions.exists()
        saved = manager.post(address(calendar), typed | {"do": "save"}, follow=True)

        assert previewed.status_code == 200
        assert "As it will be" in previewed.content.decode()
        version = calendar.versions.get()
        assert version.windows == [
            {"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "12:00"},
            {"days": [0, 1, 2, 3, 4], "start": "13:00", "end": "17:00"},
            {"days": [4], "start": "22:00", "end": "06:00"},
        ]
        assert version.exceptions[0]["name"] == "Christmas Eve"
        assert (version.holidays, version.note) == (germany, "As signed")
        assert "Germany, Berlin" in saved.content.decode()

    def test_begins_with_what_is_in_force(self, manager: Client) -> None:
        version = make.CalendarVersionFactory(time_zone="Asia/Kolkata")

        page = manager.get(address(version.calendar)).content.decode()

        assert "Asia/Kolkata" in page
        assert "Mon-Fri 09:00-17:00" in page

    def test_reads_its_moment_in_the_calendars_zone(self, manager: Client) -> None:
        calendar = make.CalendarFactory()

        manager.post(address(calendar), TYPED | {"time_zone": "Asia/Kolkata", "effective_from": "2099-01-01T09:00"})

        assert calendar.versions.get().effective_from == datetime(2099, 1, 1, 3, 30, tzinfo=UTC)

    @pytest.mark.parametrize("button", ["preview", "save"])
    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"time_zone": "Berlin"}, "not the name of a time zone"),
            ({"windows": "Mon-Fri 09:00-09:00"}, "no length. Write 00:00-24:00"),
            ({"windows": "Mon-Fri 9-17"}, "is not a window"),
            ({"windows": "Mon-Fri 09:00-25:00"}, "HH:MM"),
            ({"exceptions": "24.12. closed"}, "does not begin with a day"),
            ({"exceptions": "2026-12-24 closed\n2026-12-24 09:00-12:00"}, "occurs twice"),
            ({"exceptions": "2026-12-24 22:00-02:00"}, "does not end on the same day"),
            ({"effective_from": "2026-01-01T00:00"}, "choose now or later"),
            ({"effective_from": "soon"}, "not a date and time"),
            ({"holidays": "0"}, "Select a valid choice"),
        ],
    )
    def test_says_what_is_wrong_and_stores_nothing(
        self, manager: Client, changed: dict[str, str], words: str, button: str
    ) -> None:
        calendar = make.CalendarFactory()

        answer = manager.post(address(calendar), TYPED | changed | {"do": button})

        assert answer.status_code == 422
        [(name, errors)] = answer.context["form"].errors.items()
        assert name in changed
        assert words in errors[0]
        assert not calendar.versions.exists()

    def test_warns_of_an_end_one_minute_before_midnight(self, manager: Client) -> None:
        """K-10."""
        typed = TYPED | {"windows": "every day 00:00-23:59", "do": "preview"}

        assert "write 24:00" in manager.post(address(make.CalendarFactory()), typed).content.decode()

    def test_is_refused_once_after_somebody_else_saved(self, manager: Client) -> None:
        version = make.CalendarVersionFactory()
        page = manager.get(address(version.calendar))
        make.CalendarVersionFactory(
            calendar=version.calendar, created_by=make.UserFactory(name="Ana"),
            effective_from=datetime(2099, 1, 1, tzinfo=UTC),
        )  # fmt: skip

        answer = manager.post(address(version.calendar), TYPED | {"form_seen": page.context["form_seen"]})

        assert answer.status_code == 422
        assert "Ana changed this" in answer.content.decode()
        assert "Mon-Fri 09:00-17:00; in Europe/Berlin" in answer.content.decode()
        assert version.calendar.versions.count() == 2

    def test_is_for_few(self, client: Client) -> None:
        planned = make.CalendarVersionFactory(effective_from=datetime(2099, 1, 1, tzinfo=UTC))
        client.force_login(make.UserFactory(roles=[Role.AGENT]))

        assert client.get(address(planned.calendar)).status_code == 403
        assert client.post(f"{address(planned.calendar)}{planned.pk}/withdraw/").status_code == 403
        assert "withdraw/" not in client.get(planned.calendar.get_absolute_url()).content.decode()


class TestHoursWithdraw:
    def test_takes_back_what_is_planned_and_nothing_else(self, manager: Client) -> None:
        first = make.CalendarVersionFactory()
        planned = make.CalendarVersionFactory(calendar=first.calendar, effective_from=datetime(2099, 1, 1, tzinfo=UTC))

        manager.post(f"{address(first.calendar)}{planned.pk}/withdraw/")
        refused = manager.post(f"{address(first.calendar)}{first.pk}/withdraw/", follow=True)
        elsewhere = manager.post(f"{address(make.CalendarFactory())}{planned.pk}/withdraw/")

        assert calendars.planned_versions(first.calendar, datetime.now(UTC)) == []
        assert "stay in the history" in refused.content.decode()
        assert elsewhere.status_code == 404
