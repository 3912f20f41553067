"""What is not typed gets less: the lines with `Any` are counted, and their number never grows."""

import ast
import re

from tests.architecture.sources import APPS, sources, tree

LIMITS = {"config": 220, "oncall": 121, "incidents": 126, "problems": 32, "postmortems": 12}
"""The most lines with `Any`, by app. Lower a limit with its lines; what Django and DRF pass on untyped remains."""

HOW = """
More lines with `Any` than before. Write what the value is:
- the signed-in person: `User` (`self.person` of a page, `self.actor` of an endpoint, else `users.signed_in(request)`);
- what a page's form is: its class, as `def perform(self, form: NoteForm) -> Destination`;
- rows: `QuerySet[Ticket]`, or a TypeVar bound to Model for rows of any model;
- arguments that are only passed on, a template's context, JSON before it is checked: `object`.
"""
QUOTED = re.compile(r"\bAny\]|\[Any\b")


def lines_with_any(module: ast.Module) -> set[int]:
    """The lines that use `Any`, also inside a quoted type; its import is no use."""
    return {
        node.lineno
        for node in ast.walk(module)
        if (isinstance(node, ast.Name) and node.id == "Any")
        or (isinstance(node, ast.Constant) and isinstance(node.value, str) and QUOTED.search(node.value))
    }


class TestAny:
    def test_is_seen_in_annotations_plain_and_quoted(self) -> None:
        module = ast.parse('from typing import Any\nx: Any\ny: "dict[str, Any]"\nz: int  # Any\nw = "Any time"')

        assert lines_with_any(module) == {2, 3}

    def test_does_not_spread(self) -> None:
        counts = {app: sum(len(lines_with_any(tree(path))) for path in sources(app)) for app in ("config", *APPS)}

        assert {app: count for app, count in counts.items() if count > LIMITS[app]} == {}, HOW
