"""Rules of single files: short, begun with a sentence, and none of the ways to lose a race or a page."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import APPS, ROOT, place, sources, tracked, tree

MAX_LINES = 400
SENDS_LATER = re.compile(r"\b(eta|countdown)\s*=")
# Each written so that this file does not hold it itself.
REGISTRIES = re.compile(
    "|".join([r"pypi\.org", r"pythonhosted", r"npmjs", r"unpkg", r"jsdelivr", r"--index-" "url", r"simple/"])
)


class TestTickets:
    """In multi-table inheritance a child's conditional update loses its WHERE."""

    UNSAFE = frozenset({"update", "select_for_update", "bulk_create", "bulk_update", "update_or_create"})

    def test_are_locked_and_changed_through_the_parent(self) -> None:
        violations = [
            f"{place(path)}:{node.lineno} {self._child(node.func.value)}...{node.func.attr}()"
            for path in sources("config", *APPS)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in self.UNSAFE
            and self._child(node.func.value)
        ]

        assert violations == []

    def _child(self, node: ast.expr) -> str:
        """The child's name if the chain of calls starts at its manager, as `Incident.objects.filter(...)`."""
        while isinstance(node, ast.Call | ast.Attribute):
            if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
                owner = node.value
                name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
                return name if name in {"Incident", "Problem"} else ""
            node = node.func if isinstance(node, ast.Call) else node.value
        return ""


class TestFiles:
    def test_send_nothing_later_through_the_broker(self) -> None:
        """Everything due is a row; Redis forgets and repeats what waits in it."""
        violations = [
            f"{place(path)}:{node.lineno}"
            for path in sources("config", *APPS)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"apply_async", "signature", "s", "si", "send_task", "retry"}
            and any(keyword.arg in {"eta", "countdown"} for keyword in node.keywords)
        ]

        assert violations == []
        assert not [place(path) for path in sources("config", *APPS) if SENDS_LATER.search(path.read_text())]

    def test_begin_with_a_sentence(self) -> None:
        silent = [
            place(path)
            for path in sources("config", *APPS, "tests", "bin")
            if path.read_text().strip() and not (ast.get_docstring(tree(path)) or "").strip()
        ]

        assert silent == []

    def test_stay_short(self) -> None:
        lengths = {
            place(path): len(path.read_text().splitlines()) for path in sources("config", *APPS, "tests", "bin")
        }

        assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}

    @pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
    def test_of_locks_hold_no_address(self, lock: str) -> None:
        content = (ROOT / lock).read_text()

        assert "://" not in content
        assert "--hash=sha256:" in content

    def test_name_no_package_registry(self) -> None:
        """Where packages come from is the business of the machine, not of the project."""
        violations = []
        for path in tracked():
            if path == Path(__file__) or path.suffix in {".png", ".ico", ".woff2"} or "vendor" in path.parts:
                continue
            violations += [f"{place(path)}: {name}" for name in REGISTRIES.findall(path.read_text(errors="replace"))]

        assert violations == []
