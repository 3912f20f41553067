"""Follows a guide of docs/ to the letter on a copy of the project.

It understands the sentences the guides use: "New file `X`:" and "In `X`, below `line`:", each with a block of code,
"In `X`, replace `a` with `b`", and blocks of `sh`.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR")
"""A reader's shell knows nothing of the servers and keys of this test run."""
_STEP = re.compile(
    r"New file `(?P<new>[^`]+)`:\s+```\w*\n(?P<content>.*?)^```$"
    r"|In `(?P<file>[^`]+)`,\s+below\s+`(?P<anchor>[^`]+)`:\s+```\w*\n(?P<lines>.*?)^```$"
    r"|In `(?P<changed>[^`]+)`,\s+replace\s+`(?P<old>[^`]+)`\s+with\s+`(?P<by>[^`]+)`"
    r"|^```sh\n(?P<commands>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Copy:
    """A copy of the project's tracked files in which a guide is followed."""

    root: Path

    @classmethod
    def make(cls, root: Path) -> "Copy":
        """Copy what git tracks; the virtual environment is shared."""
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
        for name in filter(None, done.stdout.split("\0")):
            if (ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, root / name)
        (root / ".venv").mkdir()
        for path in (ROOT / ".venv").iterdir():  # links, so that whatever happens to the copy stays there
            (root / ".venv" / path.name).symlink_to(path)
        if (ROOT / ".mypy_cache").is_dir():  # types of what a guide leaves alone are worked out once
            shutil.copytree(ROOT / ".mypy_cache", root / ".mypy_cache")
        for command in (["init", "-q"], ["add", "-A"]):  # checks ask git for the tracked files
            subprocess.run(["git", *command], cwd=root, check=True)
        return cls(root)

    def follow(self, guide: str) -> Iterator[str]:
        """Do every step of `docs/<guide>`; each command is yielded instead of run."""
        steps = list(_STEP.finditer((ROOT / "docs" / guide).read_text()))
        assert steps, f"{guide} has no step that can be followed"
        for step in steps:
            if step["new"]:
                self._write(step["new"], step["content"])
            elif step["file"]:
                self._insert(step["file"], below=step["anchor"], lines=step["lines"])
            elif step["changed"]:
                self._replace(step["changed"], old=step["old"], by=step["by"])
            else:
                yield from step["commands"].splitlines()

    def run(self, command: str) -> str:
        """The output of a command, which must succeed; `make` leaves the shared environment as it is."""
        done = subprocess.run(
            ["bash", "-c", re.sub(r"^make ", "make --old-file=setup ", command)],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
            env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def _write(self, name: str, content: str) -> None:
        path = self.root / name
        assert not path.exists(), f"{name} exists already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def _insert(self, name: str, *, below: str, lines: str) -> None:
        present = (self.root / name).read_text().splitlines(keepends=True)
        places = [number for number, line in enumerate(present) if line.strip() == below]
        assert len(places) == 1, f"{name} has {len(places)} lines {below!r}"
        present.insert(places[0] + 1, lines)
        (self.root / name).write_text("".join(present))

    def _replace(self, name: str, *, old: str, by: str) -> None:
        present = (self.root / name).read_text()
        assert present.count(old) == 1, f"{name} has {present.count(old)} times {old!r}"
        (self.root / name).write_text(present.replace(old, by))
