"""Fixtures for tests of several folders: a browser, a steady pulse."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from oncall.engine.pulse import Pulse

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without it these tests are skipped with a reason."""
    if CHROMIUM is None:
        pytest.skip("No Chromium was found: apt-get install chromium. The browser tests did not run.")
    # Playwright's loop runs in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def steady_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    """The top bar's pulse from its cache.

    The cache lasts for seconds only, so a slow machine would count its query on one page and not on the next.
    """
    monkeypatch.setattr("oncall.engine.pulse.read", lambda *, at: Pulse(at, 0))
