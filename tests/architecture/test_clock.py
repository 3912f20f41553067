"""What is due comes from the database's clock; the process's own is for what is only shown (paging rule 1)."""

import ast

from tests.architecture.sources import APPS, place, sources, tree

SHOWN = {
    "config/base/net/signing.py": "the time of a signature, which the receiver compares with its own clock",
    "config/base/rest/tokens.py": "when a token was last used, and whether it has expired",
    "config/base/rest/viewsets.py": "the instant of a request that changes nothing",
    "config/base/web/views.py": "the instant of a request that changes nothing",
    "config/context.py": "from when relative times count",
    "config/demo/database_setup.py": "the time around which the demo's past is made",
    "config/sign_in/sessions.py": "when a session ends, as Django's own sessions do",
    "incidents/admin/services/simulation.py": "the moment that is asked about first",
    "incidents/admin/severities.py": "the preview before anything is sent",
    "incidents/management/commands/export_status_page.py": "the age of what is shown",
    "incidents/filters/clocks.py": "what is due soon in a list",
    "incidents/panels/clocks.py": "the clocks as they are now",
    "incidents/panels/customers.py": "how late an update is",
    "incidents/panels/desk.py": "how long the running work has lasted",
    "incidents/views/customers/status_page.py": "the page as it is now",
    "incidents/views/response/respond.py": "the screen as it is now",
    "oncall/admin/escalation/policies.py": "the moment that is asked about first, and who would be paged now",
    "oncall/api/load.py": "the end of the range shown",
    "oncall/api/schedules.py": "the start of the range shown",
    "oncall/engine/lane.py": "when an error came, while the database may be away",
    "oncall/filters/obligations.py": "what is overdue in a list",
    "oncall/panels/cover.py": "whether to offer relief",
    "oncall/views/feeds.py": "the range of a calendar feed",
    "oncall/views/readiness.py": "the screen as it is now",
    "postmortems/panels.py": "whether it is overdue",
}
"""Modules that may read the process's clock, and for what."""
INTAKE = "incidents/intake/"
"""Its dialects say when a report was received; what is due is the earlier of that and the database's clock."""


class TestClock:
    def test_of_the_process_is_read_only_for_what_is_shown(self) -> None:
        readers = {
            place(path)
            for path in sources("config", *APPS)
            if not place(path).startswith(INTAKE) and "timezone." in path.read_text()
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"now", "utcnow"}
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "timezone"
        }

        assert readers - set(SHOWN) == set()
        assert set(SHOWN) - readers == set(), "These no longer read it: take them off the list."
