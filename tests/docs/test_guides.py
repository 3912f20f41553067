"""The guides for those who add something work as printed: each is followed on a copy, then linted and tested."""

from pathlib import Path

import pytest

from tests.docs.guides import Copy

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("guide", ["adding-a-model.md", "adding-a-dialect.md"])
def test_works_as_printed(tmp_path: Path, guide: str) -> None:
    copy = Copy.make(tmp_path / "project")

    commands = []
    for command in copy.follow(guide):
        commands.append(command)
        copy.run(command)

    assert any(command.startswith("make lint") for command in commands)
    assert any(command.startswith("make test") for command in commands)
