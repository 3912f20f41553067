"""What a severity decides is a field that administrators set, and each field is read in its one place."""

import ast
from collections.abc import Iterator

from tests.architecture.sources import APPS, place, sources, tree

PROMISES = ("FIRST_UPDATE", "NEXT_UPDATE")


def nodes(word: str) -> Iterator[tuple[str, ast.AST]]:
    """Every node of the files that hold the word, with its place."""
    for path in sources("config", *APPS):
        if word in path.read_text():
            yield from ((f"{place(path)}:{getattr(node, 'lineno', 0)}", node) for node in ast.walk(tree(path)))


class TestPromises:
    def test_are_read_by_the_cadence_alone(self) -> None:
        """Screens, reminders and the form of an update ask one module when customers must be told."""
        readers = {
            where.partition(":")[0]
            for metric in PROMISES
            for where, node in nodes(metric)
            if isinstance(node, ast.Attribute) and node.attr == metric and "incidents/customers/" in where
        }

        assert readers == {"incidents/customers/cadence.py"}


class TestRanks:
    def test_are_compared_with_other_ranks_only(self) -> None:
        """What a rank decides by its number, administrators cannot set; it becomes a field of the severity."""
        decisions = [
            where
            for where, node in nodes(".rank")
            if (isinstance(node, ast.Compare) and _compares_rank_with_number(node))
            or (isinstance(node, ast.Call) and _looks_up_rank(node))
        ]

        assert decisions == []


def _is_rank(node: ast.AST) -> bool:
    """Of a severity: `ticket.severity.rank`, `severity.rank`; ranks of other things are called otherwise."""
    owner = node.value if isinstance(node, ast.Attribute) and node.attr == "rank" else None
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return "severity" in name


def _compares_rank_with_number(node: ast.Compare) -> bool:
    sides = [node.left, *node.comparators]
    constants = (part for side in sides for part in ast.walk(side) if isinstance(part, ast.Constant))
    return any(map(_is_rank, sides)) and any(isinstance(part.value, int) for part in constants)


def _looks_up_rank(node: ast.Call) -> bool:
    """As `_BY_RANK.get(severity.rank, usual)`."""
    return isinstance(node.func, ast.Attribute) and node.func.attr == "get" and any(map(_is_rank, node.args))
