"""Every address of the URL conf, with arguments for its patterns: a new one is walked the day it is declared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from tests.walk.columns import models_behind_a_ticket
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
_HAS_SECOND_KEY = re.compile("problem|ticket|reference|link|use/")
"""Addresses of records whose keys are those of the problem, or of a link between two tickets."""
_GROUP = re.compile(r"\(\?P<(?P<name>\w+)>|<(?:(?P<converter>\w+):)?(?P<route_name>\w+)>|\((?!\?)")


class NoValue(LookupError):
    """A pattern has an argument for which `VALUES` has nothing that fits."""


@dataclass(frozen=True)
class Address:
    """A pattern with its arguments filled in, each a list of what it may be."""

    pattern: str
    parts: tuple[str | tuple[str, ...], ...]
    callback: Any = None

    @property
    def takes_get(self) -> bool:
        """False for a button, and for a verb of the API."""
        if verbs := getattr(self.callback, "actions", None):
            return "get" in verbs
        view = getattr(self.callback, "view_class", None)
        return view is None or hasattr(view, "get")

    def paths(self, *keys: int, is_brief: bool = False) -> Iterator[str]:
        """The addresses it stands for, for records with these keys.

        `is_brief` takes the first of other choices, and leaves out keys that no record of this kind has.
        """
        if is_brief and not self._is_behind_a_ticket:
            keys = ()
        has_second = not is_brief or _HAS_SECOND_KEY.search(self.pattern)
        expected = {str(key + offset) for key in keys for offset in ((0, 1) if has_second else (0,))}
        choices = [(part,) if isinstance(part, str) else part for part in self.parts]
        if is_brief:
            choices = [part if any(re.search(r"\d{7}", value) for value in part) else part[:1] for part in choices]
        for values in product(*choices):
            numbers = [number for value in values for number in re.findall(r"\d{7}", value)]
            if set(numbers) <= expected:
                yield f"/{''.join(values)}"

    @property
    def _is_behind_a_ticket(self) -> bool:
        """False for the administration's addresses of a model that no ticket has."""
        models = {model._meta.label_lower for model in apps.get_models()}
        label = ".".join(self.pattern.split("/")[1:3])
        is_of_a_model = self.pattern.startswith("admin/") and label in models
        return not is_of_a_model or label in {model._meta.label_lower for model in models_behind_a_ticket()}


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
            yield Address(here, filled, pattern.callback)


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
