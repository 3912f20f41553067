"""Instants: the database's clock for the engine, and whole minutes for schedules and pay."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

UTC_ZONE = ZoneInfo("UTC")


def database_now() -> datetime:
    """The database's own time now, aware, in UTC.

    The engine reads it once a pass, and every verb that may write a due time once a call (paging rule 1): a web
    server whose clock is an hour ahead must not make a page an hour late.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now


def find_zone(name: str) -> ZoneInfo:
    """The IANA zone of that name, or UTC: a zone can leave tzdata, and its people are still served."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return UTC_ZONE


def floor_minute(at: datetime) -> datetime:
    """The whole minute that holds `at`."""
    return at.replace(second=0, microsecond=0)


def ceil_minute(at: datetime) -> datetime:
    """The first whole minute not before `at`."""
    whole = floor_minute(at)
    return whole if whole == at else whole + timedelta(minutes=1)


def backoff(attempts: int, *, first: float = 1.5, longest: float = 30.0) -> timedelta:
    """How long to wait after `attempts` failures: doubling, with jitter, from `first` up to `longest` seconds."""
    ceiling = min(longest, first * 2 ** max(0, attempts - 1))
    return timedelta(seconds=max(first, random.uniform(ceiling / 2, ceiling)))  # noqa: S311 - jitter is no secret
