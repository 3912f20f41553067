"""Nights in which clocks change, and what a local time means in them (R-T3)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.base.data.clock_changes import ClockChange, clock_changes, read_wall_clock

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


class TestReading:
    def test_of_an_ordinary_time_is_plain(self) -> None:
        reading = read_wall_clock(local("2026-06-01T14:00"), BERLIN)

        assert (reading.at, reading.is_skipped, reading.second) == (NOON, False, None)

    @pytest.mark.parametrize(("clock", "is_skipped"), [("01:59", False), ("02:00", True), ("02:59", True)])
    def test_of_a_skipped_time_is_the_end_of_the_gap(self, clock: str, is_skipped: bool) -> None:
        reading = read_wall_clock(local(f"2027-03-28T{clock}"), BERLIN)

        assert reading.is_skipped is is_skipped
        assert reading.at == datetime(2027, 3, 28, 1 if is_skipped else 0, 0 if is_skipped else 59, tzinfo=UTC)
        assert reading.second is None

    @pytest.mark.parametrize(
        ("clock", "is_repeated"), [("01:59", False), ("02:00", True), ("02:59", True), ("03:00", False)]
    )
    def test_of_a_repeated_time_is_the_first_and_knows_the_second(self, clock: str, is_repeated: bool) -> None:
        reading = read_wall_clock(local(f"2026-10-25T{clock}"), BERLIN)

        assert reading.second == (reading.at + timedelta(hours=1) if is_repeated else None)


class TestChanges:
    def test_of_the_coming_year_are_found_to_the_minute(self) -> None:
        back, forward = clock_changes(BERLIN, at=NOON)

        assert back == ClockChange(
            datetime(2026, 10, 25, 1, tzinfo=UTC), local("2026-10-25T03:00"), local("2026-10-25T02:00")
        )
        assert forward == ClockChange(
            datetime(2027, 3, 28, 1, tzinfo=UTC), local("2027-03-28T02:00"), local("2027-03-28T03:00")
        )
        assert (back.is_forward, forward.is_forward) == (False, True)

    def test_of_half_an_hour_are_changes_too(self) -> None:
        back = next(change for change in clock_changes(ZoneInfo("Australia/Lord_Howe"), at=NOON) if change.is_forward)

        assert back.after - back.before == timedelta(minutes=30)

    def test_are_none_in_a_zone_that_keeps_one_time(self) -> None:
        assert list(clock_changes(ZoneInfo("Asia/Kolkata"), at=NOON)) == []
