"""One site for all fault tests of a run, and the table of their results."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import results
from tests.faults.site import Site
from tests.plugins.prepared import migrated_site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Limit the fault tests; a full run has a longer time limit."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            # The site is set up once and takes as long as the machine needs; the limit is the test's own.
            item.add_marker(pytest.mark.timeout(900 if results.IS_FULL else 180, func_only=True))


@pytest.fixture(scope="session")
def ledger(request: pytest.FixtureRequest) -> Iterator[results.Ledger]:
    """Collects the results and prints them; a full run publishes them."""
    ledger = results.Ledger()
    yield ledger
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    if terminal and ledger.rows:
        terminal.write_line(f"\n{ledger.as_table()}")
    if results.IS_FULL and ledger.rows:
        ledger.publish()


@pytest.fixture(scope="session")
def whole_site() -> Iterator[Site]:
    """The site; its servers run as long as the test run."""
    with migrated_site() as site:
        yield site


@pytest.fixture
def site(whole_site: Site, request: pytest.FixtureRequest) -> Iterator[Site]:
    """The healthy site: servers up, the portal answering, the provider in its normal mode."""
    whole_site.settle()
    whole_site.tell_provider()
    whole_site.start_web()
    yield whole_site
    if whole_site.overrides:
        whole_site.stop_programs()
