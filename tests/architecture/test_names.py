"""Names that were given up stay given up, and a name is no pronoun."""

import ast
from pathlib import Path

from tests.architecture.sources import APPS, ROOT, imports, place, sources, tree

CODE = ("config", *APPS, "tests", "bin")
GIVEN_UP = (Path(__file__).parent / "given_up_names.txt").read_text().split()
"""`a.module`, or `a.module:name` of a function, class or constant that a module of that name must not define."""
MODULES = {name for name in GIVEN_UP if ":" not in name}
DEFINITIONS = {tuple(name.split(":")) for name in GIVEN_UP if ":" in name}
# fmt: off
PRONOUNS = frozenset([
    "one", "found", "known", "asked", "told", "moved", "kept", "owed", "well",
    "said", "shown", "given", "wanted", "mine", "standing", "look",
])
# fmt: on
ALLOWED = {"oncall/filters/calendars.py": {"standing"}}
"""A parameter of the REST API keeps the name that was published."""


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def definitions(path: Path) -> set[str]:
    names: set[str] = set()
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return names


def bound_names(path: Path) -> set[str]:
    """Every name that the file gives to a variable, parameter, function or class."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.alias) and node.asname:
            names.add(node.asname)
    return names


class TestGivenUpNames:
    def test_name_no_module(self) -> None:
        present = {module_of(path) for path in sources(*CODE)}

        assert len(MODULES) > 100
        assert {name for name in MODULES if name in present and not (ROOT / name.replace(".", "/")).is_dir()} == set()

    def test_are_imported_by_nobody(self) -> None:
        folders = {name for name in MODULES if (ROOT / name.replace(".", "/")).is_dir()}
        users = [
            f"{place(path)}:{line} {name}"
            for path in sources(*CODE)
            for name, line in imports(path)
            if name in MODULES - folders
        ]

        assert users == []

    def test_are_defined_nowhere(self) -> None:
        present = {(module_of(path), name) for path in sources(*CODE) for name in definitions(path)}

        assert len(DEFINITIONS) > 50
        assert DEFINITIONS & present == set()


class TestNames:
    def test_are_no_pronouns(self) -> None:
        wrong = {place(path): names for path in sources(*CODE) if (names := bound_names(path) & PRONOUNS)}
        wrong = {file: names for file, names in wrong.items() if names != ALLOWED.get(file)}

        assert wrong == {}
