"""What a walk must not depend on: who has a page open, and numbers that a cache holds for a while."""

import pytest


@pytest.fixture(autouse=True)
def _steady_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without the cached numbers of the side bar and without other readers; both have tests of their own.

    A cache forgets by the real clock, or when Redis is slow, so a page would differ from itself.
    """
    monkeypatch.setattr("config.navigation.counts.read", lambda user: None)
    monkeypatch.setattr("incidents.desk.presence.enter", lambda **_: [])
