"""Moments and days as people and programs write them: one parser, used everywhere."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.utils import timezone as django_timezone
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from config.base.data.moments import ALL_YEARS, Unreadable, read_day, read_moment
from config.base.rest.serializers import Day, Instant
from config.base.web.moments import MomentField

BERLIN = ZoneInfo("Europe/Berlin")
TEN = datetime(2026, 11, 28, 8, tzinfo=UTC)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=offsets)


class TestReadMoment:
    @pytest.mark.parametrize(
        "text",
        [
            "2026-11-28T10:00:00+02:00", "2026-11-28T10:00:00 02:00", "2026-11-28T10:00+0200",
            "2026-11-28 10:00 02:00", "2026-11-28T10:00 +02", "2026-11-28T10:00 02", "2026-11-28T08:00:00Z",
            "2026-11-28t08:00z", " 2026-11-28T08:00:00.000000Z ", "2026-11-28T08:00:00,0Z",
        ],
    )  # fmt: skip
    def test_takes_every_usual_way_to_write_an_offset(self, text: str) -> None:
        assert read_moment(text, zone=None) == TEN

    @pytest.mark.parametrize("text", ["2026-11-28T09:00", "2026-11-28 09:00:00"])
    def test_reads_a_text_without_an_offset_in_the_zone(self, text: str) -> None:
        assert read_moment(text, zone=BERLIN) == TEN

    def test_takes_a_day_as_its_beginning(self) -> None:
        assert read_moment("2026-11-28", zone=BERLIN) == datetime(2026, 11, 27, 23, tzinfo=UTC)

    def test_keeps_the_seconds_of_local_time(self) -> None:
        assert read_moment("2026-11-28T09:00:05.25", zone=BERLIN) == TEN + timedelta(seconds=5.25)

    def test_takes_a_skipped_time_as_the_end_of_the_gap(self) -> None:
        assert read_moment("2026-03-29T02:30", zone=BERLIN) == datetime(2026, 3, 29, 1, tzinfo=UTC)

    def test_takes_a_repeated_time_as_the_first(self) -> None:
        assert read_moment("2026-10-25T02:30", zone=BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        "text",
        [
            "", "yesterday", "2026-02-30", "2026-13-01T00:00Z", "2026-11-28T25:00Z", "2026-11-28T10:00+25:00",
            "20261128T100000Z", "2026-W48-6", "2026-11-28T10:00\x00", "٢٠٢٦-11-28", "2026-11-28T10:00 Europe/Berlin",
            "0000-01-01T00:00Z", "1" * 5000,
        ],
    )  # fmt: skip
    def test_refuses_everything_else_in_words(self, text: str) -> None:
        with pytest.raises(Unreadable, match=r"\.$"):
            read_moment(text, zone=BERLIN)

    @pytest.mark.parametrize(
        "text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "9999-12-31", "1999-12-31"]
    )
    def test_refuses_years_that_no_list_can_show(self, text: str) -> None:
        with pytest.raises(Unreadable, match="from the years 2000 to 2099"):
            read_moment(text, zone=BERLIN)

    @pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    def test_refuses_what_lies_outside_the_calendar_in_any_year(self, text: str) -> None:
        with pytest.raises(Unreadable, match="outside the calendar"):
            read_moment(text, zone=None, years=ALL_YEARS)

    def test_asks_for_the_offset_where_there_is_no_zone(self) -> None:
        with pytest.raises(Unreadable, match="Add the offset"):
            read_moment("2026-11-28T10:00", zone=None)

    @given(moments)
    def test_reads_back_what_was_written(self, moment: datetime) -> None:
        written = moment.isoformat()

        assert read_moment(written, zone=None) == moment
        assert read_moment(written.replace("+", " "), zone=None) == moment

    @given(st.text(max_size=40))
    def test_never_fails_in_another_way(self, text: str) -> None:
        with suppress(Unreadable):
            assert read_moment(text, zone=BERLIN, years=ALL_YEARS).tzinfo is UTC


class TestReadDay:
    @given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
    def test_reads_back_what_was_written(self, day: date) -> None:
        assert read_day(f" {day.isoformat()} ") == day

    @pytest.mark.parametrize("text", ["", "20261128", "2026-W48-6", "2026-02-30", "28.11.2026", "0001-01-01"])
    def test_refuses_everything_else(self, text: str) -> None:
        with pytest.raises(Unreadable):
            read_day(text)


class TestFields:
    def test_of_a_form_read_the_readers_own_time(self) -> None:
        with django_timezone.override("Europe/Berlin"):
            assert MomentField().clean("2026-11-28T09:00") == TEN
            assert MomentField().prepare_value(TEN) == "2026-11-28T09:00"

    def test_of_a_form_refuse_seconds_only_where_asked(self) -> None:
        assert MomentField().clean("2026-11-28T08:00:05Z").second == 5
        with pytest.raises(forms.ValidationError, match="without seconds"):
            MomentField(whole_minutes=True).clean("2026-11-28T08:00:05Z")

    @pytest.mark.parametrize("value", [5, None, {}, "2026-11-28T10:00"])
    def test_of_the_api_refuse_what_is_no_moment_with_an_offset(self, value: object) -> None:
        with pytest.raises(serializers.ValidationError):
            Instant().run_validation(value)

    def test_of_the_api_take_any_year(self) -> None:
        assert Instant().run_validation("1984-01-01T00:00:00Z").year == 1984

    @pytest.mark.parametrize("value", [20261128.0, "20261128", None])
    def test_of_the_api_refuse_what_is_no_day(self, value: object) -> None:
        with pytest.raises(serializers.ValidationError):
            Day().run_validation(value)
