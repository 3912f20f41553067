"""A suite of its own for a test: written to a folder, run by pytest in a process."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = """
[tool.pytest]
strict = true
addopts = ["-p", "xdist.plugin", "-p", "tests.plugins.heavy", "-p", "tests.plugins.second_try",
           "-p", "tests.plugins.budget"]
"""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`run(source, "-n", "2", NAME="value")` runs a test file and returns what pytest printed."""

    def run_suite(source: str, *options: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        (tmp_path / "pyproject.toml").write_text(CONFIGURATION)
        (tmp_path / "test_sample.py").write_text(f"import pytest\n\n{source}")
        return subprocess.run(
            [sys.executable, "-m", "pytest", *options],
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env=_outside() | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)} | environment,
        )  # fmt: skip

    return run_suite


def _outside() -> dict[str, str]:
    """The environment without what the run around this test has put there."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "CI_", "SECOND_TRY"))}


def last_line(ran: "subprocess.CompletedProcess[str]") -> str:
    """What CI reads."""
    return ran.stdout.strip().splitlines()[-1]
