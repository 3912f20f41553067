"""A problem's page and actions, known errors on the incident's page and on the phone screen, and the API."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.base.data.roles import Role
from incidents import response
from incidents.models import Incident, Ticket
from problems.models import Factor, KnownError, Problem
from problems.views.verbs import VERBS
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
KNOWN: dict[str, Any] = {"title": "Pool runs empty", "symptoms": "Customers cannot pay, checkout says 502",
         "workaround": "Restart the pool"}  # fmt: skip


@pytest.fixture
def agent(client: Client) -> Any:
    person = make.UserFactory(name="Ana", roles=[Role.AGENT])
    client.force_login(person)
    return person


@pytest.fixture
def incident() -> Ticket:
    severity = make.SeverityFactory(rank=1, needs_prevention=True, pages=False)
    return response.declare(
        title="Checkout is down", service=make.ServiceFactory(), severity=severity, at=timezone.now(),
        customer_impact="Customers cannot pay, they get a 502",
    )  # fmt: skip


@pytest.fixture
def problem() -> Ticket:
    return Ticket.objects.get(pk=make.ProblemFactory(title="The pool runs empty").pk)


class TestFromIncident:
    def test_one_button_opens_it_and_leads_there(self, client: Client, agent: Any, incident: Ticket) -> None:
        answer = client.post(f"{incident.get_absolute_url()}problem/")

        problem = Ticket.objects.get(kind="problem")
        assert answer["Location"] == problem.get_absolute_url()
        page = client.get(problem.get_absolute_url()).content.decode()
        assert incident.reference in page
        assert "Contributing factors" in page
        assert problem.reference in client.get(incident.get_absolute_url()).content.decode()

    def test_links_an_existing_one(self, client: Client, agent: Any, incident: Ticket, problem: Ticket) -> None:
        url = f"{incident.get_absolute_url()}problem/link/"

        assert "The pool runs empty" in client.get(url).content.decode()
        assert client.post(url, {"problem": problem.pk}).status_code == 302

        assert incident.links_out.get().to_ticket == problem


class TestVerbs:
    def test_lead_from_the_page_to_the_end_without_script(
        self, client: Client, agent: Any, incident: Ticket, problem: Ticket
    ) -> None:
        url = problem.get_absolute_url()
        steps: list[tuple[str, dict[str, Any], str]] = [
            ("assess", {}, "assessed"),
            ("analyze", {"note": "Looking at the pool."}, "analysis"),
            ("add-factor", {"text": "The pool was empty"}, "analysis"),
            ("publish-known-error", KNOWN, "known_error"),
            ("add-note", {"text": "Seen twice."}, "known_error"),
            ("start-fix", {}, "fix_in_progress"),
            ("resolve", {"note": "It grows by itself."}, "resolved"),
            ("reopen", {"reason": "Again."}, "analysis"),
            ("close", {"code": "risk_accepted", "note": "Once a year."}, "closed"),
        ]
        for verb, data, status in steps:
            assert client.get(f"{url}{verb}/").status_code == 200, verb
            answer = client.post(f"{url}{verb}/", data)
            assert answer.status_code == 302, (verb, answer.content.decode())
            assert Ticket.objects.get(pk=problem.pk).status == status, verb
        page = client.get(url).content.decode()
        assert "The pool was empty" in page
        assert "Restart the pool" in page

    def test_of_incidents_are_not_found_on_a_problem(self, client: Client, agent: Any, problem: Ticket) -> None:
        for verb in ("restore", "acknowledge", "hold"):
            assert client.post(f"{problem.get_absolute_url()}{verb}/").status_code == 404, verb

    def test_readers_are_refused_each_of_them(self, client: Client, problem: Ticket) -> None:
        client.force_login(make.UserFactory())

        assert client.get(problem.get_absolute_url()).status_code == 200
        for verb in VERBS:
            assert client.post(f"{problem.get_absolute_url()}{verb}/").status_code == 403, verb

    def test_a_private_one_does_not_exist_for_others(self, client: Client, agent: Any) -> None:
        row = make.ProblemFactory(visibility="private", visibility_reason="HR")
        secret = Ticket.objects.get(pk=row.pk)

        assert client.get(secret.get_absolute_url()).status_code == 404
        assert client.post(f"{secret.get_absolute_url()}assess/").status_code == 404


class TestPage:
    def test_opens_one_that_no_incident_has_shown(self, client: Client, agent: Any) -> None:
        data = {
            "title": "Certificates expire",
            "service": make.ServiceFactory().pk,
            "severity": make.SeverityFactory().pk,
        }

        answer = client.post("/problems/new/", data)

        assert answer["Location"] == Ticket.objects.get().get_absolute_url()

    def test_changes_facts(self, client: Client, agent: Any, problem: Ticket) -> None:
        page = client.get(f"{problem.get_absolute_url()}edit/")
        form = page.context["form"]
        data = {name: form[name].value() or "" for name in form.fields}
        data |= {f"initial-{name}": value for name, value in data.items() if name != "seen"}

        answer = client.post(f"{problem.get_absolute_url()}edit/", data | {"cause": "Too few connections"})

        assert answer.status_code == 302, answer.content.decode()
        assert Problem.objects.get(pk=problem.pk).cause == "Too few connections"

    def test_removes_a_factor(self, client: Client, agent: Any) -> None:
        factor = make.FactorFactory()

        client.post(reverse("problems:factor-remove", args=[factor.problem.reference, factor.pk]))

        assert not Factor.objects.exists()

    def test_asks_as_many_questions_with_much_as_with_little(
        self, client: Client, agent: Any, problem: Ticket, django_assert_max_num_queries: Any
    ) -> None:
        def add() -> None:
            make.FactorFactory(problem_id=problem.pk, problem=None, created_by=make.UserFactory())
            make.ActionItemFactory(ticket=problem, owner=make.UserFactory())
            make.TicketLinkFactory(to_ticket=problem)
            make.TimelineEntryFactory(ticket=problem, actor=make.UserFactory())

        add()
        client.get(problem.get_absolute_url())  # what a process reads once is read now
        # Ten of them for its promises, which the page computes.
        with django_assert_max_num_queries(28) as little:
            client.get(problem.get_absolute_url())
        for _ in range(10):
            add()

        with django_assert_max_num_queries(len(little)):
            client.get(problem.get_absolute_url())


class TestKnownErrors:
    @pytest.fixture
    def known_error(self) -> KnownError:
        row: KnownError = make.KnownErrorFactory(**KNOWN)
        return row

    def test_are_shown_on_the_incident_and_on_the_phone(
        self, client: Client, agent: Any, incident: Ticket, known_error: KnownError
    ) -> None:
        for url in (incident.get_absolute_url(), f"{incident.get_absolute_url()}respond/"):
            page = client.get(url).content.decode()
            assert "atching known error" in page, url
            assert "Restart the pool" in page, url

    def test_one_button_uses_it(self, client: Client, agent: Any, incident: Ticket, known_error: KnownError) -> None:
        url = incident.get_absolute_url()
        answer = client.post(f"{url}known-errors/{known_error.pk}/", {"next": "respond"})

        assert answer["Location"] == f"{url}respond/"
        known_error.refresh_from_db()
        assert known_error.hits == 1
        assert Incident.objects.get(pk=incident.pk).workaround == "Restart the pool"
        assert "used here" in client.get(url).content.decode()
        assert incident.reference in client.get(known_error.get_absolute_url()).content.decode()

    def test_of_a_private_problem_do_not_exist_for_others(
        self, client: Client, agent: Any, incident: Ticket, known_error: KnownError
    ) -> None:
        Ticket.objects.filter(pk=known_error.problem_id).update(visibility="private", visibility_reason="HR")

        assert client.get(known_error.get_absolute_url()).status_code == 404
        assert "Restart the pool" not in client.get(incident.get_absolute_url()).content.decode()
        assert client.post(f"{incident.get_absolute_url()}known-errors/{known_error.pk}/").status_code == 404


class TestApi:
    def test_tells_the_story_of_a_problem(self, incident: Ticket) -> None:
        api = client_of(make.UserFactory(roles=[Role.AGENT]))

        def post(url: str, status: int = 200, **data: Any) -> dict[str, Any]:
            answer = api.post(f"/api/v1/{url}/", data)
            assert answer.status_code == status, (url, answer.json())
            seen: dict[str, Any] = answer.json()
            return seen

        created = post("problems", 201, incident=incident.reference)
        url = f"problems/{created['reference']}"
        assert (created["status"], created["title"], created["url"][-12:].count("PRB-")) == (
            "new",
            "Checkout is down",
            1,
        )
        assert api.get(f"/api/v1/links/?from_ticket={incident.reference}").json()["results"][0]["kind"] == "caused_by"
        post(f"{url}/analyze")
        why = post("factors", 201, problem=created["reference"], text="The pool was empty")
        leaf = post("factors", 201, problem=created["reference"], text="Nobody saw it", parent=why["id"])
        assert api.delete(f"/api/v1/factors/{why['id']}/").status_code == 409
        assert api.delete(f"/api/v1/factors/{leaf['id']}/").status_code == 204
        assert post(f"{url}/publish_known_error", **KNOWN)["status"] == "known_error"
        matches = api.get(f"/api/v1/known-errors/?looks_like={incident.reference}").json()["results"]
        assert [match["problem"] for match in matches] == [created["reference"]]
        assert post(f"known-errors/{matches[0]['id']}/use", incident=incident.reference)["hits"] == 1
        assert api.patch(f"/api/v1/{url}/", {"cause": "Too few"}).json()["cause"] == "Too few"
        response.restore(ticket_id=incident.pk, actor=None, at=timezone.now())
        waits = api.get(f"/api/v1/incidents/{incident.pk}/conditions/").json()
        assert [condition["fell_at"] for condition in waits] == [None]

        assert post(f"{url}/resolve")["status"] == "resolved"

        assert api.get(f"/api/v1/incidents/{incident.pk}/").json()["status"] == "resolved"

    def test_asks_for_what_no_incident_tells(self) -> None:
        api = client_of(make.UserFactory(roles=[Role.AGENT]))

        refused = api.post("/api/v1/problems/", {"title": "Certificates expire"})
        severity = make.SeverityFactory().name
        created = api.post("/api/v1/problems/", {
            "title": "Certificates expire", "severity": severity, "service": make.ServiceFactory().slug})  # fmt: skip

        assert (refused.status_code, list(refused.json()["fields"])) == (400, ["severity"])
        assert created.status_code == 201, created.json()
