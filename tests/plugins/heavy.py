"""The four markers of heavy tests, and the rules that give them by folder and by fixture.

A test without one of them is light: it runs in `make check`, has a budget of CPU, and is never tried again.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

HEAVY = {
    "browser": "needs a browser",
    "faults": "starts, kills or cuts off real processes",
    "walk": "visits every address or every list",
    "drill": "takes minutes",
}
TESTS = Path(__file__).resolve().parents[1]
BY_FOLDER = {
    "browser": "browser",
    "contracts": "faults",
    "faults": "faults",
    "journeys": "faults",
    "portal": "walk",
    "walk": "walk",
}


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers; they stand nowhere else."""
    for name, meaning in HEAVY.items():
        config.addinivalue_line("markers", f"{name}: {meaning}; heavy")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what a folder or the fixture `browser` makes heavy."""
    if "browser" in getattr(item, "fixturenames", ()):
        item.add_marker("browser")
    if item.path.is_relative_to(TESTS):
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in BY_FOLDER:
            item.add_marker(BY_FOLDER[folder])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with drills that need no database of this run: at the end one worker would wait for the other's."""
    items.sort(key=lambda item: not (item.get_closest_marker("drill") and not item.get_closest_marker("django_db")))


def is_heavy(item: pytest.Item) -> bool:
    """Whether the test has one of the four markers."""
    return any(item.get_closest_marker(name) is not None for name in HEAVY)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Put it on the report, which travels from a worker to the process that counts."""
    report = yield
    report.is_heavy = is_heavy(item)
    return report
