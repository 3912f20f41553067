"""Days off read out of somebody else's iCalendar: each becomes a row of its own, frozen as of now (R-I1)."""

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
from config.base.data.lifecycle import Refusal
from config.base.data.models import Origin
from config.base.net import http
from oncall.calendars.dates import has_begun, write_dates, zones_in_use
from oncall.models import Calendar, User

LARGEST = 512 * 1024
MOST_DAYS = 1_000
LONGEST_EVENT = 31
YEARS_READ = 5
_DEADLINE = 10.0
_DAY = timedelta(days=1)
# A rule may say which day of the year; whatever could make it dense is not for holidays.
_RULE_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"})


class NotReadable(Refusal):
    """What was given is no calendar that days could be taken from."""


@dataclass(frozen=True)
class Imported:
    """What became of the days that were read."""

    added: int
    known: int
    late: int

    def __str__(self) -> str:
        parts = [f"{self.added} added"]
        if self.known:
            parts.append(f"{self.known} were there already")
        if self.late:
            parts.append(f"{self.late} left out, because they are over")
        return f"Dates read: {', '.join(parts)}."


def fetch(url: str) -> bytes:
    """The calendar at an address, through the one outgoing client. Raises NotReadable, kindly."""
    url = f"https://{url.removeprefix('webcal://')}" if url.startswith("webcal://") else url
    try:
        answer = http.send(
            method="GET",
            url=url,
            headers={"Accept": "text/calendar"},
            deadline_seconds=_DEADLINE,
            max_answer_bytes=LARGEST + 1,
        )
    except (http.DestinationRefused, http.Unreachable) as refusal:
        raise NotReadable(str(refusal)) from None
    if answer.status != 200:
        raise NotReadable("The address did not answer with a calendar. Open it in a browser and copy the final one.")
    return answer.body


def read(content: bytes, *, at: datetime) -> dict[date, str]:
    """The days of a calendar with their names, from this year on and five years ahead. Raises NotReadable.

    All-day events over several days count for each; an event with a time counts for the day it starts on;
    one that repeats every year is followed, one that repeats more often is no holiday.
    """
    if len(content) > LARGEST:
        raise NotReadable("This calendar is larger than 512 KB. Take one that holds only the holidays.")
    try:
        parsed = icalendar.Calendar.from_ical(content)
        found = dict(_days(parsed, first=date(at.year, 1, 1), last=date(at.year + YEARS_READ, 12, 31)))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        raise NotReadable("This is not an iCalendar file. Such a file starts with BEGIN:VCALENDAR.") from None
    if not found:
        raise NotReadable("There is no date from this year on in it, so there is nothing to import.")
    if len(found) > MOST_DAYS:
        raise NotReadable(f"It holds more than {MOST_DAYS} days. Take one that holds only the holidays.")
    return found


@transaction.atomic
def import_dates(*, calendar: Calendar, dates: Mapping[date, str], at: datetime, actor: User | None) -> Imported:
    """Add the days that are not there yet; what was there stays, and what is over is left out (R-V5a)."""
    Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    standing = set(calendar.dates.standing().values_list("date", flat=True))
    zones = zones_in_use(calendar, at=at) or {ZoneInfo("UTC")}
    fresh = {day: name for day, name in dates.items() if day not in standing}
    coming = {day: name for day, name in fresh.items() if not has_begun(day, zones=zones, at=at)}
    write_dates(calendar=calendar, dates=coming, at=at, actor=actor, origin=Origin.IMPORT)
    return Imported(added=len(coming), known=len(dates) - len(fresh), late=len(fresh) - len(coming))


def _days(parsed: Any, *, first: date, last: date) -> Iterator[tuple[date, str]]:
    for event in parsed.walk("VEVENT"):
        if str(event.get("STATUS", "")).upper() == "CANCELLED" or "DTSTART" not in event:
            continue
        name = text.clean_line(str(event.get("SUMMARY", "")))[:120]
        length = _length(event)
        for start in _starts(event, first=first - length * _DAY, last=last):
            yield from ((day, name) for day in (start + n * _DAY for n in range(length)) if first <= day <= last)


def _as_day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _length(event: Any) -> int:
    """How many days an all-day event takes; its end is the day after the last."""
    start = event.decoded("DTSTART")
    if isinstance(start, datetime):
        return 1
    end = _as_day(event.decoded("DTEND")) if "DTEND" in event else start + event.decoded("DURATION", _DAY)
    return max(1, min((end - start).days, LONGEST_EVENT))


def _starts(event: Any, *, first: date, last: date) -> Iterator[date]:
    start = _as_day(event.decoded("DTSTART"))
    rule = event.get("RRULE")
    if rule is None:
        yield start
        return
    if isinstance(rule, list) or not set(rule) <= _RULE_PARTS or [str(v).upper() for v in rule["FREQ"]] != ["YEARLY"]:
        return
    left_out = {_as_day(moment) for moment in _moments(event.get("EXDATE"))}
    begin = datetime.combine(start, time.min)
    parts = {name: value for name, value in rule.items() if name != "UNTIL"}
    until = min([last, *(_as_day(moment) for moment in rule.get("UNTIL", ()))])
    again: Any = icalendar.vRecur(parts)
    repeated = rrulestr(again.to_ical().decode(), dtstart=begin)
    if not isinstance(repeated, rrule):
        return
    bounded = repeated.replace(until=datetime.combine(until, time.max))
    for moment in islice(bounded, MOST_DAYS):
        if moment.date() >= first and moment.date() not in left_out:
            yield moment.date()


def _moments(given: Any) -> Iterator[date | datetime]:
    for one in given if isinstance(given, list) else [given] if given is not None else []:
        yield from (entry.dt for entry in one.dts)
