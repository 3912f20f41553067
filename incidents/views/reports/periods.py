"""Months as the reports count them."""

from datetime import date


def first_of_month(day: date, *, back: int = 0) -> date:
    """The first day of the month that is `back` months before the day's month."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)
