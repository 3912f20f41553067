"""Incidents over the API: declared, acknowledged, changed and ended."""

from typing import Any

import pytest

from config.base.data.roles import Role
from incidents.models import Contact, Ticket, TimelineEntry
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
INCIDENTS = "/api/v1/incidents/"


@pytest.fixture
def severities() -> None:
    """Two severities and the matrix; the worse one pages and needs prevention."""
    make.SeverityFactory(rank=1, needs_prevention=True)
    make.SeverityFactory(rank=3, pages=False)
    for impact in (1, 2, 3):
        for urgency in (1, 2, 3):
            rank = 1 if impact + urgency < 4 else 3
            make.PriorityRuleFactory(
                impact=impact, urgency=urgency, priority=min(5, impact + urgency - 1), severity__rank=rank
            )


@pytest.fixture
def service(severities: None) -> Any:
    """A service whose policy pages one person."""
    on_call = make.ContactMethodFactory()
    make.NotificationRuleFactory(contact_method=on_call)
    return make.ServiceFactory(
        slug="checkout", escalation_policy=make.policy(on_call.user, fallback=[make.UserFactory()])
    )


@pytest.fixture
def agent() -> Any:
    return make.UserFactory(name="Ana", roles=[Role.AGENT])


@pytest.fixture
def client(agent: Any) -> Any:
    return client_of(agent)


def declare(client: Any, **fields: Any) -> dict[str, Any]:
    """A new incident as the API shows it."""
    answer = client.post(INCIDENTS, {"title": "Payments fail", "service": "checkout", **fields})
    assert answer.status_code == 201, answer.json()
    incident: dict[str, Any] = answer.json()
    return incident


class TestDeclare:
    def test_answers_the_whole_record(self, client: Any, service: Any, agent: Any) -> None:
        incident = declare(client, impact="high", urgency=1, customer_impact="No card is taken.")

        assert incident["reference"] == f"INC-{Ticket.objects.get().number}"
        assert (incident["status"], incident["severity"], incident["priority"]) == ("new", "SEV1", 1)
        assert (incident["service"], incident["team"]) == ("checkout", service.team.slug)
        assert (incident["impact"], incident["urgency"]) == ("high", "high")
        assert incident["opened_by"] == {"id": agent.pk, "name": "Ana"}
        assert incident["contact_type"] == "api"
        assert incident["customer_impact"] == "No card is taken."
        assert client.get(f"{INCIDENTS}{incident['id']}/").json() == incident
        assert client.get(f"{INCIDENTS}{incident['reference']}/").json() == incident

    def test_takes_ids_for_natural_keys(self, client: Any, service: Any) -> None:
        severity = make.SeverityFactory(rank=3)

        incident = declare(client, service=service.pk, severity=severity.pk)

        assert (incident["service"], incident["severity"]) == ("checkout", "SEV3")

    def test_cleans_one_line_texts(self, client: Any, service: Any) -> None:
        incident = declare(client, title="  \u202eevil\x1b[31m \n line\u2066  ")

        assert incident["title"] == "evil[31m line"

    @pytest.mark.parametrize(
        "title", ["", "   ", "\u202e\u2066", "\u200b\u2060 \ufeff", "\x07", "x" * 301, None, 7, ["x"]]
    )
    def test_refuses_a_title_that_says_nothing(self, client: Any, service: Any, title: Any) -> None:
        answer = client.post(INCIDENTS, {"title": title, "service": "checkout"})

        assert answer.status_code == 400
        assert "title" in answer.json()["fields"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("id", 7), ("number", 7), ("status", "closed"), ("priority", 1), ("created_at", "2026-01-01T00:00:00Z"),
            ("opened_by", 1), ("assignee", 1), ("origin", "demo"), ("kind", "problem"),
            ("opened_because", "x"), ("restored_at", "2026-01-01T00:00:00Z"), ("is_staff", True), ("odd", 1),
        ],
    )  # fmt: skip
    def test_refuses_fields_that_cannot_be_set(self, client: Any, service: Any, field: str, value: Any) -> None:
        answer = client.post(INCIDENTS, {"title": "x", "service": "checkout", field: value})

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [field]
        assert not Ticket.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("service", "nothing"), ("service", 10**30), ("service", True), ("service", {"id": 1}), ("team", -1),
            ("severity", "SEV9"), ("impact", "huge"), ("impact", 4), ("urgency", True), ("requester", 99),
            ("requester", "Cleo"),
            ("impact_started_at", "2026-01-01T00:00:00"), ("impact_started_at", "0001-01-01T00:00:00+14:00"),
            ("impact_started_at", "2026-02-30T00:00:00Z"), ("contact_type", "pigeon"), ("visibility", "secret"),
        ],
    )  # fmt: skip
    def test_names_the_field_that_is_wrong(self, client: Any, service: Any, field: str, value: Any) -> None:
        answer = client.post(INCIDENTS, {"title": "x", "service": "checkout"} | {field: value})

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [field]

    def test_finds_the_requester_by_their_address_or_keeps_a_new_one(self, client: Any, service: Any) -> None:
        existing = make.ContactFactory(name="Cleo", email="cleo@example.org")

        first = declare(client, requester={"name": "C.", "email": "Cleo@example.org"})
        second = declare(client, requester={"name": "Dora", "phone": "+49301234567"})

        assert first["requester"]["id"] == existing.pk
        assert (second["requester"]["name"], second["requester"]["email"]) == ("Dora", "")
        url = f"{INCIDENTS}{second['id']}/"
        assert client.patch(url, {"requester": {"email": "cleo@example.org"}}).status_code == 400
        changed = client.patch(url, {"requester": {"name": "Cleo", "email": "cleo@example.org"}})
        assert changed.json()["requester"]["id"] == existing.pk
        assert client.patch(url, {"requester": None}).json()["requester"] is None

    def test_a_refused_incident_leaves_no_requester_behind(self, client: Any, severities: None) -> None:
        assert client.post(INCIDENTS, {"title": "x", "requester": {"name": "Dora"}}).status_code == 400
        assert not Contact.objects.exists()

    def test_asks_why_a_record_is_private(self, client: Any, service: Any) -> None:
        answer = client.post(INCIDENTS, {"title": "x", "service": "checkout", "visibility": "private"})

        assert list(answer.json()["fields"]) == ["visibility_reason"]

    def test_refuses_an_incident_without_service_and_team(self, client: Any, service: Any) -> None:
        answer = client.post(INCIDENTS, {"title": "x"})

        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["team"])


