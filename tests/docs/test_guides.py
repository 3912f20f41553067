"""The guides for those who add something work as printed: each is followed on a copy, then linted and tested."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.guides import Copy

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the servers' own account can reach, which pytest's are not."""
    path = Path(tempfile.mkdtemp(prefix="holdfast-guide-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.mark.parametrize("guide", ["adding-a-model.md", "adding-a-dialect.md"])
def test_works_as_printed(folder: Path, guide: str) -> None:
    copy = Copy.make(folder / "project")

    commands = []
    for command in copy.follow(guide):
        commands.append(command)
        copy.run(command)

    assert any(command.startswith("make lint") for command in commands)
    assert any(command.startswith("make test") for command in commands)
