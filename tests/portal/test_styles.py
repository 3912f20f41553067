"""The style sheets hold no class that nothing uses, so that they stay as short as what they draw."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.sources import APPS, ROOT

SHEETS = sorted((ROOT / "static").glob("*.css"))
ABSENT = {
    "hf-editing": "a fact that is edited in its place",
    "hf-file": "a file in a conversation",
    "hf-skeleton": "what is not loaded yet",
}
"""Components of the design that no screen has, and what each is for."""
FOREIGN = {"select2-container": "drawn by the administration"}
_CLASS = re.compile(r"\.([a-zA-Z_][\w-]*)")
_COMPOSED = re.compile(r"([a-z][a-z-]*-)(?:\{|['\"] \+)")


def _classes(sheet: Path) -> set[str]:
    """The classes that its selectors name."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    text = re.sub(r"\"[^\"]*\"|url\([^)]*\)", "", text)
    return set(_CLASS.findall(re.sub(r"\{[^{}]*\}", " ", text)))


@cache
def _sources() -> str:
    paths = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").glob("*.js")]
    paths += [path for app in ("config", *APPS) for path in (ROOT / app).rglob("*.py")]
    return "\n".join(path.read_text() for path in paths)


@cache
def _words() -> frozenset[str]:
    return frozenset(re.findall(r"[\w-]+", _sources()))


@cache
def _beginnings() -> tuple[str, ...]:
    """What a class begins with whose end is filled in, as "state-{{ row.status }}"."""
    return tuple(set(_COMPOSED.findall(_sources())))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_has_only_classes_that_something_uses(sheet: Path) -> None:
    used = _words() | ABSENT.keys() | FOREIGN.keys()

    unused = {name for name in _classes(sheet) - used if not name.startswith(_beginnings())}

    assert unused == set()


def test_finds_a_class_that_nothing_uses(tmp_path: Path) -> None:
    sheet = tmp_path / "more.css"
    sheet.write_text('/* .in-words */ .zebra-stripes > .btn::before { content: ".said"; background: url(a.png); }')

    assert _classes(sheet) - _words() == {"zebra-stripes"}
    assert not "zebra-stripes".startswith(_beginnings())


@pytest.mark.parametrize("name", ABSENT)
def test_lists_no_component_that_a_screen_has(name: str) -> None:
    assert name not in _words()
