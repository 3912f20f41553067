"""Who would be paged for a service and a severity: the service's policy or its team's, with the severity's urgency."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.base.data.roles import Role
from incidents.admin.services.simulation import simulate_url
from incidents.models import Service, Severity
from incidents.response.paging import policy_for
from oncall.models import User
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(make.UserFactory(is_staff=True, roles=[Role.ADMINISTRATOR]))
    return client


@pytest.fixture
def ana() -> User:
    person: User = make.person_with_phone("Ana Ruiz")
    make.ContactMethodFactory(user=person, kind="email", address="ana@example.com")
    return person


@pytest.fixture
def service(ana: User) -> Service:
    policy = make.policy(ana, fallback=[ana])
    row: Service = make.ServiceFactory(name="Checkout", team=policy.team, escalation_policy=policy)
    return row


@pytest.fixture
def severity() -> Severity:
    row: Severity = make.SeverityFactory(name="SEV1", title="Critical", urgency="high")
    return row


def ask(client: Client, service: Service | None = None, severity: Severity | None = None) -> Any:
    return client.get(f"{simulate_url(service=service, severity=severity)}&moment=2027-01-13T03:00&zone=UTC")


class TestPage:
    def test_asks_the_policy_of_the_service(self, client: Client, service: Service, severity: Severity) -> None:
        page = ask(client, service, severity)

        assert page.context["policy"] == service.escalation_policy
        assert page.context["answer"].headline == "Ana Ruiz is paged at 03:00:00 UTC: text message at once."

    def test_uses_the_urgency_of_the_severity(self, client: Client, service: Service) -> None:
        low = make.SeverityFactory(urgency="low")

        assert (
            ask(client, service, low).context["answer"].headline == "Ana Ruiz is paged at 03:00:00 UTC: mail at once."
        )

    def test_asks_the_policy_of_the_team_as_paging_does(
        self, client: Client, service: Service, severity: Severity
    ) -> None:
        bo = make.person_with_phone("Bo Lind")
        other = make.ServiceFactory(team__escalation_policy=make.policy(bo, fallback=[bo]))

        page = ask(client, other, severity)

        assert page.context["policy"] == policy_for(service=other, team=other.team) == other.team.escalation_policy
        assert page.context["answer"].headline.startswith("Bo Lind is paged")

    def test_without_any_policy_asks_the_managers(self, client: Client, severity: Severity) -> None:
        service = make.ServiceFactory()
        make.MembershipFactory(team=service.team, user=make.person_with_phone("Cy Boss"), role="manager")

        assert ask(client, service, severity).context["answer"].headline.startswith("Cy Boss is paged")

    def test_of_a_severity_that_pages_nobody_says_so(self, client: Client, service: Service) -> None:
        minor = make.SeverityFactory(name="SEV4", title="Cosmetic", pages=False)

        page = ask(client, service, minor).content.decode()

        assert "Nobody is paged: SEV4 (Cosmetic) pages nobody." in page

    def test_of_a_severity_offers_all_services(self, client: Client, service: Service, severity: Severity) -> None:
        page = ask(client, severity=severity)

        assert page.context["form"].cleaned_data["severity"] == severity
        assert page.context["form"].cleaned_data["service"] == service

    @pytest.mark.parametrize("key", ["0", "abc", "9" * 40, "-1", "\0"])
    def test_of_a_service_or_severity_that_does_not_exist_is_refused_in_a_sentence(
        self, client: Client, service: Service, severity: Severity, key: str
    ) -> None:
        address = reverse("admin:incidents_service_simulate")
        for name in ("service", "severity"):
            page = client.get(address, {name: key})

            assert page.status_code == 200
            assert page.context["form"].errors[name]
            assert "answer" not in page.context

    def test_of_an_installation_without_services_can_be_opened(self, client: Client) -> None:
        assert client.get(simulate_url()).status_code == 200

    def test_costs_the_same_queries_for_any_number_of_services(
        self, client: Client, service: Service, severity: Severity, django_assert_num_queries: Any
    ) -> None:
        ask(client, service, severity)
        with CaptureQueriesContext(connection) as few:
            ask(client, service, severity)
        for _ in range(5):
            make.ServiceFactory(team__escalation_policy=make.policy(make.UserFactory()))

        with django_assert_num_queries(len(few)):
            ask(client, service, severity)


class TestLinks:
    def test_stand_on_the_change_page_of_the_service(
        self, client: Client, service: Service, severity: Severity
    ) -> None:
        address = reverse("admin:incidents_service_change", args=[service.pk])
        button = f"{address.removesuffix('change/')}simulate/"

        assert button in client.get(address).content.decode()
        assert client.get(button)["Location"] == simulate_url(service=service)

    def test_stand_on_the_service_page_for_those_who_may_see_the_policy(self, service: Service) -> None:
        reader, administrator = Client(), Client()
        reader.force_login(make.UserFactory())
        administrator.force_login(make.UserFactory(is_staff=True, roles=[Role.ADMINISTRATOR]))
        link = simulate_url(service=service)

        assert link in administrator.get(service.get_absolute_url()).content.decode()
        assert link not in reader.get(service.get_absolute_url()).content.decode()


class TestRights:
    @pytest.mark.parametrize("roles", [[], [Role.AGENT], [Role.RESPONDER]])
    def test_are_those_of_policies(self, client: Client, service: Service, roles: list[Role]) -> None:
        client.force_login(make.UserFactory(is_staff=True, roles=roles))

        assert client.get(simulate_url(service=service)).status_code == 403