class TestEdit:
    def test_changes_only_what_is_named(self, client: Any, service: Any) -> None:
        before = declare(client, description="As it was.")

        changed = client.patch(
            f"{INCIDENTS}{before['id']}/", {"title": "Payments are slow", "workaround": "Pay later."}
        )

        assert changed.status_code == 200, changed.json()
        changed_fields = {name for name, value in changed.json().items() if value != before[name]}
        assert changed_fields == {"title", "workaround", "updated_at"}

    def test_refuses_what_has_a_verb_of_its_own(self, client: Any, service: Any) -> None:
        url = f"{INCIDENTS}{declare(client)['id']}/"

        for field, value in {"status": "closed", "severity": "SEV3", "team": "x", "assignee": 1}.items():
            answer = client.patch(url, {field: value})

            assert answer.status_code == 400
            assert list(answer.json()["fields"]) == [field]

    def test_refuses_a_stale_change(self, client: Any, service: Any) -> None:
        url = f"{INCIDENTS}{declare(client)['id']}/"
        etag = client.get(url)["ETag"]

        first = client.patch(url, {"title": "First"}, HTTP_IF_MATCH=etag)
        second = client.patch(url, {"title": "Second"}, HTTP_IF_MATCH=etag)

        assert first.status_code == 200
        assert (second.status_code, second.json()["code"]) == (412, "stale")
        assert client.get(url).json()["title"] == "First"
        assert client.patch(url, {"title": "Third"}, HTTP_IF_MATCH=first["ETag"]).status_code == 200


