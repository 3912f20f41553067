"""Calendars on pages and over REST, and days imported from another calendar (R-I1)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from config.base.data.roles import Role
from config.base.net import http
from oncall import calendars
from oncall.calendars import ical_import
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db

NOON = make.NOON
ICS = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Somebody//Holidays//EN\r
BEGIN:VEVENT\r
UID:1\r
DTSTART;VALUE=DATE:20261224\r
DTEND;VALUE=DATE:20261227\r
SUMMARY:Closed\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
DTSTART;VALUE=DATE:20200308\r
RRULE:FREQ=YEARLY;UNTIL=20280401\r
EXDATE;VALUE=DATE:20270308\r
SUMMARY:Women's Day\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:3\r
DTSTART:20260102T080000Z\r
RRULE:FREQ=SECONDLY\r
SUMMARY:No holiday\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:4\r
DTSTART;VALUE=DATE:20260605\r
STATUS:CANCELLED\r
SUMMARY:Not any more\r
END:VEVENT\r
END:VCALENDAR\r
"""


class TestImport:
    def test_reads_days_spans_and_yearly_ones(self) -> None:
        """R-I1: import of a public-holiday iCal feeds calendars."""
        assert calendars.read_days(ICS, at=NOON) == {
            date(2026, 12, 24): "Closed",
            date(2026, 12, 25): "Closed",
            date(2026, 12, 26): "Closed",
            date(2026, 3, 8): "Women's Day",
            date(2028, 3, 8): "Women's Day",
        }

    @pytest.mark.parametrize(
        "content",
        [
            b"", b"\x00\xff", b"<html>", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", b"BEGIN:VEVENT\r\n" * 200,
            ICS.replace(b"DTSTART", b"DTEND"), ICS.replace(b"2026", b"9999").replace(b"FREQ=YEARLY", b"FREQ=X"),
            ICS.replace(b"20261224", b"20261340").replace(b"20200308", b"x"), b"x" * (ical_import.MAX_BYTES + 1),
        ],
    )  # fmt: skip
    def test_refuses_what_is_no_calendar(self, content: bytes) -> None:
        with pytest.raises(ical_import.NotReadable):
            calendars.read_days(content, at=NOON)

    def test_adds_what_is_new_and_leaves_out_what_is_over(self) -> None:
        calendar = make.CalendarFactory()
        make.CalendarDateFactory(calendar=calendar, date=date(2026, 12, 25))

        result = calendars.import_dates(
            calendar=calendar, dates=calendars.read_days(ICS, at=NOON), at=NOON, actor=None
        )

        assert result == ical_import.ImportResult(added=3, existing=1, past=1)
        assert str(result) == "Dates read: 3 added, 1 existed already, 1 left out, because they are over."
        assert calendar.dates.filter(origin="import").count() == 3

    def test_fetches_through_the_shared_client(self, monkeypatch: pytest.MonkeyPatch) -> None:
        urls = []

        def send(**call: Any) -> http.Answer:
            urls.append(call["url"])
            return http.Answer(200, {}, ICS)

        monkeypatch.setattr(http, "send", send)

        assert calendars.fetch_calendar("webcal://example.com/days.ics") == ICS
        assert urls == ["https://example.com/days.ics"]

    @pytest.mark.parametrize("url", ["http://127.0.0.1/x", "file:///etc/passwd", "http://169.254.169.254/", "x"])
    def test_refuses_addresses_inside(self, url: str) -> None:
        with pytest.raises(ical_import.NotReadable):
            calendars.fetch_calendar(url)


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make.UserFactory(roles=[Role.ADMINISTRATOR]))
    return client


