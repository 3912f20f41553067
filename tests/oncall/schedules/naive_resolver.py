"""The rules of docs/schedules.md, one minute at a time: slow, simple, and without code of the product.

It computes each minute anew, without breakpoints, weekly patterns or estimates.
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def resolve(local, zone):
    """R-T3, by visiting every minute of some days: the first at which the wall clock has reached `local`."""
    since, highest = _walls(local.date(), zone.key)
    return since + bisect_left(highest, local) * MINUTE


@lru_cache(maxsize=4000)
def _walls(day, name):
    """For every minute around a day, the highest that the wall clock has shown so far."""
    since = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=40)
    zone = ZoneInfo(name)
    wall_clocks = ((since + n * MINUTE).astimezone(zone).replace(tzinfo=None) for n in range(104 * 60))
    return since, list(accumulate(wall_clocks, max))


class Naive:
    """One plan, resolved minute by minute; resolved local times are cached, because this is slow."""

    def __init__(self, plan):
        self.plan = plan
        self._walls = {}
        self._handoffs = {}

    def resolve(self, local, zone):
        key = (local, zone.key)
        if key not in self._walls:
            self._walls[key] = resolve(local, zone)
        return self._walls[key]

    def handoff(self, layer, k):
        rotation, zone = layer.rotation, layer.zone
        if rotation.is_elapsed:
            return self.resolve(rotation.anchor, zone) + timedelta(hours=k * rotation.length)
        return self.resolve(self.naive_handoff(rotation, k), zone)

    def naive_handoff(self, rotation, k):
        if rotation.unit == "month":
            index = rotation.anchor.year * 12 + rotation.anchor.month - 1 + k * rotation.length
            day = rotation.anchor.day
            while True:
                try:
                    return rotation.anchor.replace(year=index // 12, month=index % 12 + 1, day=day)
                except ValueError:
                    day -= 1
        if rotation.unit == "custom":
            # Each from its neighbour: turns of a quarter of an hour since an anchor months ago are thousands.
            after, before = self._handoffs.setdefault(rotation, ([rotation.anchor], [rotation.anchor]))
            while len(after) <= k:
                after.append(after[-1] + rotation.lengths[(len(after) - 1) % len(rotation.lengths)] * MINUTE)
            while len(before) <= -k:
                before.append(before[-1] - rotation.lengths[-len(before) % len(rotation.lengths)] * MINUTE)
            return after[k] if k >= 0 else before[-k]
        return (
            rotation.anchor
            + k * rotation.length * {"hour": timedelta(hours=1), "day": DAY, "week": 7 * DAY}[rotation.unit]
        )

    def turn(self, layer, at):
        k = 0
        while self.handoff(layer, k) > at:
            k -= 1
        while self.handoff(layer, k + 1) <= at:
            k += 1
        return k

    def in_force(self, at):
        candidates = [v for v in self.plan.versions if v.effective_from <= at]
        return max(candidates, key=lambda v: (v.effective_from, v.created_at, v.id), default=None)

    def local_day(self, at, zone):
        day = at.astimezone(zone).date() - 2 * DAY
        while not self.midnight(day, zone) <= at < self.midnight(day + DAY, zone):
            day += DAY
        return day

    def midnight(self, day, zone):
        return self.resolve(datetime.combine(day, datetime.min.time()), zone)

    def naive_windows(self, restrictions, first: date, last: date):
        """R-L2: the windows that start on the days from `first` to `last`, in local time."""
        day = first
        while day <= last:
            midnight = datetime.combine(day, datetime.min.time())
            for restriction in restrictions:
                if restriction["type"] == "daily" and (
                    restriction["days"] is None or day.weekday() in restriction["days"]
                ):
                    start, end = midnight + clock(restriction["start"]), midnight + clock(restriction["end"])
                    yield start, end if end > start else end + DAY
                if restriction["type"] == "weekly" and day.weekday() == restriction["start_day"]:
                    start = midnight + clock(restriction["start"])
                    end = midnight + (restriction["end_day"] - day.weekday()) * DAY + clock(restriction["end"])
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
        rotation, k = layer.rotation, self.turn(layer, at)
        if not rotation.slots:
            return set()
        i = k
        if rotation.counts_active:
            if k < 0:
                return set()
            i = sum(self.is_active_turn(rotation, restrictions, j) for j in range(k))
        n = len(rotation.slots)
        return {user for j in range(rotation.concurrent) for user in rotation.slots[(i + j) % n]}

    def is_active_turn(self, rotation, restrictions, j):
        begin, end = self.naive_handoff(rotation, j), self.naive_handoff(rotation, j + 1)
        windows = self.naive_windows(restrictions, begin.date() - 9 * DAY, end.date() + DAY)
        return any(max(begin, start) < min(end, stop) for start, stop in windows)

    def inactive(self, user, at):
        return any(since <= at < until for since, until in self.plan.inactive.get(user, ()))

    def at(self, at, restrictions_of):
        """R-F1 to R-F3: who is on call, who shadows."""
        version = self.in_force(at)
        layers = version.layers if version else ()
        covering = [la for la in layers if self.covers(la, restrictions_of[la.id], at)]
        on_call = set()
        for priority in sorted({la.priority for la in covering if not la.is_shadow}, reverse=True):
            for layer in covering:
                if layer.priority == priority and not layer.is_shadow:
                    on_call |= self.users(layer, restrictions_of[layer.id], at)
            on_call = {user for user in on_call if not self.inactive(user, at)}
            if on_call:
                break
        for adjustment in self.plan.adjustments:
            if adjustment.starts_at <= at < adjustment.ends_at:
                on_call = self.adjusted(on_call, adjustment, at)
        shadow = set()
        for layer in covering:
            if layer.is_shadow:
                shadow |= self.users(layer, restrictions_of[layer.id], at)
        return on_call, {user for user in shadow if not self.inactive(user, at)} - on_call

    def adjusted(self, on_call, adjustment, at):
        """R-O3."""
        active = {user for user in adjustment.users if not self.inactive(user, at)}
        if adjustment.op == "set" and active:
            return active
        if adjustment.op == "add":
            return on_call | active
        if adjustment.op == "remove":
            return on_call - set(adjustment.users)
        if adjustment.op == "replace" and adjustment.out in on_call and active:
            return on_call - {adjustment.out} | active
        return on_call


def clock(text):
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
