"""Who stood by how much, and at which hours, against what would be fair (R-Q1)."""

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
    """How minutes are sorted: in whose zone, which nights, weekends and holidays.

    `night` is a pattern of the week; `is_always_night` stands for one that leaves nothing out.
    """

    zone: ZoneInfo
    night: Hours | None = None
    is_always_night: bool = False
    weekend: Collection[int] = (5, 6)
    holidays: Collection[date] = ()


@dataclass
class Share:
    """What one person stood by, in minutes by category, and what would be fair."""

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
    """Each person's share, and how even they are: 1 is perfectly even, 0 is all on one person."""

    shares: dict[int, Share]
    balance: Fraction


def report(found: Iterable[Shift], *, rules: Rules, weights: Mapping[int, Decimal]) -> Report:
    """Minutes, targets and balance of the people who stood by or have a weight (R-Q1).

    Somebody without a weight counts as one. A target is the total, split by weight. A minute is holiday,
    weekend, night or day, tested in this order; holiday and weekend go by its local day.
    """
    return report_of([(found, rules)], weights=weights)


def report_of(parts: Iterable[tuple[Iterable[Shift], Rules]], *, weights: Mapping[int, Decimal]) -> Report:
    """As `report`, over the shifts of several schedules, each sorted by its own zone and holidays."""
    shares = {user: Share(weight=Fraction(weight)) for user, weight in weights.items()}
    for found, rules in parts:
        for shift in found:
            share = shares.setdefault(shift.user, Share())
            for category, minutes in sorted_minutes(shift.starts_at, shift.ends_at, rules=rules):
                share.minutes[category] += minutes
    total = sum(share.total for share in shares.values())
    weighed = sum(share.weight for share in shares.values())
    for share in shares.values():
        share.target = total * share.weight / weighed if weighed else Fraction(0)
    return Report(shares, balance_of(shares.values()))


def balance_of(shares: Iterable[Share]) -> Fraction:
    """The mean, over pairs of people, of the smaller by the larger of minutes by weight."""
    loads = [share.total / share.weight for share in shares if share.weight]
    pairs = [Fraction(1) if not max(pair) else Fraction(min(pair)) / max(pair) for pair in combinations(loads, 2)]
    return sum(pairs, Fraction(0)) / len(pairs) if pairs else Fraction(1)


def sorted_minutes(starts_at: datetime, ends_at: datetime, *, rules: Rules) -> Iterator[tuple[str, int]]:
    """The categories of a stretch of time with their minutes; one may come several times."""
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
    """A ratio as people read it: exact where six places suffice, else rounded half away from zero to six."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    rounded = exact.quantize(_PLACES, ROUND_HALF_UP).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded
