"""Every file, folder and module that a document names exists."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.architecture.sources import APPS, ROOT, place, tracked

TOPS = ("config", *APPS, "tests", "templates", "static", "docs", "bin")
PATH = re.compile(rf"`((?:{'|'.join(TOPS)})/[\w./-]*)`")
MODULE = re.compile(rf"`((?:{'|'.join(APPS)}|config)(?:\.\w+)+)(?:\(\))?`")
EXAMPLE = {"adding-a-model.md", "adding-a-dialect.md"}
"""They name files that their reader is about to make; a test follows them."""
PAGES = [path for path in tracked() if path.suffix == ".md" and path.name not in EXAMPLE]


def is_importable(name: str) -> bool:
    """Whether some beginning of the dotted name is a module and the rest, at most two names, is in it."""
    parts = name.split(".")
    for length in range(len(parts), max(len(parts) - 3, 0), -1):
        try:
            if find_spec(".".join(parts[:length])) is not None:
                return True
        except ModuleNotFoundError:
            continue
    return False


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_of_a_page_exist(page: Path) -> None:
    text = page.read_text()

    # Names without a dot or a slash at their end are addresses.
    files = [name for name in PATH.findall(text) if "." in name or name.endswith("/")]
    missing = [name for name in files if not (ROOT / name).exists()]
    missing += [name for name in MODULE.findall(text) if not is_importable(name) and name.count(".") > 1]

    assert missing == []
