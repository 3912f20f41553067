"""How many parts a text message is sent in, by the rules of GSM 03.38 (3GPP TS 23.038 and 23.040).

A text of characters of the GSM alphabet has 160 of them in one message, and 153 in each part of a longer one. One
character outside it turns the whole text into UCS-2: 70 units in one message, 67 in each part. Characters of the
extension table (as € and [) count two, and so do those outside the basic plane of Unicode, as emoji. Neither is ever
split over two parts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM, _UCS2 = (160, 153), (70, 67)
_BASIC_PLANE = 0xFFFF


@dataclass(frozen=True)
class Segments:
    """In how many parts a text is sent, and why."""

    encoding: str
    """`GSM-7` or `UCS-2`."""
    units: int
    """Septets of GSM-7, or units of 16 bits of UCS-2."""
    parts: int
    outside: tuple[str, ...] = ()
    """The characters that are not in the GSM alphabet, each once, in the order of the text."""


def count_segments(text: str) -> Segments:
    """The parts of a text message. An empty text is one empty message."""
    outside = tuple(dict.fromkeys(char for char in text if char not in _BASIC and char not in _EXTENSION))
    if outside:
        sizes, (single, part) = [2 if ord(char) > _BASIC_PLANE else 1 for char in text], _UCS2
    else:
        sizes, (single, part) = [2 if char in _EXTENSION else 1 for char in text], _GSM
    units = sum(sizes)
    parts = 1 if units <= single else _count_parts(sizes, part)
    return Segments("UCS-2" if outside else "GSM-7", units, parts, outside)


def _count_parts(sizes: Iterable[int], size_of_part: int) -> int:
    """The parts that these characters fill, each character whole."""
    parts, used = 1, 0
    for size in sizes:
        if used + size > size_of_part:
            parts, used = parts + 1, 0
        used += size
    return parts
