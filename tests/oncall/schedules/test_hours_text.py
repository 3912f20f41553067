"""The hours of a layer as people write them: a window on each line."""

import pytest
from django.core.exceptions import ValidationError

from oncall.schedules import hours_text


class TestHoursAsText:
    @pytest.mark.parametrize(
        "text",
        [
            "Mon-Fri 09:00-17:00",
            "Sat, Sun 00:00-24:00",
            "every day 22:00-06:00",
            "Fri 17:00 to Mon 09:00\nWed 08:00-09:00",
        ],
    )
    def test_comes_back_as_it_was_written(self, text: str) -> None:
        assert hours_text.write(hours_text.read(text)) == text

    def test_is_read_in_many_forms_and_refused_with_help(self) -> None:
        assert hours_text.read("friday 9:00 – 17:00\n\n 22:00-6:00") == [
            {"type": "daily", "days": [4], "start": "09:00", "end": "17:00"},
            {"type": "daily", "start": "22:00", "end": "06:00"},
        ]
        assert hours_text.read("sat-mon 1:00 to 2:00")[0]["days"] == [0, 5, 6]
        with pytest.raises(ValidationError, match="Write a window on each line"):
            hours_text.read("office hours")
