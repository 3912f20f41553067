"""Countries, their subdivisions and their public holidays, as the library knows them."""

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
    """Every country's name by its ISO 3166 code, by name."""
    found = {entry[1]: _WORDS.sub(" ", entry[0]).replace(" And ", " and ") for entry in COUNTRIES.values()}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def choices(empty: str) -> list[tuple[str, str]]:
    """Countries for a select; `empty` says what no country means."""
    return [("", empty), *((code, f"{name} ({code})") for code, name in names().items())]


@cache
def subdivisions(country: str) -> dict[str, str]:
    """The parts of a country that have holidays of their own: codes with their names."""
    if country not in names():
        return {}
    found = holidays.country_holidays(country)
    aliases = found.get_subdivision_aliases()
    return {code: next(iter(aliases.get(code, ())), code) for code in found.subdivisions}


def public_holidays(country: str, subdivision: str, years: Iterable[int]) -> dict[date, str]:
    """The public holidays of some years with their names; none for a country the library does not know."""
    if country not in names() or (subdivision and subdivision not in subdivisions(country)):
        return {}
    wanted = set(years)
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=wanted, language=_LANGUAGE)
    # One that is observed in another year than it falls on would come twice, once with each year.
    return {day: name[:_NAME_LENGTH] for day, name in sorted(found.items()) if day.year in wanted}
