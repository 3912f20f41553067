"""Tickets with what belongs to them, in as many queries for ten as for one, and only what the caller may see."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from config.base.rest import includes
from incidents.models import Response
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/incidents/"
ALL = "timeline,alerts,links,responses,customer_updates"


@pytest.fixture
def client() -> Any:
    return client_of(make.UserFactory(roles=[Role.AGENT]))


def _full_incident() -> Any:
    incident = make.IncidentFactory()
    make.TimelineEntryFactory(ticket=incident, actor=make.UserFactory())
    make.AlertFactory(ticket=incident)
    make.TicketLinkFactory(from_ticket=incident)
    make.CustomerUpdateFactory(incident=make.PublicIncidentFactory(ticket=incident))
    escalation = make.EscalationFactory(subject_type="ticket", subject_id=incident.pk)
    Response.objects.create(ticket=incident, team=incident.team, escalation=escalation)
    return incident


class TestInclude:
    def test_needs_as_many_queries_for_ten_as_for_one(self, client: Any) -> None:
        _full_incident()
        parameters = {"include": ALL, "kind": "incident"}
        client.get(URL, parameters)

        with CaptureQueriesContext(connection) as for_one:
            client.get(URL, parameters)
        for _ in range(9):
            _full_incident()
        with CaptureQueriesContext(connection) as for_ten:
            rows = client.get(URL, parameters).json()["results"]

        assert len(for_ten) == len(for_one)
        full = [row for row in rows if row["alerts"]]
        assert len(full) == 10
        for row in full:
            assert all(row[name] for name in ALL.split(","))
            assert row["links"][0]["from_ticket"] == row["reference"]
            assert row["customer_updates"][0]["incident"] == row["reference"]

    def test_shows_a_link_from_both_its_ends(self, client: Any) -> None:
        link = make.TicketLinkFactory()

        for ticket in (link.from_ticket, link.to_ticket):
            kind = "incidents" if ticket.kind == "incident" else "problems"
            row = client.get(f"/api/v1/{kind}/{ticket.pk}/", {"include": "links"}).json()
            assert [entry["id"] for entry in row["links"]] == [link.pk]

    def test_leaves_out_what_the_caller_may_not_see(self, client: Any) -> None:
        incident = make.IncidentFactory()
        private = make.IncidentFactory(visibility="private", visibility_reason="HR")
        make.TicketLinkFactory(from_ticket=incident, to_ticket=private)

        row = client.get(f"{URL}{incident.reference}/", {"include": ALL}).json()

        assert row["links"] == []

    def test_holds_the_last_of_many(self, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(includes, "LIMIT", 2)
        incident = make.IncidentFactory()
        ids = [make.TimelineEntryFactory(ticket=incident).pk for _ in range(3)]

        row = client.get(f"{URL}{incident.reference}/", {"include": "timeline"}).json()

        assert [entry["id"] for entry in row["timeline"]] == ids[1:]


class TestFields:
    def test_leave_out_the_others(self, client: Any) -> None:
        incident = make.IncidentFactory()

        row = client.get(f"{URL}{incident.reference}/", {"fields": "reference,title", "include": "alerts"}).json()
        rows = client.get(URL, {"fields": "title"}).json()["results"]

        assert row == {"reference": incident.reference, "title": incident.title, "alerts": []}
        assert rows == [{"title": incident.title}]

    @pytest.mark.parametrize("parameter", ["include", "fields"])
    def test_refuse_names_that_do_not_exist(self, client: Any, parameter: str) -> None:
        make.IncidentFactory()
        answer = client.get(URL, {parameter: "secrets"})

        assert answer.status_code == 400
        assert "secrets" in answer.json()["fields"][parameter][0]


class TestAlerts:
    def test_are_those_of_the_incident(self, client: Any) -> None:
        incident = make.IncidentFactory()
        alert = make.AlertFactory(ticket=incident)
        make.AlertFactory(ticket=make.IncidentFactory())

        answer = client.get(f"{URL}{incident.reference}/alerts/")

        assert [row["id"] for row in answer.json()["results"]] == [alert.pk]

    def test_of_a_hidden_incident_are_not_found(self, client: Any) -> None:
        private = make.IncidentFactory(visibility="private", visibility_reason="HR")

        assert client.get(f"{URL}{private.reference}/alerts/").status_code == 404


class TestTheWordIncident:
    def test_means_the_reference_in_updates_and_a_number_is_an_id(self, client: Any) -> None:
        incident = make.IncidentFactory()
        update = make.CustomerUpdateFactory(incident=make.PublicIncidentFactory(ticket=incident))

        row = client.get("/api/v1/updates/", {"incident": incident.reference}).json()["results"][0]

        assert (row["id"], row["incident"], row["public_incident"]) == (
            update.pk, incident.reference, update.incident_id
        )  # fmt: skip

    @pytest.mark.parametrize("name", ["reference", "lower", "id"])
    def test_is_taken_as_a_reference_in_any_case_or_an_id(self, client: Any, name: str) -> None:
        incident = make.IncidentFactory()
        value = {"reference": incident.reference, "lower": incident.reference.lower(), "id": incident.pk}[name]

        answer = client.post("/api/v1/problems/", {"incident": value}, format="json")

        assert answer.status_code == 201, answer.content
