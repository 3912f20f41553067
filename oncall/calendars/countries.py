"""Countries, their subdivisions and their public holidays, from the holidays library."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache

import holidays
from holidays.registry import COUNTRIES

_LANGUAGE = "en_US"
_NAME_LENGTH = 120
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@cache
def names() -> dict[str, str]:
    """Every country's name by its ISO 3166 code, sorted by name."""
    names_by_code = {entry[1]: _WORDS.sub(" ", entry[0]).replace(" And ", " and ") for entry in COUNTRIES.values()}
    return dict(sorted(names_by_code.items(), key=lambda item: item[1]))


def choices(empty: str) -> list[tuple[str, str]]:
    """Countries as choices of a select; `empty` is the label for no country."""
    return [("", empty), *((code, f"{name} ({code})") for code, name in names().items())]


@cache
def subdivisions(country: str) -> dict[str, str]:
    """Codes and names of the parts of a country that have their own holidays."""
    if country not in names():
        return {}
    country_holidays = holidays.country_holidays(country)
    aliases = country_holidays.get_subdivision_aliases()
    return {code: next(iter(aliases.get(code, ())), code) for code in country_holidays.subdivisions}


def public_holidays(country: str, subdivision: str, years: Iterable[int]) -> dict[date, str]:
    """Public holidays of these years with their names; none for a country that the library does not know."""
    if country not in names() or (subdivision and subdivision not in subdivisions(country)):
        return {}
    wanted_years = set(years)
    days = holidays.country_holidays(country, subdiv=subdivision or None, years=wanted_years, language=_LANGUAGE)
    # A holiday that is observed in another year than its own would come twice, once with each year.
    return {day: name[:_NAME_LENGTH] for day, name in sorted(days.items()) if day.year in wanted_years}
