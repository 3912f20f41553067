"""Whether a calendar of a case is open, minute by minute: one byte a minute, for tests only."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.base.data.wall_clock import day_start, resolve

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DAY_MINUTES = 1440
ALWAYS = -(10**12)
"""The moment of a version that says none: before anything else."""


def to_minute(text):
    """Whole minutes since 1970, from an instant of a case."""
    return int((datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC) - EPOCH).total_seconds()) // 60


def to_text(minute):
    """The instant of a case, from whole minutes since 1970; null stays null."""
    return None if minute is None else (EPOCH + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%MZ")


def moment(version, name):
    """`effective_from` or `created_at` of a version in minutes, or "always"."""
    return to_minute(version[name]) if version.get(name) else ALWAYS


class OpeningMinutes:
    """The tables of all calendar versions from `since` on, in minutes since 1970; they grow when asked further."""

    def __init__(self, calendars, since):
        self.since = since
        self.calendars = {
            name: [
                dict(row, order=(moment(row, "effective_from"), moment(row, "created_at"), n), table=bytearray())
                for n, row in enumerate(rows)
            ]
            for name, rows in calendars.items()
        }

    def version(self, name, minute, known_at):
        """The version in force at a minute, of those created by `known_at`; before the first the earliest holds."""
        rows = self.calendars[name]
        in_force = [row for row in rows if row["order"][0] <= minute and row["order"][1] <= known_at]
        if in_force:
            return max(in_force, key=lambda row: row["order"])
        return min(rows, key=lambda row: row["order"])

    def is_open(self, version, minute):
        """Whether that minute is open; without a version it always is."""
        if version is None:
            return True
        place = minute - self.since
        if place >= len(version["table"]):
            days = 8
            while days * DAY_MINUTES <= place:
                days *= 4
            version["table"] = self._table(version, days)
        return version["table"][place] == 1

    def _table(self, version, days):
        """One byte for each minute of the days from `since` on: 1 is open."""
        zone = ZoneInfo(version["time_zone"])
        table = bytearray(days * DAY_MINUTES)
        first = (EPOCH + timedelta(minutes=self.since)).date() - 2 * DAY
        local_days = [first + n * DAY for n in range(days + 4)]
        for day in local_days:
            for window in version["windows"]:
                if day.weekday() in window["days"]:
                    last = day + DAY if window["end"] <= window["start"] else day
                    self._fill(table, _instant(day, window["start"], zone), _instant(last, window["end"], zone), 1)
        exceptions = {row["date"]: row["windows"] for row in version.get("exceptions", [])}
        for text in set(version.get("holidays", [])) | set(exceptions):
            day = date.fromisoformat(text)
            self._fill(table, day_start(day, zone), day_start(day + DAY, zone), 0)
        for text, windows in exceptions.items():
            day = date.fromisoformat(text)
            for window in windows:
                self._fill(table, _instant(day, window["start"], zone), _instant(day, window["end"], zone), 1)
        return table

    def _fill(self, table, start, end, byte):
        low = max(int((start - EPOCH).total_seconds()) // 60 - self.since, 0)
        high = min(int((end - EPOCH).total_seconds()) // 60 - self.since, len(table))
        if low < high:
            table[low:high] = bytes([byte]) * (high - low)


def _instant(day, text, zone):
    """The instant of a local time; 24:00 is the next midnight."""
    if text == "24:00":
        return day_start(day + DAY, zone)
    return resolve(datetime.combine(day, time.fromisoformat(text)), zone)
