"""A calendar written whole by a program: its opening hours become versions, and the same twice changes nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from oncall import calendars
from oncall.models import Calendar, CalendarVersion
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db

URL = "/api/v1/calendars/"
OFFICE: dict[str, Any] = {
    "time_zone": "Europe/Berlin",
    "windows": [{"days": [0, 1], "start": "09:00", "end": "17:00"}],
}
LATE = OFFICE | {"windows": [{"days": [0, 1], "start": "12:00", "end": "20:00"}]}


@pytest.fixture
def client() -> Any:
    return client_of(make.UserFactory(is_superuser=True))


@pytest.fixture(autouse=True)
def _middle_of_a_minute() -> Iterator[None]:
    """The real minute, because the database has its own clock; its middle, so that no test crosses its end."""
    with time_machine.travel(datetime.now(UTC).replace(second=30, microsecond=0), tick=False):
        yield


def put(client: Any, hours: object, **others: object) -> Any:
    answer = client.put(f"{URL}external/tf.1/", {"name": "Shops", "opening_hours": hours} | others)
    assert answer.status_code == 200, answer.json()
    return answer


def versions() -> list[tuple[Any, bool]]:
    rows = CalendarVersion.objects.order_by("pk")
    return [(row.windows[0]["start"] if row.windows else None, row.withdrawn_at is None) for row in rows]


class TestHours:
    def test_are_shown_as_they_can_be_sent_back(self, client: Any) -> None:
        first = put(client, OFFICE)

        hours = first.json()["opening_hours"]
        again = put(client, hours)

        assert hours == OFFICE | {"exceptions": [], "holidays": None}
        assert (again.json(), again["ETag"]) == (first.json(), first["ETag"])
        assert versions() == [("09:00", True)]

    def test_count_from_the_next_whole_minute_with_the_reason(self, client: Any) -> None:
        put(client, OFFICE, reason="Opening of the shops")

        version = CalendarVersion.objects.get()
        assert timedelta() < version.effective_from - datetime.now(UTC) <= timedelta(minutes=1)
        assert version.note == "Opening of the shops"
        assert version.created_by is not None

    def test_that_differ_are_a_version_and_move_the_etag(self, client: Any) -> None:
        first = put(client, OFFICE)

        second = put(client, LATE)

        assert second.json()["opening_hours"]["windows"] == LATE["windows"]
        assert versions() == [("09:00", False), ("12:00", True)]  # the first one had not begun
        stale = client.put(f"{URL}external/tf.1/", {"name": "Shops"}, headers={"If-Match": first["ETag"]})
        assert stale.status_code == 412

    def test_keep_what_was_in_force_and_withdraw_what_was_planned(self, client: Any) -> None:
        old = make.CalendarVersionFactory(calendar__external_id="tf.1", calendar__name="Shops")
        at = datetime.now(UTC)
        calendars.add_version(
            calendar=old.calendar, **OFFICE, exceptions=[], holidays=None, actor=None, at=at,
            effective_from=at.replace(second=0) + timedelta(days=9),
        )  # fmt: skip

        put(client, LATE)
        put(client, LATE)

        assert versions() == [("09:00", True), ("09:00", False), ("12:00", True)]

    def test_are_compared_with_those_of_now(self, client: Any) -> None:
        put(client, OFFICE)
        read_before = Calendar.objects.prefetch_related("versions").get()
        put(client, LATE)

        hours: Any = OFFICE | {"exceptions": [], "holidays": None}
        calendars.save_calendar(calendar=read_before, opening_hours=hours, at=datetime.now(UTC), actor=None)

        assert versions() == [("09:00", False), ("12:00", False), ("09:00", True)]

    @pytest.mark.parametrize("others", [{}, {"opening_hours": None}])
    def test_stay_if_none_are_sent(self, client: Any, others: dict[str, object]) -> None:
        put(client, OFFICE)

        answer = client.put(f"{URL}external/tf.1/", {"name": "Shops"} | others)

        assert answer.json()["opening_hours"]["windows"] == OFFICE["windows"]
        assert versions() == [("09:00", True)]

    def test_may_name_the_calendar_itself_and_days_in_any_order(self, client: Any) -> None:
        key = put(client, OFFICE).json()["id"]

        put(client, OFFICE | {"holidays": key})
        put(client, {"holidays": key, "time_zone": "Europe/Berlin",
                     "windows": [{"days": [1, 0], "start": "09:00", "end": "17:00"}]})  # fmt: skip

        assert versions() == [("09:00", False), ("09:00", True)]

    @pytest.mark.parametrize(
        "hours",
        [
            OFFICE | {"time_zone": "Europe/Atlantis"},
            OFFICE | {"windows": [{"days": [9], "start": "09:00", "end": "17:00"}]},
            OFFICE | {"windows": [{"days": [0], "start": "9", "end": "17:00"}]},
            OFFICE | {"holidays": 999_999},
            {"windows": []},
            "always",
        ],
    )
    def test_that_make_no_sense_are_refused_on_their_field(self, client: Any, hours: object) -> None:
        answer = client.post(URL, {"name": "Shops", "opening_hours": hours})

        assert answer.status_code == 400, answer.json()
        assert {name.split(".")[0] for name in answer.json()["fields"]} == {"opening_hours"}
        assert not Calendar.objects.exists()

    def test_of_a_list_cost_as_many_queries_for_ten_as_for_one(
        self, client: Any, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(10):
            make.CalendarVersionFactory(holidays=make.CalendarFactory())

        with django_assert_max_num_queries(6):
            assert len(client.get(URL).json()["results"]) == 20
