"""When a calendar is open: weekly hours, holidays and exceptions of dated versions (K-10 to K-14).

Instants are whole minutes since 1970-01-01T00:00Z, as integers: clocks count many of them.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from config.base.data.wall_clock import DAY, MINUTE, day_start, resolve, wall_time
from oncall.schedules.restrictions import Hours

Span = tuple[int, int]
"""A half-open stretch of minutes, `[from, to)`."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHUNK = 7 * 24 * 60
"""Minutes that are worked out at once and kept: a sweep asks for the same weeks many times."""
_MAX_CHUNKS = 400
FOREVER = 1 << 40


def minute_of(at: datetime) -> int:
    """The whole minute that contains an instant (K-2)."""
    return (at - EPOCH) // MINUTE


def moment_of(minute: int) -> datetime:
    """The instant at which a minute begins, in UTC."""
    return EPOCH + timedelta(minutes=minute)


def moment_or_none(minute: int | None) -> datetime | None:
    """The instant at which a minute begins; None for none."""
    return None if minute is None else moment_of(minute)


@dataclass(frozen=True)
class HoursVersion:
    """The opening hours in force from a minute on; None for `hours` means around the clock."""

    key: int
    zone: ZoneInfo
    hours: Hours | None
    holidays: frozenset[date] = frozenset()
    exceptions: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    """Windows of a local day, in minutes from its midnight; none means closed (K-12)."""
    effective_from: int = -FOREVER
    created_at: int = -FOREVER
    withdrawn_at: int | None = None
    _chunks: dict[int, tuple[list[Span], int]] = field(default_factory=dict, compare=False, repr=False)

    def chunk(self, number: int) -> tuple[list[Span], int]:
        """The open stretches of one chunk of time, in order and disjoint, and how many minutes they are."""
        chunk = self._chunks.get(number)
        if chunk is None:
            if len(self._chunks) >= _MAX_CHUNKS:
                self._chunks.clear()
            spans = self._open_spans(number * _CHUNK, (number + 1) * _CHUNK)
            chunk = self._chunks[number] = (spans, sum(end - start for start, end in spans))
        return chunk

    def _open_spans(self, since: int, until: int) -> list[Span]:
        if self.hours is None:
            spans = [(since, until)]
        else:
            windows = self.hours.windows(self.zone, since=moment_of(since), until=moment_of(until))
            spans = [(max(minute_of(start), since), min(minute_of(end), until)) for start, end in windows]
        for day in self._special_days(since, until):
            begin, end = minute_of(day_start(day, self.zone)), minute_of(day_start(day + DAY, self.zone))
            spans = [cut for span in spans for cut in _without(span, begin, end)]
            spans += [
                (max(start, since), min(stop, until)) for start, stop in self._exception_spans(day) if start < until
            ]
        return _joined(spans)

    def _special_days(self, since: int, until: int) -> list[date]:
        """Holidays and days with an exception that may lie within these minutes."""
        if not self.holidays and not self.exceptions:
            return []
        day = wall_time(moment_of(since), self.zone).date() - DAY
        last = wall_time(moment_of(until), self.zone).date() + DAY
        days = []
        while day <= last:
            if day in self.exceptions or day in self.holidays:
                days.append(day)
            day += DAY
        return days

    def _exception_spans(self, day: date) -> list[Span]:
        midnight = datetime.combine(day, datetime.min.time())

        def minute(of_day: int) -> int:
            return minute_of(resolve(midnight + of_day * MINUTE, self.zone))

        return [(minute(start), minute(end)) for start, end in self.exceptions.get(day, ())]


