"""Fixtures for tests of several folders: a browser, and no limits on the clock."""

import os
import shutil
import uuid
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import get_resolver
from playwright.sync_api import Browser, sync_playwright

from oncall.engine.pulse import Pulse

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]

QUICK_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"
COUNTERS = {"CaptureQueriesContext", "django_assert_max_num_queries", "django_assert_num_queries"}
"""What a test that counts queries has as a fixture, or imports."""

# An example has no limit on the clock, which a busy machine would break; the budget of CPU holds for all together.
hypothesis.settings.register_profile("suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """New passwords are hashed quickly: Argon2 takes 0.2 s of CPU by design, and hundreds of tests make an account."""
    with override_settings(PASSWORD_HASHERS=[QUICK_HASHER, *settings.PASSWORD_HASHERS]):
        yield


@pytest.fixture(scope="session", autouse=True)
def addresses(request: pytest.FixtureRequest) -> None:
    """Import all views before the first test, whose budget would pay for them."""
    if any(item.get_closest_marker("django_db") for item in request.session.items):
        assert get_resolver().reverse_dict


@pytest.fixture(autouse=True)
def _own_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test count what another has sent: the counters stand in a cache that outlives the run."""
    monkeypatch.setattr("config.base.data.limits.NAMESPACE", uuid.uuid4().hex)


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
def real_pulse() -> None:
    """For tests of the pulse that stand beside tests that count queries."""


@pytest.fixture(autouse=True)
def _steady_pulse(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The top bar's pulse from its cache, in every test that counts queries.

    The cache lasts for seconds only, so a slow machine would count its query on one page and not on the next.
    """
    counts_queries = COUNTERS & {*request.fixturenames, *vars(request.module)}
    if counts_queries and "real_pulse" not in request.fixturenames:
        monkeypatch.setattr("oncall.engine.pulse.read", lambda *, at: Pulse(at, 0))