class TestVerbs:
    def test_lead_an_incident_from_declared_to_closed(self, client: Any, service: Any, agent: Any) -> None:
        incident = declare(client, severity="SEV1")
        url = f"{INCIDENTS}{incident['reference']}/"
        other = make.TeamFactory(slug="network")

        def do(verb: str, **data: Any) -> dict[str, Any]:
            answer = client.post(f"{url}{verb}/", data)
            assert answer.status_code == 200, (verb, answer.json())
            record: dict[str, Any] = answer.json()
            return record

        assert do("acknowledge")["status"] == "acknowledged"
        assert do("take_over")["assignee"] == {"id": agent.pk, "name": "Ana"}
        assert do("start_work")["status"] == "in_progress"
        do("add_note", text="We looked at the logs.")
        assert do("hold", reason="supplier")["hold_reason"] == "supplier"
        assert do("resume")["status"] == "in_progress"
        assert do("change_severity", severity="SEV3", reason="Few are hit.")["severity"] == "SEV3"
        assert do("change_severity", severity="SEV1")["severity"] == "SEV1"
        do("add_responders", team="network")
        assert do("reassign", team="network", reason="It is the switch.")["team"] == other.slug
        assert do("assign", assignee=agent.pk)["assignee"]["id"] == agent.pk
        assert do("restore", note="The switch is back.")["status"] == "restored"
        assert do("reopen", reason="It is back.")["status"] == "in_progress"
        assert do("restore")["status"] == "restored"
        waits = client.post(f"{url}resolve/", {"reason": "The switch is replaced."})
        assert (waits.status_code, "still waits for" in waits.json()["message"]) == (409, True)
        action = client.post(
            "/api/v1/actions/",
            {
                "ticket": incident["reference"],
                "title": "Replace the switch",
                "due_on": "2026-07-01",
                "is_priority": True,
            },
        ).json()
        assert "id" in action, action
        assert client.post(f"/api/v1/actions/{action['id']}/complete/").json()["status"] == "done"
        assert client.get(url).json()["status"] == "resolved"
        closed = do("close", code="solved")
        assert (closed["status"], closed["closure_code"]) == ("closed", "solved")
        kinds = {entry["kind"] for entry in client.get(f"{url}timeline/").json()["results"]}
        assert kinds >= {"opened", "status", "note", "change", "handover"}
        assert client.get(f"{url}escalations/").json()["results"][0]["subject"]["id"] == incident["id"]

    def test_say_what_the_status_does_not_allow(self, client: Any, service: Any) -> None:
        url = f"{INCIDENTS}{declare(client)['id']}/"

        answer = client.post(f"{url}resolve/", {"reason": "x"})

        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert "cannot become resolved" in answer.json()["message"]

    def test_decline_pages_the_next(self, client: Any, service: Any) -> None:
        url = f"{INCIDENTS}{declare(client, severity='SEV1')['id']}/"

        assert client.post(f"{url}decline/", {"reason": "On a train."}).status_code in {200, 409}

    def test_take_nothing_they_do_not_know(self, client: Any, service: Any) -> None:
        url = f"{INCIDENTS}{declare(client)['id']}/"

        assert client.post(f"{url}acknowledge/", {"status": "closed"}).status_code == 400
        assert client.post(f"{url}add_note/", {"text": " \x07 "}).status_code == 400
        assert client.post(f"{url}close/", {"code": "odd"}).status_code == 400
        assert client.get(f"{url}acknowledge/").status_code == 405

    def test_put_the_actor_on_the_timeline(self, client: Any, service: Any, agent: Any) -> None:
        incident = declare(client)

        client.post(f"{INCIDENTS}{incident['id']}/add_note/", {"text": "Hello", "is_public": True})

        entry = TimelineEntry.objects.get(kind="comment")
        assert (entry.actor, entry.text) == (agent, "Hello")


class TestSearch:
    def test_finds_by_number_words_and_columns(self, client: Any, service: Any) -> None:
        payments = declare(client, title="Payments fail", severity="SEV1")
        declare(client, title="Printer jams", severity="SEV3")

        for query in (
            {"search": payments["reference"]}, {"search": "fail pay"}, {"severity": "SEV1"},
            {"search": "payments", "group": "open", "team": service.team.slug, "service": "checkout", "status": "new"},
        ):  # fmt: skip
            results = client.get(INCIDENTS, query).json()["results"]

            assert [row["reference"] for row in results] == [payments["reference"]], query
        assert client.get(INCIDENTS, {"group": "done"}).json()["results"] == []
        assert client.get(INCIDENTS, {"created_before": "2020-01-01T00:00:00Z"}).json()["results"] == []