class TestPages:
    def test_make_a_calendar_and_show_its_years(self, manager: Client) -> None:
        created = manager.post(
            "/calendars/add/", {"name": "Berlin", "country": "DE", "subdivision": "BE"}, follow=True
        )
        next_year = timezone.now().year + 1
        page = manager.get(created.redirect_chain[-1][0], {"year": next_year})

        assert "Christmas Day" in page.content.decode()
        assert f"Filled through</dt><dd>{next_year + 1}" in page.content.decode()

    def test_name_the_parts_of_a_country_when_one_is_wrong(self, manager: Client) -> None:
        answer = manager.post("/calendars/add/", {"name": "Berlin", "country": "DE", "subdivision": "berlin"})

        assert answer.status_code == 422
        assert "BE" in answer.content.decode()

    def test_add_and_withdraw_a_day(self, manager: Client) -> None:
        calendar = make.CalendarFactory()
        make.schedule_excluding(calendar)
        day = timezone.now().date() + timedelta(days=30)

        added = manager.post(f"/calendars/{calendar.pk}/add-day/", {"date": day, "name": "Party"}, follow=True)
        [row] = calendar.dates.all()
        withdrawn = manager.post(f"/calendars/days/{row.pk}/withdraw/", follow=True)
        past_day = manager.post(f"/calendars/{calendar.pk}/add-day/", {"date": "2026-01-02"})

        assert "Party" in added.content.decode()
        assert "withdrawn" in withdrawn.content.decode()
        assert past_day.status_code == 422
        assert "has already begun" in past_day.content.decode()

    def test_import_a_file(self, manager: Client) -> None:
        calendar = make.CalendarFactory()
        content = ICS.replace(b"20261224", b"20991224").replace(b"2028", b"2099")

        done = manager.post(
            f"/calendars/{calendar.pk}/import/", {"file": SimpleUploadedFile("days.ics", content)}, follow=True
        )
        neither = manager.post(f"/calendars/{calendar.pk}/import/", {})

        assert "Dates read:" in done.content.decode()
        assert calendar.dates.exists()
        assert neither.status_code == 422

    def test_are_read_by_everybody_and_changed_by_few(self, client: Client) -> None:
        day = make.CalendarDateFactory()
        client.force_login(make.UserFactory(roles=[Role.AGENT]))

        assert client.get(f"/calendars/{day.calendar_id}/").status_code == 200
        assert b"Withdraw" not in client.get(f"/calendars/{day.calendar_id}/?year=2027").content
        assert client.get("/calendars/add/").status_code == 403
        assert client.post(f"/calendars/days/{day.pk}/withdraw/").status_code == 403

    @pytest.mark.parametrize("year", ["x", "-1", "9" * 30, "1200", "%00"])
    def test_are_not_found_for_years_that_are_none(self, manager: Client, year: str) -> None:
        assert manager.get(f"/calendars/{make.CalendarFactory().pk}/", {"year": year}).status_code == 404

    def test_name_the_schedules_that_use_it(self, manager: Client) -> None:
        calendar = make.CalendarFactory()
        schedule = make.schedule_excluding(calendar)

        assert schedule.name in manager.get(f"/calendars/{calendar.pk}/").content.decode()
        assert manager.get("/calendars/").context["table"].rows[0].get_cell("in_use_by") == 1


class TestApi:
    @pytest.fixture
    def terraform(self) -> Any:
        return client_of(make.UserFactory(roles=[Role.ADMINISTRATOR]))

    def test_creates_and_updates_a_calendar_as_terraform_does(self, terraform: Any) -> None:
        sent = {"name": "Berlin", "country": "DE", "subdivision": "BE", "external_id": "tf-1"}

        created = terraform.post("/api/v1/calendars/", sent, format="json")
        url = f"/api/v1/calendars/{created.json()['id']}/"
        twice = [terraform.put(url, sent, format="json").json() for _ in range(2)]
        changed = terraform.patch(url, {"country": "FR"}, format="json")
        duplicate = terraform.post("/api/v1/calendars/", sent, format="json")

        assert created.status_code == 201
        assert twice == [created.json(), created.json()]
        assert terraform.get("/api/v1/calendars/", {"external_id": "tf-1"}).json()["results"] == [created.json()]
        assert (changed.status_code, duplicate.status_code) == (400, 409)
        assert [terraform.delete(url).status_code for _ in range(2)] == [204, 404]

    def test_puts_the_set_of_dates(self, terraform: Any) -> None:
        calendar = make.CalendarFactory()
        url = f"/api/v1/calendars/{calendar.pk}/dates/"
        sent = {"dates": [{"date": "2099-01-02", "name": "A"}, {"date": "2099-01-05", "name": ""}]}

        answers = [terraform.put(url, sent, format="json") for _ in range(2)]
        twice = terraform.put(url, {"dates": sent["dates"][:1] * 2}, format="json")

        assert [answer.json() for answer in answers] == [sent, sent]
        assert calendar.dates.count() == 2
        assert twice.status_code == 400

    def test_adds_and_withdraws_single_dates(self, terraform: Any) -> None:
        calendar = make.CalendarFactory()
        sent = {"calendar": calendar.pk, "date": "2099-01-02", "name": "A"}

        created = terraform.post("/api/v1/calendar-dates/", sent, format="json")
        duplicate = terraform.post("/api/v1/calendar-dates/", sent, format="json")
        url = f"/api/v1/calendar-dates/{created.json()['id']}/"

        assert (created.status_code, duplicate.status_code) == (201, 409)
        assert [terraform.delete(url).status_code for _ in range(2)] == [204, 404]
        assert terraform.get(url).json()["withdrawn_at"]

    def test_refuses_those_who_may_not_change_calendars(self) -> None:
        agent = client_of(make.UserFactory(roles=[Role.AGENT]))
        day = make.CalendarDateFactory()

        answers = [
            agent.post("/api/v1/calendars/", {"name": "Mine"}, format="json"),
            agent.put(f"/api/v1/calendars/{day.calendar_id}/dates/", {"dates": []}, format="json"),
            agent.delete(f"/api/v1/calendars/{day.calendar_id}/"),
            agent.delete(f"/api/v1/calendar-dates/{day.pk}/"),
        ]

        assert [answer.status_code for answer in answers] == [403] * 4
