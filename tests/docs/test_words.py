"""Plain, present-day English: turns of phrase that sound clever or old stay out of code, docs and screens."""

import re
from pathlib import Path

from tests.architecture.sources import place, tracked

STALE = re.compile(
    r"\b(dear|mend(s|ed|ing)?|goes by|stand(s|ing)? by|stood (by|in)|stand-in|ow(e|es|ed|ing)|whoever|befalls?)\b",
    re.IGNORECASE,
)
"""Say: expensive, fix, depends on, is on call, covered, must do, anyone who, happens to."""
KINDS = {".py", ".html", ".md", ".txt"}
EXEMPT = ("static/", "tests/architecture/", "docs/rules/", "tests/docs/test_words.py")
"""Third parties' files, lists of given-up names, and rules quoted with their terms."""


def stale(path: Path) -> list[str]:
    if path.suffix not in KINDS or place(path).startswith(EXEMPT):
        return []
    # A letter in a test may begin as letters do.
    text = path.read_text().replace("Dear Ms. Miller", "")
    return [match[0] for match in STALE.finditer(text)]


def test_stay_out_of_code_docs_and_screens() -> None:
    assert {place(path): words for path in tracked() if (words := stale(path))} == {}
