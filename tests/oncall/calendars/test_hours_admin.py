"""Opening hours in the administration: a change is a new version, and those of before are read only (K-14)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from oncall.models import Calendar, CalendarVersion, User
from tests import factories as make

pytestmark = pytest.mark.django_db

ADD = "/admin/oncall/calendarversion/add/"
TYPED = {
    "time_zone": "Europe/Berlin", "windows": "Mon-Fri 09:00-17:00", "exceptions": "2026-12-24 09:00-12:00",
    "holidays": "", "effective_from_0": "", "effective_from_1": "", "note": "As signed",
}  # fmt: skip


@pytest.fixture
def boss(client: Client) -> User:
    user = User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss")
    client.force_login(user)
    return user


@pytest.fixture
def calendar() -> Calendar:
    return make.CalendarFactory(name="Office")


class TestAdd:
    def test_makes_a_version(self, client: Client, boss: User, calendar: Calendar) -> None:
        answer = client.post(ADD, TYPED | {"calendar": calendar.pk})

        assert answer.status_code == 302
        version = calendar.versions.get()
        assert version.windows == [{"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}]
        assert version.exceptions == [{"date": "2026-12-24", "windows": [{"start": "09:00", "end": "12:00"}]}]
        assert (version.created_by, version.note) == (boss, "As signed")
        assert version.effective_from - version.created_at < timedelta(minutes=1)

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"time_zone": "Berlin"}, "not the name of a time zone"),
            ({"windows": "Mon 09:00-09:00"}, "no length"),
            ({"windows": "Monday"}, "is not a window"),
            ({"exceptions": "2026-12-24 22:00-02:00"}, "same day"),
            ({"effective_from_0": "2026-01-01", "effective_from_1": "00:00"}, "choose now or later"),
            ({"effective_from_0": "2099-01-01", "effective_from_1": "00:00:30"}, "without seconds"),
        ],
    )
    @pytest.mark.usefixtures("boss")
    def test_says_what_is_wrong(self, client: Client, calendar: Calendar, changed: dict[str, str], words: str) -> None:
        answer = client.post(ADD, TYPED | {"calendar": calendar.pk} | changed)

        assert words in answer.content.decode()
        assert not calendar.versions.exists()

    @pytest.mark.usefixtures("boss")
    def test_warns_of_a_minute_before_midnight(self, client: Client, calendar: Calendar) -> None:
        answer = client.post(ADD, TYPED | {"calendar": calendar.pk, "windows": "every day 00:00-23:59"}, follow=True)

        assert "write 24:00" in answer.content.decode()

    @pytest.mark.usefixtures("boss")
    def test_begins_with_the_hours_in_force(self, client: Client) -> None:
        version = make.CalendarVersionFactory(time_zone="Asia/Kolkata")

        page = client.get(ADD, {"calendar": version.calendar_id}).content.decode()

        assert "Asia/Kolkata" in page
        assert "Mon-Fri 09:00-17:00" in page
        assert client.get(ADD, {"calendar": "x"}).status_code == 200


@pytest.mark.usefixtures("boss")
class TestStored:
    def test_is_read_only(self, client: Client) -> None:
        version = make.CalendarVersionFactory()
        address = reverse("admin:oncall_calendarversion_change", args=[version.pk])

        assert "Mon-Fri 09:00-17:00" in client.get(address).content.decode()
        assert client.post(address, TYPED | {"calendar": version.calendar_id}).status_code == 403
        assert client.post(reverse("admin:oncall_calendarversion_delete", args=[version.pk])).status_code == 403

    def test_stands_under_its_calendar(self, client: Client) -> None:
        version = make.CalendarVersionFactory(holidays=make.CalendarFactory())

        page = client.get(reverse("admin:oncall_calendar_change", args=[version.calendar_id])).content.decode()

        assert "Mon-Fri 09:00-17:00" in page

    def test_is_withdrawn_before_it_takes_effect(self, client: Client) -> None:
        first = make.CalendarVersionFactory()
        planned = make.CalendarVersionFactory(effective_from=datetime(2099, 1, 1, tzinfo=UTC))

        answer = client.post(
            reverse("admin:oncall_calendarversion_changelist"),
            {"action": "withdraw", "_selected_action": [first.pk, planned.pk]},
            follow=True,
        )

        assert "stay in the history" in answer.content.decode()
        assert CalendarVersion.objects.active().get() == first
