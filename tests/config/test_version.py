"""The version stands in pyproject.toml, and the changelog has a heading for it; nothing else repeats it."""

import re
import tomllib
from pathlib import Path

from config.version import product_version

ROOT = Path(__file__).resolve().parents[2]
SUFFIXES = {".py", ".md", ".html", ".js", ".css", ".yml", ".yaml", ".toml", ".txt", ".conf", ".service", ".sh", ""}
NOT_OURS = {"pyproject.toml", "CHANGELOG.md"}
HEADING = re.compile(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", re.MULTILINE)


def test_is_the_one_of_the_project_file() -> None:
    assert product_version() == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_stands_in_no_other_file() -> None:
    """Numbers of libraries are in the lock files, which are not looked at."""
    repeated = re.compile(rf"(?<![\d.]){re.escape(product_version())}(?![\d.]*\d)")
    visible = [path for path in ROOT.iterdir() if not path.name.startswith(".") or path.name == ".ci"]
    files = [path for top in visible for path in ([top] if top.is_file() else top.rglob("*"))]
    ours = [path for path in files if path.is_file() and path.suffix in SUFFIXES and path.name not in NOT_OURS]

    assert len(ours) > 500
    assert [path for path in ours if repeated.search(path.read_text())] == []


def test_has_the_first_heading_of_the_changelog_below_what_is_not_released() -> None:
    headings = HEADING.findall((ROOT / "CHANGELOG.md").read_text())

    assert headings[0] == ("Unreleased", "")
    assert headings[1][0] == product_version()
    assert all(date for _, date in headings[1:])
