"""Pages beside lists answer what their address asks, or say what of it they do not understand."""

import ast
from typing import Any

import pytest
from django.test import Client

from config.base.data.roles import Role
from tests import factories as make
from tests.architecture.sources import APPS, place, sources, tree

NOT_UNDERSTOOD = "Part of this address is not understood."
ASKED_BY_HAND = {
    "incidents/admin/sla/targets.py": "fills the form of a new version in, which shows it before anything happens",
    "incidents/admin/services/simulation.py": "fills a form in, which shows it before anything happens",
    "incidents/panels/services.py": "a page number, which the page around it checks as `numbered`",
    "incidents/views/customers/maintenance.py": "an unknown status page is 404",
    "incidents/views/customers/updates.py": "an unknown status page is 404",
    "incidents/views/response/respond.py": "no form of that name: the page of the incident, which pages must open",
    "incidents/views/tickets/mentions.py": "what was typed so far; words that mean nobody offer nobody",
    "incidents/views/tickets/ticket.py": "no field of that name: the form of all of them, which shows what it changes",
    "incidents/views/tickets/queue.py": "which tab is drawn as the present one; the filter itself reads the value",
    "oncall/admin/escalation/simulation.py": "fills a form in, whose answer is about what it shows",
    "oncall/views/calendars/days.py": "an unknown year is 404",
    "oncall/views/cover/overrides.py": "fills a form in, which shows it before anything happens",
    "oncall/views/feeds.py": "fills a form in, which shows it before anything happens",
    "oncall/views/obligations.py": "whether a team is asked for; the filter itself reads which",
    "oncall/views/rota/on_call.py": "a page number, checked as `numbered`",
    "oncall/views/saved_views.py": "the address of no list is 404",
    "oncall/views/schedules/editor.py": "an unknown team is 404",
}
"""Who reads a parameter without a form, and what becomes of a value that means nothing."""


class TestParameters:
    def test_are_read_by_a_form_or_for_a_reason(self) -> None:
        """A lookup with a usual value answers something else than asked; `QueryPage` and `ListPage` do not."""
        readers = {
            place(path)
            for path in sources(*APPS)
            if "request.GET" in path.read_text()
            for node in ast.walk(tree(path))
            if _reads_by_hand(node)
        }

        assert readers == set(ASKED_BY_HAND)


def _reads_by_hand(node: ast.AST) -> bool:
    """As `request.GET.get("by")` or `self.request.GET["by"]`; also through a name that holds it."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"get", "getlist"}:
        return _is_query(node.func.value)
    if isinstance(node, ast.Assign):
        return _is_query(node.value) and isinstance(node.targets[0], ast.Name)
    return isinstance(node, ast.Subscript) and _is_query(node.value)


def _is_query(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "GET"


@pytest.mark.django_db
class TestPages:
    @pytest.mark.parametrize(
        ("address", "query", "sentence"),
        [
            ("/reports/", {"by": "moon"}, "By: “moon” is not one of its choices."),
            ("/reports/", {"measure": "mttr"}, "Measure: “mttr” is not one of its choices."),
            ("/reports/", {"by": ["team", "service"]}, "By: This is in the address several times."),
            ("/reports/", {"export": "xlsx"}, "no file of the kind “xlsx”"),
            ("/reports/", {"tema": "shop"}, "“tema” is not a question to this page"),
            ("/reports/records/", {"measure": "mttr"}, "Measure: “mttr” is not one of its choices."),
            ("/reports/sla/", {"by": "moon"}, "By: “moon” is not one of its choices."),
            ("/reports/sla/", {"since": "2026-06-30", "until": "2026-06-01"}, "The period ends before"),
            ("/reports/sla/clocks/", {"outcome": "lost"}, "Outcome: “lost” is not one of its choices."),
            ("/reports/prevention/", {"since": "x"}, "From: "),
            ("/reports/prevention/", {"since": "2026-06-30", "until": "2026-06-01"}, "The period ends before"),
            ("/teams/shop/load/", {"since": ["2026-01-01", "2026-02-01"]}, "From: This is in the address several"),
            ("/teams/shop/load/", {"sinse": "2026-01-01"}, "“sinse” is not a question to this page"),
            ("/teams/shop/rota/", {"spam": "week"}, "“spam” is not a question to this page"),
            ("/on-call/", {"at": "never"}, "At: "),
            ("/on-call/", {"services": "two"}, "There is no page “two”"),
        ],
    )
    def test_say_what_they_do_not_understand(
        self, client: Client, address: str, query: dict[str, Any], sentence: str
    ) -> None:
        make.TeamFactory(slug="shop")
        client.force_login(make.UserFactory(roles=list(Role)))

        answer = client.get(address, query)
        page = answer.content.decode()

        assert answer.status_code == 200
        assert NOT_UNDERSTOOD in page
        assert sentence in page
        if "export" not in query:
            assert client.get(address, query | {"export": "csv"})["Content-Type"].startswith("text/html")

    def test_show_no_figures_of_another_question(self, client: Client) -> None:
        client.force_login(make.UserFactory(roles=list(Role)))
        make.IncidentFactory(restored_at=make.NOON, status="restored")
        period = {"since": "2026-01-01", "until": "2026-12-31"}

        assert "tile-figure" in client.get("/reports/", period).content.decode()
        assert "tile-figure" not in client.get("/reports/", period | {"by": "moon"}).content.decode()
        assert "tile-figure" in client.get("/reports/prevention/", period).content.decode()
        assert "tile-figure" not in client.get("/reports/prevention/", period | {"team": "moon"}).content.decode()

    def test_plan_no_other_team_than_asked(self, client: Client) -> None:
        membership = make.MembershipFactory(role="manager", user=make.UserFactory(roles=[Role.MANAGER]))
        client.force_login(membership.user)

        assert client.get("/schedules/new/", {"team": membership.team.slug}).status_code == 200
        assert client.get("/schedules/new/", {"team": "moon"}).status_code == 404
