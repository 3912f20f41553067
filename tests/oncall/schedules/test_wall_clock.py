"""Local times and instants: every zone, around every clock change."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.schedules.wall_clock import DAY, MINUTE, day_of, day_start, resolve, rules_version, wall_time

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
YEARS = range(1970, 2040)
local_times = st.datetimes(datetime(1960, 1, 1), datetime(2060, 1, 1)).map(
    lambda local: local.replace(second=0, microsecond=0)
)


def changes_of(zone):
    """The whole minutes at which a zone's offset changes, by halving the days on which it does."""
    days = [datetime(YEARS.start, 1, 1, tzinfo=UTC) + n * DAY for n in range(366 * len(YEARS))]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    for (low, high), (offset_before, offset_after) in zip(pairwise(days), pairwise(offsets), strict=True):
        if offset_before != offset_after:
            a, b = low, high
            while b - a > MINUTE:
                middle = a + (b - a) // 2
                middle = middle.replace(second=0, microsecond=0)
                if middle.astimezone(zone).utcoffset() == offset_before:
                    a = middle
                else:
                    b = middle
            yield b


class TestResolve:
    def test_takes_the_first_reading_of_a_repeated_hour(self):
        """R-T3."""
        at = resolve(datetime(2026, 10, 25, 2, 30), ZoneInfo("Europe/Berlin"))

        assert at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_takes_the_first_instant_after_a_gap(self):
        """R-T3."""
        at = resolve(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin"))

        assert at == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)

    @pytest.mark.drill
    @pytest.mark.parametrize("letter", sorted({name[:3] for name in ZONES}))
    def test_is_least_and_never_runs_backwards_around_any_change(self, letter):
        """R-T3, in every IANA zone: local times half an hour apart, from a day before each change to a day after."""
        seen = set()
        for name in (zone_name for zone_name in ZONES if zone_name.startswith(letter)):
            zone = ZoneInfo(name)
            changes = tuple(changes_of(zone))
            # Zones that share their history are links to one another.
            if (changes, changes and changes[0].astimezone(zone).utcoffset()) in seen:
                continue
            seen.add((changes, changes and changes[0].astimezone(zone).utcoffset()))
            for change in changes[:: max(1, len(changes) // 12)]:
                self._walk(zone, change)

    def _walk(self, zone, change):
        middle = wall_time(change, zone).replace(second=0)
        # Clocks that jumped over a day need a wider range.
        last = None
        for quarter in range(-112, 113, 2):
            local = middle + quarter * 15 * MINUTE
            at = resolve(local, zone)
            assert wall_time(at, zone) >= local, (zone.key, local)
            assert wall_time(at - MINUTE, zone) < local, (zone.key, local)
            assert last is None or at >= last, (zone.key, local)
            last = at

    @given(local_times, st.integers(0, 3000), st.sampled_from(ZONES))
    def test_never_runs_backwards(self, local, minutes, name):
        zone = ZoneInfo(name)

        assert resolve(local, zone) <= resolve(local + timedelta(minutes=minutes), zone)


class TestRules:
    def test_have_a_release(self):
        """R-T6."""
        assert re.fullmatch(r"20\d\d[a-z]+", rules_version())


class TestDays:
    @given(local_times, st.sampled_from(ZONES))
    def test_hold_their_minutes_and_touch(self, local, name):
        """R-T5."""
        zone = ZoneInfo(name)
        at = local.replace(tzinfo=UTC)

        day = day_of(at, zone)

        assert day_start(day, zone) <= at < day_start(day + DAY, zone)

    def test_may_be_empty(self):
        """R-T5: Apia skipped 30 December 2011."""
        zone = ZoneInfo("Pacific/Apia")
        skipped = datetime(2011, 12, 30).date()

        assert day_start(skipped, zone) == day_start(skipped + DAY, zone)

    def test_are_not_always_what_the_clock_shows(self):
        """R-T5: at 00:01 the clock of St John's went back to 23:01 of the day before."""
        zone = ZoneInfo("America/St_Johns")
        at = datetime(2010, 11, 7, 3, 0, tzinfo=UTC)

        assert (wall_time(at, zone).day, day_of(at, zone).day) == (6, 7)
