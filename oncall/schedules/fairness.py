"""How long each person was on call, and at which hours, against a fair share (R-Q1)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations
from zoneinfo import ZoneInfo

from oncall.schedules.restrictions import Hours
from oncall.schedules.timeline import Shift
from oncall.schedules.wall_clock import DAY, MINUTE, day_of, day_start

CATEGORIES = ("holiday", "weekend", "night", "day")
_PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class Rules:
    """How minutes are classified: the time zone, nights, weekends and holidays.

    `night` is a weekly pattern; `is_always_night` means that every hour is night.
    """

    zone: ZoneInfo
    night: Hours | None = None
    is_always_night: bool = False
    weekend: Collection[int] = (5, 6)
    holidays: Collection[date] = ()


@dataclass
class Share:
    """One person's minutes on call by category, and their fair share."""

    minutes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CATEGORIES, 0))
    weight: Fraction = Fraction(1)
    target: Fraction = Fraction(0)

    @property
    def total(self) -> int:
        """All minutes."""
        return sum(self.minutes.values())

    @property
    def deviation(self) -> Fraction:
        """How many minutes above (or, negative, below) the target."""
        return self.total - self.target


@dataclass(frozen=True)
class Report:
    """Each person's share, and the balance: 1 is perfectly even, 0 is all on one person."""

    shares: dict[int, Share]
    balance: Fraction


def report(shifts: Iterable[Shift], *, rules: Rules, weights: Mapping[int, Decimal]) -> Report:
    """Minutes, targets and balance of the people who were on call or have a weight (R-Q1).

    A person without a weight has weight 1. A target is the total, split by weight. A minute is holiday,
    weekend, night or day, tested in this order; holiday and weekend depend on its local day.
    """
    return combined_report([(shifts, rules)], weights=weights)


def combined_report(parts: Iterable[tuple[Iterable[Shift], Rules]], *, weights: Mapping[int, Decimal]) -> Report:
    """As `report`, over the shifts of several schedules, each with its own rules."""
    shares = {user: Share(weight=Fraction(weight)) for user, weight in weights.items()}
    for shifts, rules in parts:
        for shift in shifts:
            share = shares.setdefault(shift.user, Share())
            for category, minutes in minutes_by_category(shift.starts_at, shift.ends_at, rules=rules):
                share.minutes[category] += minutes
    total = sum(share.total for share in shares.values())
    total_weight = sum(share.weight for share in shares.values())
    for share in shares.values():
        share.target = total * share.weight / total_weight if total_weight else Fraction(0)
    return Report(shares, balance_of(shares.values()))


def balance_of(shares: Iterable[Share]) -> Fraction:
    """The mean, over all pairs of people, of the smaller divided by the larger load; a load is minutes by weight."""
    loads = [share.total / share.weight for share in shares if share.weight]
    pairs = [Fraction(1) if not max(pair) else Fraction(min(pair)) / max(pair) for pair in combinations(loads, 2)]
    return sum(pairs, Fraction(0)) / len(pairs) if pairs else Fraction(1)


def minutes_by_category(starts_at: datetime, ends_at: datetime, *, rules: Rules) -> Iterator[tuple[str, int]]:
    """The categories of a stretch of time with their minutes; a category may occur several times."""
    day = day_of(starts_at, rules.zone)
    moment = starts_at
    while moment < ends_at:
        end = min(ends_at, day_start(day + DAY, rules.zone))
        minutes = (end - moment) // MINUTE
        if day in rules.holidays:
            yield "holiday", minutes
        elif day.weekday() in rules.weekend:
            yield "weekend", minutes
        else:
            night = _night_minutes(moment, end, rules)
            yield "night", night
            yield "day", minutes - night
        moment, day = end, day + DAY


def _night_minutes(starts_at: datetime, ends_at: datetime, rules: Rules) -> int:
    if rules.is_always_night:
        return (ends_at - starts_at) // MINUTE
    if rules.night is None:
        return 0
    windows = rules.night.windows(rules.zone, since=starts_at, until=ends_at)
    return sum((min(until, ends_at) - max(since, starts_at)) // MINUTE for since, until in windows)


def as_decimal(value: Fraction) -> Decimal:
    """A ratio as a decimal: exact if six places are enough, else rounded half away from zero to six places."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    rounded = exact.quantize(_PLACES, ROUND_HALF_UP).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded
