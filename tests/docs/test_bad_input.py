"""Every bad input has a row in docs/security.md, which names a test that exists or says why there is none."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COUNT = 86
"""The bad inputs that were listed when the product was planned; the numbers are never used again."""
_ROW = re.compile(r"^\| (\d+(?:, \d+)*) \| (.+) \|$", re.MULTILINE)
_NAMED = re.compile(r"`(tests/[\w/]+\.py)`|`([Tt]est_?\w+)`")


def table() -> dict[int, str]:
    """What the table says, by number."""
    text = (ROOT / "docs/security.md").read_text().partition("### Bad input by number")[2].partition("\n## ")[0]
    rows = _ROW.findall(text)
    numbers = [int(number) for listed, _ in rows for number in listed.split(", ")]
    assert len(numbers) == len(set(numbers)), "A number stands twice."
    return {int(number): what for listed, what in rows for number in listed.split(", ")}


def absent(what: str) -> Iterator[str]:
    """The files that do not exist, and the tests that the file before them does not define."""
    source = ""
    for file, name in _NAMED.findall(what):
        if file:
            path = ROOT / file
            source = path.read_text() if path.is_file() else ""
            if not source:
                yield file
        elif not re.search(rf"^\s*(?:class|def) {name}\b", source, re.MULTILINE):
            yield name


class TestTable:
    def test_has_every_number_once(self) -> None:
        assert set(table()) == set(range(1, COUNT + 1))

    def test_names_tests_that_exist_or_a_reason(self) -> None:
        wrong = {
            number: list(absent(what)) or what
            for number, what in table().items()
            if list(absent(what)) or not (_NAMED.search(what) or what.startswith("none: "))
        }

        assert wrong == {}

    def test_has_a_row_with_a_test_or_a_reason_for_each_rule(self) -> None:
        rules = re.findall(r"^- \*\*bad input (\d+)\*\*", (ROOT / "docs/rules/bad-input.md").read_text(), re.MULTILINE)

        assert len(rules) > 60
        assert [number for number in rules if table()[int(number)].startswith("none: ")] == []

    @pytest.mark.parametrize(
        "what",
        ["`tests/gone.py`", "`tests/docs/test_paths.py` `TestGone`", "`tests/docs/test_paths.py` `test_g`"],
    )
    def test_is_read_strictly(self, what: str) -> None:
        assert list(absent(what))
