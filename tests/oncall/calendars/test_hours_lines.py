"""Opening hours and exceptions as people write them, a line each."""

import pytest
from django.core.exceptions import ValidationError

from oncall.calendars import hours_lines


class TestWindows:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Mon-Fri 09:00-17:00",
            "Mon-Fri 09:00-12:00, 13:00-17:00\nSat 10:00-14:00",
            "every day 00:00-24:00",
            "Fri, Sat 22:00-06:00",
        ],
    )
    def test_come_back_as_they_were_written(self, text: str) -> None:
        assert hours_lines.write_windows(hours_lines.read_windows(text)) == text

    def test_name_their_days(self) -> None:
        assert hours_lines.read_windows("9:00 to 17:00\nfriday 8:00-9:00") == [
            {"days": [0, 1, 2, 3, 4, 5, 6], "start": "09:00", "end": "17:00"},
            {"days": [4], "start": "08:00", "end": "09:00"},
        ]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("office hours", "“office hours” is not a window"),
            ("Mon-Fri 09:00", "is not a window"),
            ("Moonday 09:00-17:00", "write days as Mon-Fri"),
            ("Fri 17:00 to Mon 09:00", "“Fri 17:00 to Mon 09:00” lasts over several days. Write a line for each day"),
        ],
    )
    def test_are_refused_with_help(self, text: str, words: str) -> None:
        with pytest.raises(ValidationError, match=words):
            hours_lines.read_windows(text)


class TestExceptions:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "2026-12-24 09:00-12:00 Christmas Eve",
            "2026-12-31 closed",
            "2026-12-31 closed Stocktaking\n2027-01-02 10:00-12:00, 13:00-15:00",
        ],
    )
    def test_come_back_as_they_were_written(self, text: str) -> None:
        assert hours_lines.write_exceptions(hours_lines.read_exceptions(text)) == text

    def test_have_a_day_windows_and_a_name(self) -> None:
        assert hours_lines.read_exceptions("2026-12-24  9:00 – 12:00  Christmas   Eve\n\n2026-12-31 Closed") == [
            {"date": "2026-12-24", "windows": [{"start": "09:00", "end": "12:00"}], "name": "Christmas Eve"},
            {"date": "2026-12-31", "windows": []},
        ]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Christmas", "“Christmas” is not an exception. Write the day first"),
            ("2026-12-24", "is not an exception"),
            ("2026-12-24 noon", "is not an exception"),
            ("24.12.2026 closed", "does not begin with a day"),
            ("2026-02-30 closed", "does not begin with a day"),
        ],
    )
    def test_are_refused_with_help(self, text: str, words: str) -> None:
        with pytest.raises(ValidationError, match=words):
            hours_lines.read_exceptions(text)
