"""Every address of the URL conf, with arguments for its patterns: a new one is walked the day it is declared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from tests.walk.company import ABSENT, OPEN, PRIVATE, SLUG

KEYS = {PRIVATE: ("INC", "PRB"), OPEN: ("INC", "PRB"), ABSENT: ("INC", "PRB")}
VALUES: dict[str, tuple[Any, ...]] = {
    "slug": (SLUG,),
    "key": ("summary", "public_text"),
    "token": ("made-up",),
    "secret": ("made-up",),
    "mail_id": ("made-up",),
    "external_id": ("made-up",),
    "uidb36": ("1",),
    "seat": ("commander",),
    "name": ("summary", "incidents", "incidents/unresolved"),
    "kind": ("atom", "rss"),
    "public_id": ("private1", "open1"),
    "content_type_id": (1,),
    "version": (1,),
}
"""Values by the name of an argument; keys and references of records, and the words of a choice, need none here."""
_GROUP = re.compile(r"\(\?P<(?P<name>\w+)>|<(?:(?P<converter>\w+):)?(?P<route_name>\w+)>|\((?!\?)")


class NoValue(LookupError):
    """A pattern has an argument for which `VALUES` has nothing that fits."""


@dataclass(frozen=True)
class Address:
    """A pattern with its arguments filled in, each a list of what it may be."""

    pattern: str
    parts: tuple[str | tuple[str, ...], ...]

    def paths(self, *keys: int, is_brief: bool = False) -> Iterator[str]:
        """The addresses it stands for, for records with these keys; `is_brief`: with the first of other choices."""
        expected = {str(key + offset) for key in keys for offset in (0, 1)}
        choices = [(part,) if isinstance(part, str) else part for part in self.parts]
        if is_brief:
            choices = [part if any(re.search(r"\d{7}", value) for value in part) else part[:1] for part in choices]
        for values in product(*choices):
            numbers = [number for value in values for number in re.findall(r"\d{7}", value)]
            if set(numbers) <= expected:
                yield f"/{''.join(values)}"


@cache
def addresses() -> tuple[Address, ...]:
    """Every address. Raises NoValue if an argument cannot be filled."""
    return tuple(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: Any, prefix: str, parts: tuple[Any, ...]) -> Iterator[Address]:
    for pattern in patterns:
        here = f"{prefix}{pattern.pattern}"
        filled = (*parts, *_parts(pattern.pattern, here))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, here, filled)
        elif isinstance(pattern, URLPattern):
            yield Address(here, filled)


def _parts(pattern: Any, where: str) -> Iterator[str | tuple[str, ...]]:
    """The texts and the choices of one pattern."""
    is_route = isinstance(pattern, RoutePattern)
    source = str(pattern)
    at = 0
    while match := _GROUP.search(source, at):
        yield _text(source[at : match.start()], is_route=is_route)
        name = match["name"] or match["route_name"] or ""
        if is_route:
            at, allowed = match.end(), pattern.converters[name].regex
        else:
            at = _closing(source, match.start()) + 1
            allowed = source[match.end() : at - 1]
        yield _values(name, allowed, where)
    yield _text(source[at:], is_route=is_route)


def _text(source: str, *, is_route: bool) -> str:
    return source if is_route else source.lstrip("^").rstrip("$").replace("\\Z", "").replace("\\", "")


def _closing(source: str, start: int) -> int:
    depth = 0
    for place in range(start, len(source)):
        depth += {"(": 1, ")": -1}.get(source[place], 0)
        if depth == 0:
            return place
    raise NoValue(source)


def _values(name: str, allowed: str, where: str) -> tuple[str, ...]:
    if re.fullmatch(r"[\w-]+(\|[\w-]+)*", allowed):  # a choice of words
        return tuple(allowed.split("|"))
    records = [str(key + offset) for key in KEYS for offset in (0, 1)]
    references = [f"{prefix}-{key + offset}" for key, kinds in KEYS.items() for offset, prefix in enumerate(kinds)]
    candidates = [str(value) for value in VALUES.get(name, references if name == "reference" else records)]
    fitting = tuple(value for value in candidates if re.fullmatch(allowed, value))
    if not fitting:
        raise NoValue(f"{where}: nothing in tests/walk/addresses.py fits the argument {name}.")
    return fitting
