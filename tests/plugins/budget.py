"""What the suite may cost: seconds of CPU for each light test, and minutes for a whole run of CI.

A test's CPU is that of the process that runs it, threads included; PostgreSQL's and a child's are not counted.
CPU is counted, not time on the clock, so that other work on the machine does not make a test fail.
"""

import os
import time
from collections.abc import Generator
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter

from tests.plugins.clock import RunClock, slowness
from tests.plugins.heavy import HEAVY, is_heavy

LIGHT_SECONDS = 2.0
FAILS_AT = 2.0
"""A test fails at this multiple of the limit: the same work costs up to half as much again from one run to the next,
and a run must not fail for that. What lies between is named in the summary."""
LISTED = 10
SPENT = pytest.StashKey[dict[str, float]]()


def pytest_configure(config: pytest.Config) -> None:
    """Add up in the process that counts, which is no worker."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Totals(RunClock.from_environment(os.environ)), "budget-totals")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    """Measure the setup, which has no limit: the first test pays for what all tests share."""
    item.stash[SPENT] = {}
    return (yield from _measure(item, "setup"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Measure the test itself, and fail a light one that passed but spent far too much."""
    result = yield from _measure(item, "call")
    spent = item.stash[SPENT]["call"]
    limit = FAILS_AT * LIGHT_SECONDS
    if spent > limit and not is_heavy(item) and spent > limit * slowness():
        pytest.fail(
            f"This test used {spent:.1f} s of CPU, a light test may use {LIGHT_SECONDS:.0f} s: "
            f"make it cheaper, or mark it as {', '.join(HEAVY)}.",
            pytrace=False,
        )
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    """Measure the teardown, which has no limit either."""
    return (yield from _measure(item, "teardown"))


def _measure(item: pytest.Item, phase: str) -> Generator[None, Any, Any]:
    before = time.process_time()
    try:
        return (yield)
    finally:
        item.stash[SPENT][phase] = time.process_time() - before


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Put the CPU on the report, which travels from a worker to the process that counts."""
    report = yield
    report.cpu = item.stash[SPENT].get(call.when, 0.0)
    return report


class Totals:
    """The CPU of all tests, printed at the end, and the length of the whole run of CI."""

    def __init__(self, clock: RunClock | None) -> None:
        self.clock = clock
        self.light: dict[str, float] = {}
        self.phases = {"light": 0.0, "heavy": 0.0}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a report, and look at the machine from time to time."""
        if self.clock is not None:
            self.clock.measure()
        spent = getattr(report, "cpu", 0.0)
        kind = "heavy" if getattr(report, "is_heavy", False) else "light"
        self.phases[kind] += spent
        if kind == "light" and report.when == "call":
            self.light[report.nodeid] = spent

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run of CI that took too long."""
        if self.clock is not None and self.clock.is_over() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Print the most expensive light tests, the sum, and how long CI took."""
        write = terminalreporter.write_line
        if not any(self.phases.values()):  # nothing was run
            return
        terminalreporter.write_sep("=", "CPU")
        for nodeid, spent in sorted(self.light.items(), key=lambda pair: -pair[1])[:LISTED]:
            write(f"{spent:6.2f} s  {nodeid}{'  (over the limit: make it cheaper)' if spent > LIGHT_SECONDS else ''}")
        write(
            f"Light tests {self.phases['light']:.0f} s, heavy tests {self.phases['heavy']:.0f} s, "
            f"setup and teardown included; the limit for the call of a light test is {LIGHT_SECONDS:.0f} s."
        )
        if self.clock is not None:
            write(self.clock.text())
