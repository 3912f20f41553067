"""Which days a rota page shows: a week, a fortnight, a month or a range, in one zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from oncall.schedules.wall_clock import day_of, day_start

WEEK, FORTNIGHT, MONTH, RANGE = "week", "fortnight", "month", "range"
KINDS = {WEEK: "Week", FORTNIGHT: "Fortnight", MONTH: "Month"}
MAX_DAYS = 400
_LENGTHS = {WEEK: 7, FORTNIGHT: 14}
_DAY = timedelta(days=1)


class TooLong(Exception):
    """The range has more days than a page shows."""


@dataclass(frozen=True, slots=True)
class Day:
    """One local day; it may have 23, 24, 25 or other hours (R-T5)."""

    date: date
    starts_at: datetime
    ends_at: datetime

    @property
    def hours(self) -> float:
        """Its length in hours."""
        return (self.ends_at - self.starts_at).total_seconds() / 3600


@dataclass(frozen=True, slots=True)
class Span:
    """The local days from `first` to before `end`."""

    kind: str
    first: date
    end: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        """The instant at which the first day begins."""
        return day_start(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The instant at which the last day ends."""
        return day_start(self.end, self.zone)

    @property
    def last(self) -> date:
        """The last day that is shown."""
        return self.end - _DAY

    def days(self) -> list[Day]:
        """All days in order; a day that the calendar skipped is left out (R-T5)."""
        dates = [self.first + n * _DAY for n in range((self.end - self.first).days + 1)]
        marks = [day_start(day, self.zone) for day in dates]
        bounds = zip(dates, marks, marks[1:], strict=False)
        return [Day(day, starts_at, ends_at) for day, starts_at, ends_at in bounds if starts_at < ends_at]

    def start_after(self, steps: int) -> date:
        """The first day of the span that is `steps` spans later."""
        if self.kind == MONTH:
            return _month_later(self.first, steps)
        return self.first + steps * (self.end - self.first)


def span(*, kind: str, start: date | None, end: date | None, zone: ZoneInfo, at: datetime) -> Span:
    """The span that contains `start`, or else today; with an `end`, the days from `start` to `end`, both included.

    Raises TooLong, with a sentence for the reader, for more than 400 days.
    """
    first = start or day_of(at, zone)
    if end is not None:
        days = (end - first).days + 1
        if days > MAX_DAYS:
            raise TooLong(
                f"That is {days:,} days. A page shows at most {MAX_DAYS}: choose a later start or an earlier end."
            )
        return Span(RANGE, first, end + _DAY, zone)
    if kind == MONTH:
        first = first.replace(day=1)
        return Span(MONTH, first, _month_later(first, 1), zone)
    first -= timedelta(days=first.weekday())
    return Span(kind, first, first + timedelta(days=_LENGTHS[kind]), zone)


def _month_later(first: date, steps: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + steps, 12)
    return date(year, month + 1, 1)
