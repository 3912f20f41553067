"""Data that several sites begin with: a migrated database, and the demo's company. Made once in a run, then copied.

Each site is a whole installation; migrating and loading the company would take most of the time of its tests.
"""

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.embedded.servers import delete_data
from tests.faults.site import Site, running_site

FOLDER = "TEST_SITES"
"""The variable that names the run's folder to its workers, and to its second tries."""
CREDENTIALS = "company.json"


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder in the process that hands out the tests; it goes when that process ends."""
    if FOLDER not in os.environ:
        folder = os.environ[FOLDER] = tempfile.mkdtemp(prefix="holdfast-sites-")
        config.add_cleanup(lambda: _forget(Path(folder)))


def _forget(folder: Path) -> None:
    for data in folder.glob("*/"):
        delete_data(data)
    shutil.rmtree(folder, ignore_errors=True)
    os.environ.pop(FOLDER, None)


@contextlib.contextmanager
def migrated_site() -> Iterator[Site]:
    """A site as `running_site` gives it."""
    with running_site(data=_data("migrated", _migrate)) as site:
        yield site


@contextlib.contextmanager
def company_site() -> Iterator[tuple[Site, dict[str, Any]]]:
    """A site with the demo's company, loaded in this run, and its logins."""
    data = _data("company", _load_company)
    with running_site(data=data) as site:
        yield site, json.loads((data / CREDENTIALS).read_text())


def _migrate(data: Path) -> None:
    with running_site(keep=data):
        pass


def _load_company(data: Path) -> None:
    with running_site(data=_data("migrated", _migrate), keep=data) as site:
        (data / CREDENTIALS).write_text(site.run("-m", "tests.journeys.company"))


def _data(name: str, make: Callable[[Path], None]) -> Path:
    """The folder with this data; the first that needs it makes it, and the others wait."""
    folder = Path(os.environ[FOLDER]) / name
    folder.mkdir(exist_ok=True)
    with (folder / "making").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            delete_data(folder)
            make(folder)
            (folder / "complete").touch()
    return folder
