"""A second try for heavy tests that failed: alone, after all others have ended, and named in the summary.

A browser or a real process may miss its moment on a busy machine. Light tests have no such excuse and get no
second try. The tries run in a process of their own, so the workers of a parallel run are idle by then.
"""

import json
import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Generator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

# Where a second try writes its reports; its presence says that this process is a second try.
REPORTS = "SECOND_TRY_REPORTS"
MAX_TRIES = 40
"""More failures than this are no matter of time: the run is broken and ends as it is."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run be told to count each failure."""
    group = parser.getgroup("second try")
    group.addoption("--no-second-try", action="store_true", help="Heavy tests that fail are not tried again, alone.")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Write reports in a second try; else give tries in the process that counts, which is no worker."""
    if REPORTS in os.environ:
        config.pluginmanager.register(Writer(config, Path(os.environ[REPORTS])), "second-try-writer")
    elif not hasattr(config, "workerinput") and not config.getoption("no_second_try"):
        config.pluginmanager.register(SecondTries(config), "second-tries")


class Writer:
    """Hands the reports of a second try to the run that asked for it."""

    def __init__(self, config: pytest.Config, path: Path) -> None:
        self.config, self.path = config, path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a report to the file, a line each."""
        data = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        with self.path.open("a") as reports:
            reports.write(f"{json.dumps(data)}\n")


class SecondTries:
    """Collects the failures of a run, tries the heavy ones again, and counts what comes of it."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.failures: dict[str, list[pytest.TestReport]] = {}
        self.outcomes: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a heavy test's failure."""
        if report.failed and getattr(report, "is_heavy", False):
            self.failures.setdefault(report.nodeid, []).append(report)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Try again when all tests have ended; a run that was stopped early, or is broken, ends as it is."""
        result = yield
        if 0 < len(self.failures) <= MAX_TRIES:
            self._try_again(session)
        return result

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Name each test that needed a second try, and why."""
        if not self.outcomes:
            return
        terminalreporter.write_sep("=", "second tries")
        for nodeid, outcome in sorted(self.outcomes.items()):
            terminalreporter.write_line(f"{nodeid}: {outcome}; at first: {_reason(self.failures[nodeid][0])}")

    def _try_again(self, session: pytest.Session) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        first = dict(self.failures)
        if terminal is not None:
            terminal.write_line("")  # the letters of the tests end without one
            terminal.write_sep("-", f"{len(first)} heavy tests failed and are tried again, alone")
        again = self._run(list(first))
        for nodeid, failures in first.items():
            reports = again.get(nodeid, [])
            if not any(report.when == "teardown" for report in reports):
                self.outcomes[nodeid] = "failed, and its second try did not end"
                continue
            if terminal is not None:
                _forget(terminal, nodeid)
            session.testsfailed -= len(failures)
            # From here on the second try counts as any other test: it is printed, added up and remembered.
            for report in reports:
                self.config.hook.pytest_runtest_logreport(report=report)
            has_failed = any(report.failed for report in reports)
            self.outcomes[nodeid] = "failed twice" if has_failed else "passed on its second try"

    def _run(self, nodeids: list[str]) -> dict[str, list[pytest.TestReport]]:
        """Run tests in a process of their own, and return its reports by test."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "reports.jsonl"
            subprocess.run(
                [sys.executable, "-m", "pytest", *self._options(), *nodeids],
                cwd=self.config.rootpath, env=os.environ | {REPORTS: str(path)}, check=False,
                stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            lines = path.read_text().splitlines() if path.exists() else []
        reports: dict[str, list[pytest.TestReport]] = {}
        for line in lines:
            report = self.config.hook.pytest_report_from_serializable(config=self.config, data=json.loads(line))
            reports.setdefault(report.nodeid, []).append(report)
        return reports

    def _options(self) -> list[str]:
        """One process, the same seed, and the record of the last failures left to the first run."""
        options = ["-p", "no:cacheprovider"]
        if self.config.inipath is not None:
            options += ["-c", str(self.config.inipath)]
        if hasattr(self.config.option, "numprocesses"):
            options += ["-n", "0"]
        seed = self.config.getoption("randomly_seed", None)
        if isinstance(seed, int):
            options.append(f"--randomly-seed={seed}")
        return options


def _forget(terminal: TerminalReporter, nodeid: str) -> None:
    """Take a test's first reports out of what is counted and printed at the end."""
    for reports in terminal.stats.values():
        reports[:] = [report for report in reports if getattr(report, "nodeid", None) != nodeid]


def _reason(report: pytest.TestReport) -> str:
    """The line that says what went wrong."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else str(report.longrepr)
    return textwrap.shorten(text.partition("\n")[0], 200) or report.outcome