@dataclass(frozen=True)
class OpeningHours:
    """A calendar's hours over time: minute t is judged by the version in force at t (K-14)."""

    versions: tuple[HoursVersion, ...]

    def known_at(self, minute: int) -> "OpeningHours":
        """The hours as they were planned at a minute: without versions that were written, or withdrawn, by then."""
        versions = tuple(
            version
            for version in self.versions
            if version.created_at <= minute and (version.withdrawn_at is None or version.withdrawn_at > minute)
        )
        return self if versions == self.versions else OpeningHours(versions)

    def is_open(self, minute: int) -> bool:
        """Whether this minute counts."""
        return next(self._pieces(minute, minute + 1), None) is not None

    def windows(self, since: int, until: int) -> Iterator[Span]:
        """The open stretches within `[since, until)`, cut to it, in order, each as long as possible."""
        start, end = 0, -1
        for piece_start, piece_end in self._pieces(since, until):
            if piece_start == end:
                end = piece_end
                continue
            if start < end:
                yield start, end
            start, end = piece_start, piece_end
        if start < end:
            yield start, end

    def count(self, since: int, until: int) -> int:
        """How many minutes of `[since, until)` are open."""
        if self._is_always_open:
            return max(until - since, 0)
        total = 0
        for version, number, begin, stop, is_whole in self._chunks(since, until):
            if is_whole:
                total += version.chunk(number)[1]
            else:
                total += sum(end - start for start, end in _clip(version, number, begin, stop))
        return total

    def advance(self, since: int, minutes: int, *, limit: int) -> int | None:
        """The first minute d with `minutes` open ones in `[since, d)`; None if it lies after `limit` (K-33).

        A number reached at closing time is reached at closing time. `minutes` is at least 1.
        """
        if minutes > limit - since:  # not even if it is open all the time
            return None
        if self._is_always_open:
            return since + minutes
        missing = minutes
        for version, number, begin, stop, is_whole in self._chunks(since, limit):
            if is_whole and version.chunk(number)[1] < missing:
                missing -= version.chunk(number)[1]
                continue
            for start, end in _clip(version, number, begin, stop):
                if end - start >= missing:
                    return start + missing
                missing -= end - start
        return None

    @cached_property
    def _is_always_open(self) -> bool:
        return bool(self.versions) and all(
            version.hours is None and not version.holidays and not version.exceptions for version in self.versions
        )

    @cached_property
    def _reigns(self) -> list[tuple[int, HoursVersion]]:
        """From which minute which version is in force; before the first one the earliest holds."""
        ordered = sorted(self.versions, key=lambda version: (version.effective_from, version.created_at, version.key))
        reigns: list[tuple[int, HoursVersion]] = []
        for version in ordered:
            start = version.effective_from if reigns else -FOREVER
            if reigns and (reigns[-1][0] == start or reigns[-1][1].effective_from == version.effective_from):
                start = reigns.pop()[0]
            reigns.append((start, version))
        return reigns

    def _chunks(self, since: int, until: int) -> Iterator[tuple[HoursVersion, int, int, int, bool]]:
        """The chunks that `[since, until)` touches: version, number, first and last minute, whether it is whole."""
        reigns = self._reigns
        index = max(bisect_right(reigns, since, key=lambda reign: reign[0]) - 1, 0)
        while since < until and reigns:
            version = reigns[index][1]
            reign_ends = reigns[index + 1][0] if index + 1 < len(reigns) else until
            number = since // _CHUNK
            stop = min(until, reign_ends, (number + 1) * _CHUNK)
            if since < stop:
                yield version, number, since, stop, stop - since == _CHUNK
            since = max(since, stop)
            if since >= reign_ends:
                index += 1

    def _pieces(self, since: int, until: int) -> Iterator[Span]:
        for version, number, begin, stop, _ in self._chunks(since, until):
            yield from _clip(version, number, begin, stop)


AROUND_THE_CLOCK = OpeningHours((HoursVersion(key=0, zone=ZoneInfo("UTC"), hours=None),))
"""A target without a calendar counts every minute."""


def _clip(version: HoursVersion, number: int, begin: int, stop: int) -> Iterator[Span]:
    for start, end in version.chunk(number)[0]:
        if end > begin and start < stop:
            yield max(start, begin), min(end, stop)


def _without(span: Span, begin: int, end: int) -> Iterator[Span]:
    """What is left of a span outside `[begin, end)`."""
    if span[0] < min(span[1], begin):
        yield span[0], min(span[1], begin)
    if max(span[0], end) < span[1]:
        yield max(span[0], end), span[1]


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
