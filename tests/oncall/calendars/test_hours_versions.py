"""Opening hours as versions: what is refused, what is in force, and what nobody can change (K-10, K-12, K-14)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from config.base.data.roles import Role
from oncall import calendars
from oncall.calendars import dates, uses, versions
from oncall.calendars.hours_checks import MAX_EXCEPTIONS, MAX_WINDOWS, hours_warnings
from oncall.models import Calendar, CalendarVersion
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db

NOON = make.NOON
WEEKDAYS: Any = [{"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}]


def add(calendar: Calendar, **changed: Any) -> CalendarVersion:
    """A version from a day after noon on, unless `changed` says otherwise; recorded now, as by a person."""
    values: dict[str, Any] = {
        "time_zone": "Europe/Berlin",
        "windows": WEEKDAYS,
        "exceptions": [],
        "holidays": None,
        "effective_from": NOON + timedelta(days=1),
        "at": NOON,
        "actor": None,
        "origin": "import",
    }
    return calendars.add_version(calendar=calendar, **values | changed)


def refusal(**changed: Any) -> dict[str, list[str]]:
    """The sentences by field; nothing was stored."""
    with pytest.raises(ValidationError) as refused:
        add(make.CalendarFactory(), **changed)
    assert not CalendarVersion.objects.exists()
    return dict(refused.value.message_dict)


def window(start: str, end: str, days: Any = (0,)) -> Any:
    return {"days": list(days), "start": start, "end": end}


def exception(*spans: tuple[str, str], day: str = "2026-12-24") -> Any:
    return {"date": day, "windows": [{"start": start, "end": end} for start, end in spans]}


class TestAddVersion:
    def test_keeps_what_was_written(self) -> None:
        calendar, holidays, ana = make.CalendarFactory(), make.CalendarFactory(), make.UserFactory()

        version = add(
            calendar, holidays=holidays, exceptions=[exception(day="2026-12-31"), exception(("09:00", "12:00"))],
            note="Summer", actor=ana,
        )  # fmt: skip

        version.refresh_from_db()
        assert (version.calendar, version.holidays, version.created_by) == (calendar, holidays, ana)
        assert version.windows == WEEKDAYS
        assert [entry["date"] for entry in version.exceptions] == ["2026-12-24", "2026-12-31"]
        assert (version.created_at, version.effective_from) == (NOON, NOON + timedelta(days=1))

    def test_may_begin_in_this_minute(self) -> None:
        at = NOON + timedelta(seconds=30)

        assert add(make.CalendarFactory(), effective_from=NOON, at=at).effective_from == NOON

    @pytest.mark.parametrize(
        ("windows", "words"),
        [
            ([window("09:00", "09:00")], "Window 1: 09:00-09:00 has no length. Write 00:00-24:00"),
            ([window("09:00", "17:00"), window("00:00", "00:00")], "Window 2: 00:00-00:00 has no length"),
            ([window("9", "17:00")], "HH:MM"),
            ([window("25:00", "26:00")], "HH:MM"),
            ([window("24:00", "01:00")], "cannot start at 24:00"),
            ([window("09:00", "17:00", days=[])], "Days are numbers"),
            ([window("09:00", "17:00", days=[7])], "Days are numbers"),
            ([window("09:00", "17:00", days=["Mon"])], "Days are numbers"),
            ([window("09:00", "17:00") | {"days": None}], "Days are numbers"),
            ([{"start": "09:00", "end": "17:00"}], "days, a start and an end"),
            (["Mon-Fri"], "days, a start and an end"),
            ([window("09:00", "17:00")] * (MAX_WINDOWS + 1), "at most"),
        ],
    )
    def test_refuses_windows_that_are_none(self, windows: Any, words: str) -> None:
        refused = refusal(windows=windows)

        assert list(refused) == ["windows"]
        assert words in refused["windows"][0]

    @pytest.mark.parametrize(
        ("exceptions", "words"),
        [
            ([exception(), exception(("09:00", "12:00"))], "2026-12-24 occurs twice"),
            ([exception(("22:00", "02:00"))], "does not end on the same day"),
            ([exception(("09:00", "09:00"))], "no length"),
            ([exception(("09:00", "12:00"), ("11:00", "14:00"))], "overlap or are not in order"),
            ([exception(("13:00", "14:00"), ("09:00", "11:00"))], "overlap or are not in order"),
            ([exception(("9:00", "12:00"))], "HH:MM"),
            ([exception(day="2026-02-30")], "not a day"),
            ([exception(day="Christmas")], "not a day"),
            ([{"date": "2026-12-24"}], "a date, windows"),
            ([{"date": "2026-12-24", "windows": ["09:00"]}], "a start and an end"),
            ([exception()] * (MAX_EXCEPTIONS + 1), "at most"),
        ],
    )
    def test_refuses_exceptions_that_are_none(self, exceptions: Any, words: str) -> None:
        refused = refusal(exceptions=exceptions)

        assert list(refused) == ["exceptions"]
        assert words in refused["exceptions"][0]

    @pytest.mark.parametrize(
        ("effective_from", "words"),
        [
            (NOON - timedelta(minutes=1), "cannot change for the past: choose now or later"),
            (NOON + timedelta(seconds=30), "without seconds"),
            (datetime(2300, 1, 1, tzinfo=UTC), "up to the year 2199"),
        ],
    )
    def test_refuses_a_start_that_cannot_be(self, effective_from: datetime, words: str) -> None:
        assert words in refusal(effective_from=effective_from)["effective_from"][0]

    @pytest.mark.parametrize("zone", ["Berlin", "CEST", "", "Europe/Berlin; DROP", "+02:00"])
    def test_refuses_an_unknown_zone(self, zone: str) -> None:
        assert "Write it as Europe/Berlin" in refusal(time_zone=zone)["time_zone"][0]

    def test_names_every_wrong_field_at_once(self) -> None:
        refused = refusal(
            time_zone="Berlin", windows=[window("09:00", "09:00")], exceptions=[exception(day="x")],
            effective_from=NOON - timedelta(days=1),
        )  # fmt: skip

        assert sorted(refused) == ["effective_from", "exceptions", "time_zone", "windows"]

    def test_refuses_two_versions_from_one_moment(self) -> None:
        calendar = make.CalendarFactory()
        add(calendar)

        with pytest.raises(ValidationError, match="from this moment on already"):
            add(calendar)
        with pytest.raises(IntegrityError, match="oncall_calendarversion_once"), transaction.atomic():
            make.CalendarVersionFactory(calendar=calendar, effective_from=NOON + timedelta(days=1))
        add(make.CalendarFactory())

    def test_takes_the_moment_of_a_withdrawn_version(self) -> None:
        calendar = make.CalendarFactory()
        calendars.withdraw_version(version=add(calendar), at=NOON, actor=None)

        assert add(calendar).withdrawn_at is None


class TestWarnings:
    def test_are_told_for_hours_that_are_rarely_meant(self) -> None:
        assert hours_warnings(windows=WEEKDAYS, exceptions=[]) == []
        assert "never open" in hours_warnings(windows=[], exceptions=[])[0]
        assert hours_warnings(windows=[window("00:00", "23:59")], exceptions=[]) == [
            "An end at 23:59 leaves one minute closed every night: write 24:00."
        ]
        assert "23:59" in hours_warnings(windows=WEEKDAYS, exceptions=[exception(("00:00", "23:59"))])[0]


class TestVersions:
    def test_in_force_is_the_last_that_has_begun(self) -> None:
        """K-14: minute t is judged by the version in force at t."""
        calendar = make.CalendarFactory()
        first, second = add(calendar), add(calendar, effective_from=NOON + timedelta(days=3))
        withdrawn = add(calendar, effective_from=NOON + timedelta(days=2))
        calendars.withdraw_version(version=withdrawn, at=NOON, actor=None)

        in_force = [calendars.version_in_force(calendar, NOON + timedelta(days=days)) for days in range(4)]

        assert in_force == [None, first, first, second]
        assert calendars.planned_versions(calendar, NOON) == [first, second]
        assert calendars.planned_versions(calendar, first.effective_from) == [second]

    def test_are_withdrawn_only_before_they_take_effect(self) -> None:
        ana, calendar = make.UserFactory(), make.CalendarFactory()
        version, later = add(calendar), add(calendar, effective_from=NOON + timedelta(days=2))

        with pytest.raises(versions.NotPlanned, match="stay in the history"):
            calendars.withdraw_version(version=version, at=version.effective_from, actor=ana)
        calendars.withdraw_version(version=later, at=NOON, actor=ana)

        later.refresh_from_db()
        assert (later.withdrawn_at, later.withdrawn_by) == (NOON, ana)
        with pytest.raises(versions.NotPlanned, match="already withdrawn"):
            calendars.withdraw_version(version=later, at=NOON, actor=ana)


class TestDatabase:
    @pytest.mark.parametrize(
        "change", ["windows = '[]'", "time_zone = 'UTC'", "effective_from = now()", "note = 'x'", "holidays_id = NULL"]
    )
    def test_refuses_to_change_a_version(self, change: str) -> None:
        make.CalendarVersionFactory(holidays=make.CalendarFactory())

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE oncall_calendarversion SET {change}")  # noqa: S608 - of this test

    def test_refuses_to_delete_or_withdraw_twice(self) -> None:
        version = add(make.CalendarFactory())
        calendars.withdraw_version(version=version, at=NOON, actor=None)

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            version.delete()
        with pytest.raises(IntegrityError, match="already filled"), transaction.atomic():
            CalendarVersion.objects.update(withdrawn_at=None)

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"created_at": datetime(2026, 2, 1, tzinfo=UTC)}, "not_backdated"),
            ({"effective_from": datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)}, "minute"),
            ({"origin": "edit"}, "created_now"),
            ({"withdrawn_at": datetime(2026, 1, 1, tzinfo=UTC)}, "withdrawn_early"),
        ],
    )
    def test_refuses_what_rewrites_the_past(self, fields: dict[str, Any], name: str) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        values = {"effective_from": start, "created_at": start} | fields

        with pytest.raises(IntegrityError, match=f"oncall_calendarversion_{name}"), transaction.atomic():
            make.CalendarVersionFactory(**values)


class TestUses:
    def test_of_holidays_keep_a_calendar(self) -> None:
        """K-14: a calendar in use cannot be deleted."""
        germany = make.CalendarFactory(name="Germany")
        office = make.CalendarVersionFactory(holidays=germany).calendar

        with pytest.raises(uses.InUse, match="A calendar uses this calendar"):
            calendars.delete_calendar(calendar=germany, at=NOON, actor=None)
        assert calendars.used_by(germany, at=NOON) == [("calendar", office)]
        calendars.delete_calendar(calendar=office, at=NOON, actor=None)
        assert calendars.used_by(germany, at=NOON) == []

    def test_by_itself_does_not_keep_a_calendar(self) -> None:
        calendar = make.CalendarFactory()
        make.CalendarVersionFactory(calendar=calendar, holidays=calendar)
        make.CalendarDateFactory(calendar=calendar)

        counted: Any = calendars.with_counts(today=NOON.date()).get()
        assert counted.in_use_by == 0
        calendars.delete_calendar(calendar=calendar, at=NOON, actor=None)

        assert not Calendar.objects.exists()

    def test_of_an_app_above_keep_a_calendar_and_are_listed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        calendar, other = make.CalendarFactory(), make.CalendarFactory()
        monkeypatch.setattr(uses, "_uses", dict(uses._uses))
        uses.register(
            uses.CalendarUse(
                name="target",
                rows=CalendarVersion.objects.all,
                calendar="calendar",
                counted="pk",
                users=lambda pk, at: Calendar.objects.filter(pk=pk),
            )
        )
        make.CalendarVersionFactory(calendar=calendar)

        assert uses.names() == ["schedule", "calendar", "target"]
        assert calendars.used_by(calendar, at=NOON) == [("target", calendar)]
        with pytest.raises(uses.InUse, match="A target uses"):
            calendars.delete_calendar(calendar=calendar, at=NOON, actor=None)
        calendars.delete_calendar(calendar=other, at=NOON, actor=None)

    def test_are_counted_in_one_query(self, django_assert_num_queries: Any) -> None:
        germany = make.CalendarFactory(name="Germany")
        make.schedule_excluding(germany)
        for _ in range(3):
            make.CalendarVersionFactory(holidays=germany)

        rows: Any = calendars.with_counts(today=NOON.date())
        with django_assert_num_queries(1):
            counts = {row.name: row.in_use_by for row in rows}

        assert counts["Germany"] == 4
        assert set(counts.values()) == {0, 4}

    def test_of_holidays_count_for_days_that_have_begun(self) -> None:
        """R-V5a: a day that has begun where the holidays are used cannot be added."""
        germany = make.CalendarFactory()
        make.CalendarVersionFactory(holidays=germany, time_zone="Asia/Kolkata")

        assert {zone.key for zone in dates.zones_in_use(germany, at=NOON)} == {"Asia/Kolkata"}
        assert dates.zones_in_use(germany, at=datetime(2025, 1, 1, tzinfo=UTC)) == frozenset()
        with pytest.raises(dates.DayHasBegun):
            calendars.add_date(calendar=germany, date=NOON.date(), at=NOON, actor=None)
        calendars.add_date(calendar=germany, date=date(2026, 12, 24), at=NOON, actor=None)


class TestApi:
    @pytest.fixture
    def terraform(self) -> Any:
        return client_of(make.UserFactory(roles=[Role.ADMINISTRATOR]))

    def test_adds_lists_and_withdraws(self, terraform: Any) -> None:
        calendar, germany = make.CalendarFactory(), make.CalendarFactory()
        url = f"/api/v1/calendars/{calendar.pk}/versions/"
        sent = {
            "time_zone": "Europe/Berlin", "windows": WEEKDAYS, "holidays": germany.pk, "note": "As signed",
            "exceptions": [exception(("09:00", "12:00")) | {"name": "Christmas Eve"}, exception(day="2026-12-31")],
            "effective_from": "2099-01-01T00:00:00Z",
        }  # fmt: skip

        created = terraform.post(url, sent, format="json")
        twice = terraform.post(url, sent, format="json")
        url_of_version = f"/api/v1/calendar-versions/{created.json()['id']}/"
        withdrawn = [terraform.post(f"{url_of_version}withdraw/") for _ in range(2)]

        assert created.status_code == 201
        assert created.headers["Location"].endswith(url_of_version)
        assert {name: created.json()[name] for name in sent} == sent
        assert (twice.status_code, list(twice.json()["fields"])) == (400, ["effective_from"])
        assert [answer.status_code for answer in withdrawn] == [200, 200]
        assert withdrawn[1].json()["withdrawn_at"]
        assert [row["id"] for row in terraform.get(url).json()["results"]] == [created.json()["id"]]
        assert (
            terraform.get("/api/v1/calendar-versions/", {"calendar": calendar.pk, "withdrawn": "false"}).json()[
                "results"
            ]
            == []
        )

    def test_begins_at_the_next_minute(self, terraform: Any) -> None:
        calendar = make.CalendarFactory()

        terraform.post(
            f"/api/v1/calendars/{calendar.pk}/versions/", {"time_zone": "UTC", "windows": []}, format="json"
        )

        version = calendar.versions.get()
        assert timedelta(0) <= version.effective_from - version.created_at < timedelta(minutes=1)
        assert terraform.post(f"/api/v1/calendar-versions/{version.pk}/withdraw/").status_code in {200, 409}

    def test_refuses_to_withdraw_what_is_in_force(self, terraform: Any) -> None:
        version = make.CalendarVersionFactory()

        assert terraform.post(f"/api/v1/calendar-versions/{version.pk}/withdraw/").status_code == 409

    @pytest.mark.parametrize(
        ("changed", "name"),
        [
            ({"time_zone": "Berlin"}, "time_zone"),
            ({"windows": [window("09:00", "09:00")]}, "windows"),
            ({"windows": [window("09:00", "17:00", days=[7])]}, "windows"),
            ({"windows": "Mon-Fri"}, "windows"),
            ({"windows": [{"days": [0], "start": "9"}]}, "windows"),
            ({"exceptions": [exception(), exception()]}, "exceptions"),
            ({"exceptions": [exception(day="2026-02-30")]}, "exceptions"),
            ({"holidays": 0}, "holidays"),
            ({"effective_from": "2026-01-01T00:00:00Z"}, "effective_from"),
            ({"effective_from": "2099-01-01T00:00:30Z"}, "effective_from"),
            ({"closed": True}, "closed"),
        ],
    )
    def test_names_the_wrong_field(self, terraform: Any, changed: dict[str, Any], name: str) -> None:
        calendar = make.CalendarFactory()
        sent = {"time_zone": "UTC", "windows": WEEKDAYS} | changed

        answer = terraform.post(f"/api/v1/calendars/{calendar.pk}/versions/", sent, format="json")

        assert answer.status_code == 400
        assert {field.partition(".")[0] for field in answer.json()["fields"]} == {name}
        assert not calendar.versions.exists()

    def test_is_for_those_who_may_change_calendars(self) -> None:
        agent = client_of(make.UserFactory(roles=[Role.AGENT]))
        version = make.CalendarVersionFactory(effective_from=datetime(2099, 1, 1, tzinfo=UTC))

        added = agent.post(f"/api/v1/calendars/{version.calendar_id}/versions/", {}, format="json")
        withdrawn = agent.post(f"/api/v1/calendar-versions/{version.pk}/withdraw/")

        assert (added.status_code, withdrawn.status_code) == (403, 403)
