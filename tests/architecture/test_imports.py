"""Imports run one way; import-linter says it too, these tests name the line and see what it cannot."""

import ast
import re

from tests.architecture.sources import APPS, ROOT, imports, place, sources, tree

RANKS = {
    **dict.fromkeys(["urls"], 4),
    **dict.fromkeys(["views", "api", "admin", "panels", "receivers", "management", "apps", "tasks"], 3),
    **dict.fromkeys(["tables", "filters", "forms", "serializers"], 2),
    **dict.fromkeys(["models", "migrations"], 0),
}
"""Layers of an app; every other folder is a subject of its domain, rank 1."""


def rank(module: list[str]) -> int:
    return RANKS.get(module[1], 1) if len(module) > 1 else 1


class TestImports:
    def test_never_lead_up(self) -> None:
        """The order in which one explains the product; import-linter says it too, this names the line."""
        upward = []
        for level, app in enumerate(APPS):
            above = set(APPS[level + 1 :])
            for path in sources(app):
                upward += [
                    f"{place(path)}:{line} {name}" for name, line in imports(path) if name.split(".")[0] in above
                ]
        for path in sources("config/base"):
            upward += [
                f"{place(path)}:{line} {name}"
                for name, line in imports(path)
                if name.split(".")[0] in APPS or (name.startswith("config.") and not name.startswith("config.base"))
            ]

        assert upward == []

    def test_keep_the_layers_of_an_app(self) -> None:
        wrong = []
        for app in APPS:
            for path in sources(app):
                own = rank(list(path.relative_to(ROOT).with_suffix("").parts))
                for name, line in imports(path):
                    parts = name.split(".")
                    if parts[0] == app and len(parts) > 1 and rank(parts) > own:
                        wrong.append(f"{place(path)}:{line} {name}")

        assert wrong == []

    def test_stand_at_the_top_of_files(self) -> None:
        inside = [
            f"{place(path)}:{node.lineno}"
            for path in sources("config", *APPS)
            for function in ast.walk(tree(path))
            if isinstance(function, ast.FunctionDef) and function.name != "ready"
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]

        assert inside == []

    def test_by_name_do_not_lead_up_either(self) -> None:
        """A foreign key as text, which import-linter cannot see."""
        upward = []
        for level, app in enumerate(APPS):
            names = re.compile(rf"[\"']({'|'.join(APPS[level + 1 :]) or '-'})\.\w+[\"']")
            for path in [*sources(app), *(ROOT / app).rglob("migrations/*.py")]:
                upward += [f"{place(path)}: {name}" for name in names.findall(path.read_text())]

        assert upward == []
