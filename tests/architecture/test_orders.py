"""What is taken from the beginning of an order does not depend on chance: the order ends with a unique column."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import APPS, place, sources, tree

UNIQUE = {"pk", "id", "ticket_id", "number", "position", "severity_word"}
"""Columns that tell apart the rows of the places that sort by them; each is unique where it stands last."""


def _order_of(node: ast.expr) -> ast.Call | None:
    """The `order_by(...)` in a chain of calls."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "order_by":
                return node
            node = node.func
        else:
            node = node.value
    return None


def _open_orders(module: ast.Module) -> Iterator[str]:
    """The orders of which a part is taken, and whose last column may be the same in two rows."""
    for node in ast.walk(module):
        if isinstance(node, ast.Subscript):
            order = _order_of(node.value)
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"first", "last"}
        ):
            order = _order_of(node.func.value)
        else:
            continue
        last = order.args[-1] if order is not None and order.args else None
        if isinstance(last, ast.Constant) and str(last.value).removeprefix("-").rpartition("__")[2] not in UNIQUE:
            yield ast.unparse(node)


class TestOrders:
    def test_of_which_a_part_is_taken_end_with_a_unique_column(self) -> None:
        orders = {place(path): list(_open_orders(tree(path))) for path in sources(*APPS, "config")}

        assert {name: taken for name, taken in orders.items() if taken} == {}

    @pytest.mark.parametrize(
        ("source", "count"),
        [
            ("rows.order_by('-created_at')[:5]", 1),
            ("rows.order_by('team__created_at').select_related('team').first()", 1),
            ("rows.filter(x=rows.order_by('created_at')[0])", 1),
            ("rows.order_by('created_at', '-pk')[0]", 0),
            ("rows.order_by('severity__position').last()", 0),
            ("rows.order_by()[:5]", 0),
            ("list(rows.order_by('created_at'))", 0),
        ],
    )
    def test_are_found_by_what_is_taken(self, source: str, count: int) -> None:
        assert len(list(_open_orders(ast.parse(source)))) == count
