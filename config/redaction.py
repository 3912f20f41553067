"""Takes keys out of texts before they are logged (bad input 54, 82).

Which addresses hold a key is read from the URL conf: every captured part whose name sounds like one. So a new
address cannot be forgotten.
"""

import functools
import re
from collections.abc import Iterator

from django.apps import apps
from django.urls import URLResolver, get_resolver

_WORDS = r"key|token|secret|password|passphrase|signature"
_SECRET_NAME = re.compile(rf"(?:^|[_-])(?:{_WORDS})s?$", re.IGNORECASE)
_VALUE = r"[^\s\"'<>?&#]+"
_PART = r"[^\s\"'<>?&#/]+?"
_PARAMETER = re.compile(r"%\((\w+)\)s")
# What looks like a key wherever it stands.
_ANYWHERE = (
    # name=value, as in a query, and "name": "value", as in JSON
    re.compile(rf"((?:\b|[\w-]*[_-])(?:{_WORDS})=)[^\s&\"'<>]+", re.IGNORECASE),
    re.compile(rf"""(["'](?:[\w-]*[_-])?(?:{_WORDS})["']\s*:\s*["'])[^"']+""", re.IGNORECASE),
    re.compile(r"(\b(?:Bearer|Basic|Token|Token token=|GenieKey) +)[\w.~+/=:-]{8,}", re.IGNORECASE),
    # API tokens and keys of feeds, by their prefix
    re.compile(r"()\b(?:hf[a-z]?|cal)_[\w-]{16,}"),
    # values signed by Django: data, time, signature
    re.compile(r"()[\w.-]+:[A-Za-z0-9]{6}:[\w-]{43}\b"),
    # user:password@ in an address
    re.compile(r"(\b[a-z][a-z+]*://)[^\s/@]+(?=@)", re.IGNORECASE),
)


def redact(text: str) -> str:
    """The text with keys in addresses, queries, headers and JSON replaced by [key]."""
    for pattern in (*_address_patterns(), *_ANYWHERE):
        text = pattern.sub(r"\1[key]", text)
    return text


def is_secret_name(name: str) -> bool:
    """Whether a captured part of an address, a parameter or a field of this name holds a key."""
    return bool(_SECRET_NAME.search(name))


def _address_patterns() -> tuple[re.Pattern[str], ...]:
    """None until the apps are ready; nothing is served before."""
    return _read_url_conf() if apps.ready and not _is_reading else ()


_is_reading: list[bool] = []


@functools.cache
def _read_url_conf() -> tuple[re.Pattern[str], ...]:
    _is_reading.append(True)  # reading imports every view, and one of them may log
    try:
        return tuple(re.compile(pattern) for pattern in sorted(set(_patterns_of(get_resolver(), "/"))))
    finally:
        _is_reading.clear()


def _patterns_of(resolver: URLResolver, prefix: str) -> Iterator[str]:
    """For each address with a key: what stands before the key, captured, and the key."""
    for name in resolver.reverse_dict:
        for possibilities, *_ in resolver.reverse_dict.getlist(name):
            for template, _ in possibilities:
                yield from _patterns_in(prefix + template)
    for inner_prefix, inner in resolver.namespace_dict.values():
        yield from _patterns_of(inner, prefix + inner_prefix)


def _patterns_in(template: str) -> Iterator[str]:
    before, position = "", 0
    for parameter in _PARAMETER.finditer(template):
        before += re.escape(template[position : parameter.start()])
        position = parameter.end()
        if is_secret_name(parameter[1]):
            yield f"({before}){_VALUE}"
            before += _VALUE
        else:
            before += _PART
