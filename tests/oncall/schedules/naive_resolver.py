"""The rules of docs/schedules.md read aloud, one minute at a time: slow, plain, sharing no code with the product.

It asks each minute everything anew and knows no breakpoint, no pattern of the week, no guess.
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def resolve(local, zone):
    """R-T3, by looking at every minute of some days: the least whose wall clock has come."""
    since, highest = _walls(local.date(), zone.key)
    return since + bisect_left(highest, local) * MINUTE


@lru_cache(maxsize=4000)
def _walls(day, name):
    """For every minute around a day, the highest that the wall clock has shown so far."""
    since = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=40)
    zone = ZoneInfo(name)
    shown = ((since + n * MINUTE).astimezone(zone).replace(tzinfo=None) for n in range(104 * 60))
    return since, list(accumulate(shown, max))


class Naive:
    """One plan, asked minute by minute; resolved walls are remembered, because walking is slow."""

    def __init__(self, plan):
        self.plan = plan
        self._walls = {}

    def resolve(self, local, zone):
        key = (local, zone.key)
        if key not in self._walls:
            self._walls[key] = resolve(local, zone)
        return self._walls[key]

    def handoff(self, layer, k):
        one, zone = layer.rotation, layer.zone
        if one.is_elapsed:
            return self.resolve(one.anchor, zone) + timedelta(hours=k * one.length)
        return self.resolve(self.naive_handoff(one, k), zone)

    def naive_handoff(self, one, k):
        if one.unit == "month":
            index = one.anchor.year * 12 + one.anchor.month - 1 + k * one.length
            day = one.anchor.day
            while True:
                try:
                    return one.anchor.replace(year=index // 12, month=index % 12 + 1, day=day)
                except ValueError:
                    day -= 1
        if one.unit == "custom":
            at, turn = one.anchor, 0
            while turn < k:
                at, turn = at + one.lengths[turn % len(one.lengths)] * MINUTE, turn + 1
            while turn > k:
                turn -= 1
                at -= one.lengths[turn % len(one.lengths)] * MINUTE
            return at
        return one.anchor + k * one.length * {"hour": timedelta(hours=1), "day": DAY, "week": 7 * DAY}[one.unit]

    def turn(self, layer, at):
        k = 0
        while self.handoff(layer, k) > at:
            k -= 1
        while self.handoff(layer, k + 1) <= at:
            k += 1
        return k

    def in_force(self, at):
        found = [v for v in self.plan.versions if v.effective_from <= at]
        return max(found, key=lambda v: (v.effective_from, v.created_at, v.id), default=None)

    def local_day(self, at, zone):
        day = at.astimezone(zone).date() - 2 * DAY
        while not self.midnight(day, zone) <= at < self.midnight(day + DAY, zone):
            day += DAY
        return day

    def midnight(self, day, zone):
        return self.resolve(datetime.combine(day, datetime.min.time()), zone)

    def naive_windows(self, restrictions, first: date, last: date):
        """R-L2: the windows that start on the days from `first` to `last`, on the wall."""
        day = first
        while day <= last:
            midnight = datetime.combine(day, datetime.min.time())
            for one in restrictions:
                if one["type"] == "daily" and (one["days"] is None or day.weekday() in one["days"]):
                    start, end = midnight + clock(one["start"]), midnight + clock(one["end"])
                    yield start, end if end > start else end + DAY
                if one["type"] == "weekly" and day.weekday() == one["start_day"]:
                    start = midnight + clock(one["start"])
                    end = midnight + (one["end_day"] - day.weekday()) * DAY + clock(one["end"])
                    while end <= start:
                        end += 7 * DAY
                    yield start, end
            day += DAY

    def covers(self, layer, restrictions, at):
        if layer.starts_at and at < self.resolve(layer.starts_at, layer.zone):
            return False
        if layer.ends_at and at >= self.resolve(layer.ends_at, layer.zone):
            return False
        if layer.only_holidays is not None:
            is_holiday = self.local_day(at, layer.zone) in layer.holidays
            if is_holiday != layer.only_holidays:
                return False
        if not restrictions:
            return True
        today = at.astimezone(layer.zone).date()
        return any(
            self.resolve(start, layer.zone) <= at < self.resolve(end, layer.zone)
            for start, end in self.naive_windows(restrictions, today - 9 * DAY, today + 2 * DAY)
        )

    def users(self, layer, restrictions, at):
        one, k = layer.rotation, self.turn(layer, at)
        if not one.slots:
            return set()
        i = k
        if one.counts_active:
            if k < 0:
                return set()
            i = sum(self.is_active_turn(one, restrictions, j) for j in range(k))
        n = len(one.slots)
        return {user for j in range(one.concurrent) for user in one.slots[(i + j) % n]}

    def is_active_turn(self, one, restrictions, j):
        begin, end = self.naive_handoff(one, j), self.naive_handoff(one, j + 1)
        windows = self.naive_windows(restrictions, begin.date() - 9 * DAY, end.date() + DAY)
        return any(max(begin, start) < min(end, stop) for start, stop in windows)

    def inactive(self, user, at):
        return any(since <= at < until for since, until in self.plan.inactive.get(user, ()))

    def at(self, at, restrictions_of):
        """R-F1 to R-F3: who is on call, who shadows."""
        version = self.in_force(at)
        layers = version.layers if version else ()
        covering = [la for la in layers if self.covers(la, restrictions_of[la.id], at)]
        standing = set()
        for priority in sorted({la.priority for la in covering if not la.is_shadow}, reverse=True):
            for layer in covering:
                if layer.priority == priority and not layer.is_shadow:
                    standing |= self.users(layer, restrictions_of[layer.id], at)
            standing = {user for user in standing if not self.inactive(user, at)}
            if standing:
                break
        for one in self.plan.adjustments:
            if one.starts_at <= at < one.ends_at:
                standing = self.adjusted(standing, one, at)
        shadow = set()
        for layer in covering:
            if layer.is_shadow:
                shadow |= self.users(layer, restrictions_of[layer.id], at)
        return standing, {user for user in shadow if not self.inactive(user, at)} - standing

    def adjusted(self, standing, one, at):
        """R-O3."""
        active = {user for user in one.users if not self.inactive(user, at)}
        if one.op == "set" and active:
            return active
        if one.op == "add":
            return standing | active
        if one.op == "remove":
            return standing - set(one.users)
        if one.op == "replace" and one.out in standing and active:
            return standing - {one.out} | active
        return standing


def clock(text):
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
