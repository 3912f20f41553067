"""Senders' JSON, read leniently: what can be read is taken, and what was corrected is named (intake rule 12).

The REST API is strict (`config.base.rest.parsers`): its callers can correct a request. A sender cannot, and a
lost alert is worse than a character that is shown as a replacement.
"""

import codecs
import json
import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings

REPLACEMENT = "\ufffd"
CUT_SIGN = "…"
NESTED = "(nested too deeply)"
MAX_DETAIL_CHARACTERS = 64 * 1024
"""What is stored of one event's details, keys included."""
MAX_TEXT_CHARACTERS = 16 * 1024
_MAX_DIGITS = 300
_MAX_NUMBER_TEXT = 100

ENCODING = "The body is not UTF-8; unreadable bytes were replaced."
CHARACTERS = "Characters that cannot be stored were replaced."
DEPTH = "Details nested too deeply were left out."
NUMBERS = "Numbers that are too long, or none, were stored as text."
SIZE = "The details are too large and were cut."

# Half a surrogate pair or NUL: PostgreSQL stores neither.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# An unfinished text reaches to the end, so that the scan never begins again behind it.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


class UnreadableJson(ValueError):
    """The bytes are not a JSON document; the message says why."""


class NumberText(str):
    """A number that is stored as its text, because it is too long or none."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read, and a sentence for each correction."""

    content: Any
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """An event's details as they can be stored, and a sentence for each correction."""

    content: dict[str, object]
    problem: str = ""


def load(body: bytes) -> Document:
    """The document in `body`, at most JSON_MAX_DEPTH levels deep; raises UnreadableJson if there is none.

    Takes what `config.base.rest.parsers.load_json` refuses: a byte order mark, UTF-16, bytes of Latin-1, control
    characters, NUL and half surrogate pairs in text (`clean_details` and `report.line` remove them), deep nesting,
    and numbers that are too long or none (bad input 2, 4, 5, 6, 7). Cut-off JSON stays an error.
    """
    text, problems = _decode(body)
    max_depth: int = settings.JSON_MAX_DEPTH
    try:
        content = _parse(text)
        is_too_deep = _is_deeper(content, max_depth)
    except RecursionError:
        is_too_deep = True
    if is_too_deep:
        content = _parse(_cut_nesting(text, max_depth))
        problems.append(DEPTH)
    return Document(content, " ".join(problems))


def clean_details(value: dict[str, object], *, max_characters: int = MAX_DETAIL_CHARACTERS) -> Details:
    """The details without what PostgreSQL cannot store, cut to about `max_characters`, keys included."""
    cleaning = _Cleaning(max_characters)
    return Details(cleaning.clean_object(value), " ".join(sorted(cleaning.problems)))


def clean_text(value: str) -> str:
    """The text with a replacement for each character that PostgreSQL cannot store."""
    return _UNSTORABLE.sub(REPLACEMENT, value)


def _decode(body: bytes) -> tuple[str, list[str]]:
    encoding = json.detect_encoding(body)
    if encoding in {"utf-8", "utf-8-sig"}:
        try:
            return body.decode(encoding), []
        except UnicodeDecodeError:
            return body.decode(encoding, errors="holdfast.latin1"), [ENCODING]
    text = body.decode(encoding, errors="replace")
    return text, [ENCODING] if REPLACEMENT in text else []


def _read_as_latin1(error: UnicodeError) -> tuple[str, int]:
    """An error handler of codecs: bytes that are not UTF-8 are most often those of Windows-1252 or Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    text = error.object[error.start : error.end].decode("cp1252", errors="replace")
    return text, error.end


codecs.register_error("holdfast.latin1", _read_as_latin1)


def _parse(text: str) -> Any:
    try:
        return json.loads(text, strict=False, parse_constant=NumberText, parse_int=_integer, parse_float=_fraction)
    except json.JSONDecodeError as error:
        raise UnreadableJson(str(error)) from None


def _integer(digits: str) -> int | NumberText:
    return int(digits) if len(digits) <= _MAX_DIGITS else NumberText(digits)


def _fraction(digits: str) -> float | NumberText:
    value = float(digits)
    return value if abs(value) < 10**_MAX_DIGITS else NumberText(digits)


def _is_deeper(content: object, max_depth: int) -> bool:
    level = [content]
    for _ in range(max_depth):
        level = [
            value
            for container in level
            if isinstance(container, (dict, list))
            for value in (container.values() if isinstance(container, dict) else container)
            if isinstance(value, (dict, list))
        ]
        if not level:
            return False
    return True


def _cut_nesting(text: str, max_depth: int) -> str:
    """The text with a sign in the place of every object and list below `max_depth` levels."""
    parts = []
    depth = start = 0
    for token in _TOKEN.finditer(text):
        sign = token[0][0]
        if sign in "[{":
            depth += 1
            if depth == max_depth + 1:
                parts += [text[start : token.start()], json.dumps(NESTED)]
                start = len(text)
        elif sign in "]}":
            if depth == max_depth + 1:
                start = token.end()
            depth -= 1
    return "".join([*parts, text[start:]])


class _Cleaning:
    """One walk over an event's details, with what is left of their size and the corrections made."""

    def __init__(self, max_characters: int) -> None:
        self.left = max_characters
        self.problems: set[str] = set()

    def clean_object(self, value: dict[str, object]) -> dict[str, object]:
        cleaned: dict[str, object] = {}
        for name, item in value.items():
            if self.left <= 0:
                self.problems.add(SIZE)
                break
            cleaned[self._clean_text(name)] = self._clean(item)
        return cleaned

    def _clean(self, value: object) -> Any:
        if isinstance(value, str):
            return self._clean_text(value)
        if isinstance(value, dict):
            self.left -= 2
            return self.clean_object(value)
        if isinstance(value, list):
            return self._clean_list(value)
        self.left -= 4
        return value

    def _clean_list(self, value: list[Any]) -> list[Any]:
        cleaned = []
        for item in value:
            if self.left <= 0:
                self.problems.add(SIZE)
                break
            self.left -= 2
            cleaned.append(self._clean(item))
        return cleaned

    def _clean_text(self, value: str) -> str:
        if isinstance(value, NumberText):
            self.problems.add(NUMBERS)
            value = value if len(value) <= _MAX_NUMBER_TEXT else value[:_MAX_NUMBER_TEXT] + CUT_SIGN
        limit = max(min(self.left, MAX_TEXT_CHARACTERS), 1)
        if len(value) > limit:
            self.problems.add(SIZE)
            value = value[:limit] + CUT_SIGN
        self.left -= len(value) + 2
        if _UNSTORABLE.search(value):
            self.problems.add(CHARACTERS)
            value = clean_text(value)
        return str(value)
