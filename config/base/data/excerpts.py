"""Where the words of a question stand in a text: the part around the first, and which of its letters to mark."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LENGTH = 110
_BEFORE = 30
_WORD = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"(?:s|es|ed|d|e|er|ers|ing|ings|ly|ion|ions|y|ies)?")


@dataclass(frozen=True)
class Stretch:
    """A part of a text, marked or not."""

    text: str
    is_marked: bool


def stretches(text: str, stems: Sequence[str]) -> Iterator[Stretch]:
    """The text in parts: a word that begins like one of the stems is marked, whole if only its ending differs."""
    last = 0
    for start, end in _matches(text, stems):
        if last < start:
            yield Stretch(text[last:start], is_marked=False)
        yield Stretch(text[start:end], is_marked=True)
        last = end
    if last < len(text):
        yield Stretch(text[last:], is_marked=False)


def holds_any(text: str, stems: Sequence[str]) -> bool:
    """Whether a word of the text begins like one of the stems."""
    return next(_matches(text, stems), None) is not None


def excerpt(text: str, stems: Sequence[str]) -> str:
    """The part of the text around the first match, on one line; its beginning, if nothing matches."""
    line = " ".join(text.split())
    if len(line) <= LENGTH:
        return line
    first = next(_matches(line, stems), None)
    start = max(0, first[0] - _BEFORE) if first else 0
    start = line.rfind(" ", 0, start) + 1 if start else 0
    end = start + LENGTH
    cut = line[start:end]
    if end < len(line):
        cut = f"{cut.rsplit(' ', 1)[0]} …"
    return f"… {cut}" if start else cut


def _matches(text: str, stems: Sequence[str]) -> Iterator[tuple[int, int]]:
    plain_stems = [letters for letters in map(plain, stems) if letters]
    if not plain_stems:
        return
    for word in _WORD.finditer(text):
        letters = plain(word[0])
        stem = max((stem for stem in plain_stems if letters.startswith(stem)), key=len, default="")
        if stem:
            is_inflected = len(letters) != len(word[0]) or _ENDING.fullmatch(letters, len(stem))
            yield word.start(), word.end() if is_inflected else word.start() + len(stem)


def plain(word: str) -> str:
    """The word in small letters without accents."""
    letters = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
