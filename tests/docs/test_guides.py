"""The guides for those who add something work as printed: each is followed on a copy, then linted and tested."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.guides import Copy

CHECKS = ("make lint", "make test")
pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the servers' own account can reach, which pytest's are not."""
    path = Path(tempfile.mkdtemp(prefix="holdfast-guide-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def test_work_as_printed(folder: Path) -> None:
    """Both are followed on one copy: its checks take minutes, and somebody may well do both."""
    copy = Copy.make(folder / "project")

    checks: list[str] = []
    for guide in ("adding-a-model.md", "adding-a-dialect.md"):
        commands = []
        for command in copy.follow(guide):
            commands.append(command)
            if not command.startswith(CHECKS):
                copy.run(command)
        assert [command.split(" ARGS=")[0] for command in commands[-3:]] == ["make fmt", *CHECKS]
        checks.append(commands[-1])

    copy.run("make lint")
    copy.run(_together(checks))


def _together(commands: list[str]) -> str:
    """One command for the tests that several name by words, in one process: each more would read all tests again."""
    words = [word for command in commands for word in command.split("'")[1].split(" or ")]
    return f"""make test XDIST= ARGS="-k '{" or ".join(dict.fromkeys(words))}'\""""
