"""One request for many incidents: each is done or refused by itself."""

from datetime import timedelta
from typing import Any

import pytest

from config.base.data.roles import Role
from incidents.models import Ticket, TimelineEntry
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
URL = "/api/v1/incidents/bulk_{}/"


@pytest.fixture
def client() -> Any:
    return client_of(make.UserFactory(roles=[Role.RESPONDER]))


def _statuses(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [result["status"] for result in answer.json()["results"]]


class TestBulk:
    def test_does_the_others_when_one_is_refused_hidden_or_unreadable(self, client: Any) -> None:
        first, last = make.IncidentFactory(), make.IncidentFactory()
        closed = make.IncidentFactory()
        client.post(f"/api/v1/incidents/{closed.pk}/close/", {"code": "no_fault_found"}, format="json")
        hidden = make.IncidentFactory(visibility="private", visibility_reason="HR")
        names = [first.reference, closed.reference, hidden.reference, "INC-x", str(last.pk)]

        answer = client.post(URL.format("close"), {"records": names, "code": "cancelled"}, format="json")

        assert _statuses(answer) == [200, 409, 404, 404, 200]
        assert [result["record"] for result in answer.json()["results"]] == names
        assert answer.json()["results"][1]["error"]["code"] == "conflict"
        assert answer.json()["results"][0]["error"] is None
        assert set(Ticket.objects.filter(status="closed").values_list("pk", flat=True)) == {
            first.pk, closed.pk, last.pk
        }  # fmt: skip

    def test_assigns_and_acknowledges(self, client: Any) -> None:
        incidents = [make.IncidentFactory() for _ in range(2)]
        ana = make.UserFactory(email="ana@example.com")
        names = [incident.reference for incident in incidents]

        assigned = client.post(URL.format("assign"), {"records": names, "assignee": "ana@example.com"}, format="json")
        acknowledged = client.post(URL.format("acknowledge"), {"records": names}, format="json")

        assert _statuses(assigned) == _statuses(acknowledged) == [200, 200]
        assert {ticket.assignee for ticket in Ticket.objects.all()} == {ana}
        assert not Ticket.objects.filter(acknowledged_at=None).exists()

    def test_leaves_out_what_was_changed_after_a_moment(self, client: Any) -> None:
        first, second = make.IncidentFactory(), make.IncidentFactory(updated_at=NOON + timedelta(seconds=1))
        names = [first.reference, second.reference]
        body = {"records": names, "reason": "supplier", "unchanged_since": NOON.isoformat()}

        answer = client.post(URL.format("hold"), body, format="json")

        assert _statuses(answer) == [200, 412]
        assert answer.json()["results"][1]["error"]["code"] == "stale"
        assert Ticket.objects.get(status="on_hold").pk == first.pk

    def test_moves_to_a_team_and_below_a_parent(self, client: Any) -> None:
        rows = [make.IncidentFactory() for _ in range(3)]
        names, team = [row.reference for row in rows], make.TeamFactory()

        reassigned = client.post(
            URL.format("reassign"), {"records": names, "team": team.slug, "reason": "x"}, format="json"
        )
        linked = client.post(URL.format("link_parent"), {"records": names, "parent": names[0]}, format="json")

        assert _statuses(reassigned) == [200, 200, 200]
        assert _statuses(linked) == [400, 200, 200]
        assert Ticket.objects.get(pk=rows[0].pk).links_in.filter(kind="parent").count() == 2

    @pytest.mark.parametrize(
        ("verb", "body"),
        [("acknowledge", {}), ("assign", {"assignee": "ana@example.com"}), ("close", {"code": "cancelled"})],
    )
    def test_answers_a_repeat_as_the_verb_itself_does(self, client: Any, verb: str, body: dict[str, Any]) -> None:
        make.UserFactory(email="ana@example.com")
        incident = make.IncidentFactory(severity__pages=False)
        assert client.post(f"/api/v1/incidents/{incident.pk}/{verb}/", body).status_code == 200
        entries = TimelineEntry.objects.count()

        again = client.post(URL.format(verb), {"records": [incident.reference], **body})

        assert _statuses(again) == [200]
        assert again.json()["results"][0]["error"] is None
        assert TimelineEntry.objects.count() == entries

    def test_needs_the_version_that_the_request_names_of_each(self, client: Any) -> None:
        named, other = make.IncidentFactory(), make.IncidentFactory()
        tag = client.get(f"/api/v1/incidents/{named.pk}/").headers["ETag"]
        records = [named.reference, other.reference]

        answer = client.post(URL.format("acknowledge"), {"records": records}, HTTP_IF_MATCH=tag)

        assert _statuses(answer) == [200, 412]

    def test_asks_the_rights_for_each(self) -> None:
        incident = make.IncidentFactory()

        answer = client_of(make.UserFactory()).post(
            URL.format("acknowledge"), {"records": [incident.reference]}, format="json"
        )

        assert _statuses(answer) == [403]

    def test_needs_the_scope_of_its_verb(self) -> None:
        reader = client_of(make.UserFactory(roles=[Role.RESPONDER]), scopes=["read"])

        answer = reader.post(URL.format("acknowledge"), {"records": ["INC-1"]}, format="json")

        assert answer.status_code == 403

    def test_is_done_once_with_a_key(self, client: Any) -> None:
        incident = make.IncidentFactory()
        body = {"records": [incident.reference, "INC-0"]}
        answers = [
            client.post(URL.format("acknowledge"), body, format="json", headers={"Idempotency-Key": "k"})
            for _ in range(2)
        ]

        assert answers[0].content == answers[1].content
        assert answers[1].headers["Idempotent-Replayed"] == "true"
        assert TimelineEntry.objects.filter(ticket=incident).count() == 1

    @pytest.mark.parametrize("records", [[], ["INC-1"] * 301, None, "INC-1"])
    def test_takes_one_to_three_hundred_records(self, client: Any, records: Any) -> None:
        answer = client.post(URL.format("acknowledge"), {"records": records}, format="json")

        assert answer.status_code == 400
        assert "records" in answer.json()["fields"]
