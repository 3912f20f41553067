"""Import days off from an iCalendar file: each becomes a row of its own, as it is now (R-I1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from dateutil.rrule import rrule, rrulestr
from django.db import transaction

from config.base.data import text
from config.base.data.cpu_budget import CpuBudget
from config.base.data.lifecycle import Refusal
from config.base.data.models import Origin
from config.base.net import http
from oncall.calendars.dates import has_begun, write_dates, zones_in_use
from oncall.models import Calendar, User

MAX_BYTES = 512 * 1024
MAX_DAYS = 1_000
MAX_EVENT_DAYS = 31
YEARS_AHEAD = 5
CPU_SECONDS = 2.0
_TOO_MUCH_WORK = (
    "Reading this calendar takes too long, so nothing was imported. It may have rules that never match, such as every"
    " 30 February. Choose one that contains only holidays."
)
_DEADLINE = 10.0
_DAY = timedelta(days=1)
# Enough to say a day of the year; parts that repeat more often are not for holidays.
_RULE_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"})


class NotReadable(Refusal):
    """The content is not a calendar from which days can be read."""


@dataclass(frozen=True)
class ImportResult:
    """The counts of an import: days added, days that existed, and days left out because they are over."""

    added: int
    existing: int
    past: int

    def __str__(self) -> str:
        parts = [f"{self.added} added"]
        if self.existing:
            parts.append(f"{self.existing} existed already")
        if self.past:
            parts.append(f"{self.past} left out, because they are over")
        return f"Dates read: {', '.join(parts)}."


def fetch_calendar(url: str) -> bytes:
    """Fetch the calendar at an address through the shared HTTP client. Raises NotReadable."""
    url = f"https://{url.removeprefix('webcal://')}" if url.startswith("webcal://") else url
    try:
        answer = http.send(
            method="GET",
            url=url,
            headers={"Accept": "text/calendar"},
            deadline_seconds=_DEADLINE,
            max_answer_bytes=MAX_BYTES + 1,
        )
    except (http.DestinationRefused, http.Unreachable) as refusal:
        raise NotReadable(str(refusal)) from None
    if answer.status != 200:
        raise NotReadable("The address did not return a calendar. Open it in a browser and copy the final address.")
    return answer.body


def read_days(content: bytes, *, at: datetime) -> dict[date, str]:
    """Read the days of a calendar with their names, from this year to five years ahead.

    An all-day event counts for each of its days; an event with a time counts for the day it starts on.
    Yearly repetition is followed; an event that repeats more often is ignored. Raises NotReadable, or OverBudget
    after 2 seconds of processor time.
    """
    if len(content) > MAX_BYTES:
        raise NotReadable("This calendar is larger than 512 KB. Choose one that contains only holidays.")
    budget = CpuBudget(CPU_SECONDS, advice=_TOO_MUCH_WORK)
    try:
        parsed = icalendar.Calendar.from_ical(content)
        days = dict(_days(parsed, first=date(at.year, 1, 1), last=date(at.year + YEARS_AHEAD, 12, 31), budget=budget))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        raise NotReadable("This is not an iCalendar file. Such a file starts with BEGIN:VCALENDAR.") from None
    if not days:
        raise NotReadable("It has no dates from this year on, so there is nothing to import.")
    if len(days) > MAX_DAYS:
        raise NotReadable(f"It has more than {MAX_DAYS} days. Choose one that contains only holidays.")
    return days


@transaction.atomic
def import_dates(*, calendar: Calendar, dates: Mapping[date, str], at: datetime, actor: User | None) -> ImportResult:
    """Add the days that do not exist yet; existing days stay, and past days are left out (R-V5a)."""
    Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    existing = set(calendar.dates.active().values_list("date", flat=True))
    zones = zones_in_use(calendar, at=at) or {ZoneInfo("UTC")}
    new_days = {day: name for day, name in dates.items() if day not in existing}
    future_days = {day: name for day, name in new_days.items() if not has_begun(day, zones=zones, at=at)}
    write_dates(calendar=calendar, dates=future_days, at=at, actor=actor, origin=Origin.IMPORT)
    return ImportResult(
        added=len(future_days), existing=len(dates) - len(new_days), past=len(new_days) - len(future_days)
    )


def _days(parsed: Any, *, first: date, last: date, budget: CpuBudget) -> Iterator[tuple[date, str]]:
    for event in parsed.walk("VEVENT"):
        budget.check()
        if str(event.get("STATUS", "")).upper() == "CANCELLED" or "DTSTART" not in event:
            continue
        name = text.clean_line(str(event.get("SUMMARY", "")))[:120]
        length = _length(event)
        for start in _starts(event, first=first - length * _DAY, last=last):
            budget.check()
            yield from ((day, name) for day in (start + n * _DAY for n in range(length)) if first <= day <= last)


def _local_date(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _length(event: Any) -> int:
    """The number of days of an all-day event; its end is the day after the last."""
    start = event.decoded("DTSTART")
    if isinstance(start, datetime):
        return 1
    end = _local_date(event.decoded("DTEND")) if "DTEND" in event else start + event.decoded("DURATION", _DAY)
    return max(1, min((end - start).days, MAX_EVENT_DAYS))


def _starts(event: Any, *, first: date, last: date) -> Iterator[date]:
    start = _local_date(event.decoded("DTSTART"))
    rule = event.get("RRULE")
    if rule is None:
        yield start
        return
    if isinstance(rule, list) or not set(rule) <= _RULE_PARTS or [str(v).upper() for v in rule["FREQ"]] != ["YEARLY"]:
        return
    excluded_days = {_local_date(moment) for moment in _moments(event.get("EXDATE"))}
    begin = datetime.combine(start, time.min)
    parts = {name: value for name, value in rule.items() if name != "UNTIL"}
    until = min([last, *(_local_date(moment) for moment in rule.get("UNTIL", ()))])
    bounded_rule: Any = icalendar.vRecur(parts)
    occurrences = rrulestr(bounded_rule.to_ical().decode(), dtstart=begin)
    if not isinstance(occurrences, rrule):
        return
    occurrences_until = occurrences.replace(until=datetime.combine(until, time.max))
    for moment in islice(occurrences_until, MAX_DAYS):
        if moment.date() >= first and moment.date() not in excluded_days:
            yield moment.date()


def _moments(value: Any) -> Iterator[date | datetime]:
    for item in value if isinstance(value, list) else [value] if value is not None else []:
        yield from (moment.dt for moment in item.dts)
