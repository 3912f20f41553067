"""Reads all sources before the first test, whose budget would pay for it."""

import pytest

from tests.architecture.sources import APPS, sources, tree


@pytest.fixture(scope="session", autouse=True)
def trees() -> None:
    """Parse every file once."""
    for path in sources("config", "tests", "bin", *APPS):
        tree(path)
