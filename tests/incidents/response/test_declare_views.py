"""Declaring an incident in the portal, with and without script."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.models import Contact, Incident, Service
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def service() -> Service:
    team = make.TeamFactory(name="Shop")
    ana = make.UserFactory(name="Ana On Call")
    make.PriorityRuleFactory(impact=1, urgency=1, priority=1, severity=make.SeverityFactory(rank=1))
    make.PriorityRuleFactory(impact=2, urgency=2, priority=3, severity=make.SeverityFactory(rank=3, pages=False))
    return make.ServiceFactory(name="Checkout", team=team, escalation_policy=make.policy(ana, team=team))


@pytest.fixture
def employee(client: Client) -> Client:
    client.force_login(make.UserFactory())
    return client


class TestDeclare:
    def test_any_employee_may(self, employee: Client, service: Service) -> None:
        answer = employee.post(
            "/incidents/declare/",
            {"title": "No orders", "service": service.pk, "impact": 1, "urgency": 1, "contact_type": "portal"},
        )

        incident = Incident.objects.get()
        assert answer["Location"] == incident.get_absolute_url()
        assert (incident.title, incident.priority, incident.severity.name) == ("No orders", 1, "SEV1")
        assert incident.responses.count() == 1

    def test_takes_a_category_whose_team_gets_it(self, employee: Client, service: Service) -> None:
        make.CategoryFactory(name="Orders", team=service.team)

        page = employee.get("/incidents/declare/").content.decode()
        preview = employee.post(reverse("incidents:proposal"), {"title": "x", "category": "orders"}).content.decode()
        employee.post("/incidents/declare/", {"title": "x", "category": "orders", "contact_type": "portal"})

        assert '<option value="Orders">' in page
        assert "for Shop" in preview
        incident = Incident.objects.get()
        assert (incident.category, incident.team) == ("orders", service.team)

    def test_stores_the_requester(self, employee: Client, service: Service) -> None:
        existing = make.ContactFactory(email="ada@example.org")
        for name, email in (("Ada", "ADA@example.org"), ("Bert", "")):
            employee.post(
                "/incidents/declare/",
                {"title": "No orders", "service": service.pk, "contact_type": "phone",
                 "requester_name": name, "requester_email": email},
            )  # fmt: skip

        assert set(Contact.objects.values_list("name", flat=True)) == {existing.name, "Bert"}

    def test_links_a_requester_to_the_user_with_the_address(self, employee: Client, service: Service) -> None:
        petra = make.UserFactory(email="petra@example.com")

        employee.post(
            "/incidents/declare/",
            {"title": "No orders", "service": service.pk, "contact_type": "phone",
             "requester_name": "Petra", "requester_email": "Petra@example.com"},
        )  # fmt: skip

        assert Contact.objects.get().user == petra

    def test_requires_a_service_or_a_team_and_loses_nothing(self, employee: Client, service: Service) -> None:
        answer = employee.post("/incidents/declare/", {"title": "No orders at all", "contact_type": "portal"})

        assert answer.status_code == 422
        assert "Choose the affected service" in answer.content.decode()
        assert "No orders at all" in answer.content.decode()
        assert not Incident.objects.exists()

    def test_previews_without_script_and_saves_nothing(self, employee: Client, service: Service) -> None:
        answer = employee.post(
            "/incidents/declare/",
            {"title": "No orders", "service": service.pk, "impact": 1, "urgency": 1, "preview": "1"},
        )

        assert "Ana On Call" in answer.content.decode()
        assert "No orders" in answer.content.decode()
        assert not Incident.objects.exists()

    @pytest.mark.parametrize(
        ("data", "text"),
        [
            ({"impact": "1", "urgency": "1"}, "This pages <strong>Ana On Call</strong> now."),
            ({}, "This pages nobody"),
            ({"impact": "nonsense", "urgency": "7"}, "This pages nobody"),
        ],
    )
    def test_proposes_while_a_person_types(self, employee: Client, service: Service, data: Any, text: str) -> None:
        answer = employee.get("/incidents/declare/proposal/", {"service": service.pk} | data)

        assert text in answer.content.decode()

    def test_says_when_nobody_would_be_paged(self, employee: Client, service: Service) -> None:
        other = make.ServiceFactory(escalation_policy=make.policy())

        answer = employee.get("/incidents/declare/proposal/", {"service": other.pk, "impact": 1, "urgency": 1})

        assert "nobody is on call" in answer.content.decode()

    def test_needs_a_sign_in(self, client: Client) -> None:
        assert client.get("/incidents/declare/").status_code == 302
