"""Every file, folder and module that a document names exists."""

import re
from importlib import import_module
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path
from types import ModuleType

import pytest

from tests.architecture.sources import APPS, ROOT, place, tracked

TOPS = ("config", *APPS, "tests", "templates", "static", "docs", "bin")
PATH = re.compile(rf"`((?:{'|'.join(TOPS)})/[\w./-]*)`")
MODULE = re.compile(rf"`((?:{'|'.join(APPS)}|config)(?:\.\w+)+)(?:\(\))?`")
EXAMPLE = {"adding-a-model.md", "adding-a-dialect.md"}
"""They name files that their reader is about to make; a test follows them."""
PAGES = [path for path in tracked() if path.suffix == ".md" and path.name not in EXAMPLE]


def is_importable(name: str) -> bool:
    """Whether the longest module that begins the dotted name has the rest of it."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            is_module = find_spec(".".join(parts[:length])) is not None
        except ModuleNotFoundError:
            continue
        if is_module:
            module = import_module(".".join(parts[:length]))
            return _has(module, ".".join(parts[length:]))
    return False


def _has(module: ModuleType, rest: str) -> bool:
    try:
        return not rest or attrgetter(rest)(module) is not None
    except AttributeError:
        return False


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_of_a_page_exist(page: Path) -> None:
    text = page.read_text()

    # Names without a dot or a slash at their end are addresses.
    files = [name for name in PATH.findall(text) if "." in name or name.endswith("/")]
    missing = [name for name in files if not (ROOT / name).exists()]
    missing += [name for name in MODULE.findall(text) if not is_importable(name) and name.count(".") > 1]

    assert missing == []


@pytest.mark.parametrize(
    ("name", "is_there"),
    [
        ("config.middleware", True),
        ("config.middleware.PublicFastPath", True),
        ("config.middleware.NoSuchName", False),
        ("config.no_such_module", False),
    ],
)
def test_of_a_dotted_name_are_seen_to_the_end(name: str, is_there: bool) -> None:
    assert is_importable(name) is is_there
