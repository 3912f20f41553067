"""The project's own files, read as text and as syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ["oncall", "incidents", "problems", "postmortems"]
"""From the bottom up."""
FACES = frozenset(
    [
        "admin",
        "api",
        "filters",
        "forms",
        "management",
        "migrations",
        "models",
        "panels",
        "serializers",
        "tables",
        "urls",
        "views",
    ]
)
"""Folders of an app by kind; every other folder is a subject with its domain modules."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def sources(*folders: str) -> list[Path]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in paths if "migrations" not in path.parts]


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def subjects(app: str) -> set[str]:
    """The folders of an app that hold domain modules."""
    return {path.name for path in (ROOT / app).iterdir() if (path / "__init__.py").exists() and path.name not in FACES}
