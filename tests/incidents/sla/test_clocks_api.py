"""The clocks of a ticket and lists by next due, as programs read them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from incidents.models import Ticket
from incidents.sla import storage
from tests import factories as make
from tests.clients import client_of
from tests.incidents.sla.histories import hold, later, opened, tell

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
CYCLE = {
    "number", "started_at", "stopped_at", "due_at", "goal_minutes", "elapsed_minutes", "remaining_minutes", "percent",
    "state", "paused", "paused_reasons", "paused_since", "breached", "breached_at", "breach_recorded_at",
    "breach_holds", "waiver", "within_calendar_hours", "warnings",
}  # fmt: skip


@pytest.fixture
def api() -> Any:
    return client_of(make.UserFactory(roles=[Role.AGENT]))


def target(**fields: Any) -> Any:
    fields = {"effective_from": START - timedelta(days=30), "goal_minutes": 180, **fields}
    return make.SlaTargetVersionFactory(**fields)


def sweep(*tickets: Ticket) -> None:
    storage.refresh(ticket_ids=[ticket.pk for ticket in tickets], at=later(START, hours=2))


class TestClocks:
    def test_are_promises_with_their_cycles(self, api: Any) -> None:
        version = target(pause_reasons=["requester"])
        ticket = opened(START)
        hold(ticket, later(START, hours=1), "requester")

        (promise,) = api.get(f"/api/v1/incidents/{ticket.pk}/clocks/").json()
        (cycle,) = promise.pop("cycles")

        assert promise == {
            "kind": "sla", "metric": "restore", "team": None, "source": "", "times_incomplete": False,
            "target": {"id": version.target_id, "name": version.target.name},
        }  # fmt: skip
        assert set(cycle) == CYCLE
        assert (cycle["state"], cycle["paused_reasons"], cycle["elapsed_minutes"]) == ("paused", ["requester"], 60)

    def test_have_the_addresses_of_the_record(self, api: Any) -> None:
        target(conditions={"kind": ["incident", "problem"]})
        ticket = opened(START)
        problem = make.ProblemFactory(created_at=START, impact_started_at=START)
        tell(problem, START, "opened", fields={"kind": "problem", "team": problem.team_id})
        problem.refresh_from_db()

        assert len(api.get(f"/api/v1/incidents/{ticket.reference}/clocks/").json()) == 1
        assert len(api.get(f"/api/v1/problems/{problem.reference}/clocks/").json()) == 1
        assert api.get(f"/api/v1/problems/{ticket.pk}/clocks/").status_code == 404

    def test_of_an_earlier_moment_are_as_they_stood_then(self, api: Any) -> None:
        target()
        ticket = opened(START)

        def clocks(as_of: str) -> Any:
            return api.get(f"/api/v1/incidents/{ticket.pk}/clocks/", {"as_of": as_of})

        (promise,) = clocks("2026-03-02T10:00:00Z").json()
        assert promise["cycles"][0]["remaining_minutes"] == 120
        assert clocks("2026-03-02T11:00:00+02:00").json()[0]["cycles"][0]["remaining_minutes"] == 180
        assert clocks("2026-03-01T10:00:00Z").json() == []
        for wrong in ("2099-01-01T00:00:00Z", "yesterday"):
            assert "as_of" in clocks(wrong).json()["fields"], wrong

    def test_show_a_breach_with_its_waiver_and_warnings(self, api: Any) -> None:
        target(goal_minutes=60)
        ticket = opened(START)
        sweep(ticket)
        make.SlaWaiverFactory(breach=ticket.slabreach_set.get(), reason="Agreed.")

        cycle = api.get(f"/api/v1/incidents/{ticket.pk}/clocks/").json()[0]["cycles"][0]

        assert (cycle["breached"], cycle["breached_at"], cycle["breach_holds"]) == (True, "2026-03-02T10:00:00Z", True)
        assert (cycle["waiver"]["status"], cycle["waiver"]["reason"]) == ("asked", "Agreed.")
        assert [warning["percent"] for warning in cycle["warnings"]] == [100]

    def test_show_a_requester_only_what_customers_are_promised(self) -> None:
        target()
        target(target__kind="ola")
        person = make.UserFactory()
        ticket = opened(START)
        Ticket.objects.filter(pk=ticket.pk).update(requester=make.ContactFactory(user=person))

        answer = client_of(person).get(f"/api/v1/incidents/{ticket.pk}/clocks/").json()

        assert [promise["kind"] for promise in answer] == ["sla"]


class TestList:
    def test_can_begin_with_what_is_due_next(self, api: Any) -> None:
        target(conditions={"priority": [1, 3]})
        late, early, without = opened(START), opened(later(START, minutes=-30)), opened(START, priority=5)
        sweep(late, early, without)

        first = api.get("/api/v1/incidents/?order=sla_due_at&page_size=1").json()
        second = api.get(first["next"]).json()
        usual = api.get("/api/v1/incidents/").json()["results"]

        assert [row["id"] for row in first["results"] + second["results"]] == [early.pk, late.pk]
        assert second["next"] is None
        assert first["results"][0]["sla_due_at"] == "2026-03-02T11:30:00Z"
        assert [row["id"] for row in usual] == [without.pk, early.pk, late.pk]

    def test_joins_only_the_rows_of_the_page(self, api: Any) -> None:
        """Otherwise every open ticket would be joined with all it shows, to show the first fifty."""
        target(conditions={"priority": [1, 3]})
        sweep(opened(START))

        with CaptureQueriesContext(connection) as captured:
            api.get("/api/v1/incidents/?order=sla_due_at")
        sorting = [query["sql"] for query in captured if 'ORDER BY "incidents_ticket"."sla_due_at"' in query["sql"]]

        assert len(sorting) == 1
        assert "JOIN" not in sorting[0]
        assert "description" not in sorting[0]

    def test_refuses_an_order_that_does_not_exist(self, api: Any) -> None:
        answer = api.get("/api/v1/incidents/?order=age")

        assert (answer.status_code, answer.json()["fields"]) == (
            400, {"order": ["There is no such order. Choose one of: sla_due_at."]},
        )  # fmt: skip
        assert api.get("/api/v1/alerts/?order=sla_due_at").status_code == 400


class TestVersionOfARecord:
    def test_does_not_change_with_its_clocks(self, api: Any) -> None:
        target()
        ticket = opened(START)
        before = api.get(f"/api/v1/incidents/{ticket.pk}/")["ETag"]
        sweep(ticket)
        after = api.get(f"/api/v1/incidents/{ticket.pk}/", headers={"If-None-Match": before})

        # A reader gets the new due time, and a writer who read the old one changes the same version.
        assert (after.status_code, after.json()["sla_due_at"]) == (200, "2026-03-02T12:00:00Z")
        changed = api.patch(
            f"/api/v1/incidents/{ticket.pk}/", {"title": "Slower"}, format="json", headers={"If-Match": before}
        )
        assert changed.status_code == 200, changed.json()
