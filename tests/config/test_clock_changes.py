"""Local times that do not exist or happen twice are named, and the next such nights are known."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.base.data.clock_changes import ClockChange, clock_change_note, next_clock_changes

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


class TestNote:
    def test_names_a_minute_that_does_not_exist(self) -> None:
        note = clock_change_note(datetime(2027, 3, 28, 2, 30), BERLIN)

        assert note == (
            "02:30 does not exist on 28 March 2027 in Europe/Berlin: the clocks go forward. This is for 03:00, the"
            " first minute after."
        )

    def test_names_a_minute_that_happens_twice(self) -> None:
        assert clock_change_note(datetime(2026, 10, 25, 2, 0), BERLIN).endswith("This is for the first, CEST.")

    @pytest.mark.parametrize("hour", [1, 3, 12])
    def test_is_empty_for_usual_minutes(self, hour: int) -> None:
        assert clock_change_note(datetime(2027, 3, 28, hour), BERLIN) == ""


class TestNextChanges:
    def test_are_one_forward_and_one_back(self) -> None:
        assert next_clock_changes(BERLIN, after=date(2026, 11, 30)) == [
            ClockChange(datetime(2027, 3, 28, 2, 0), timedelta(hours=1)),
            ClockChange(datetime(2027, 10, 31, 2, 0), timedelta(hours=-1)),
        ]

    def test_of_half_an_hour_are_exact(self) -> None:
        back, forward = next_clock_changes(LORD_HOWE, after=date(2027, 1, 1))

        assert back == ClockChange(datetime(2027, 4, 4, 1, 30), timedelta(minutes=-30))
        assert forward == ClockChange(datetime(2027, 10, 3, 2, 0), timedelta(minutes=30))

    def test_are_none_where_clocks_never_change(self) -> None:
        assert next_clock_changes(ZoneInfo("Asia/Tokyo"), after=date(2026, 11, 30)) == []
