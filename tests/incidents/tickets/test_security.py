"""Whether a ticket is about security: marked by people, on every form and in the API, never read from words."""

from typing import Any

import pytest
from django.test import Client

from config.base.data.roles import Role
from incidents.models import Incident, Ticket
from problems.investigation import lifecycle
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON
from tests.portal.sent_forms import main_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana", roles=[Role.RESPONDER])


class TestIncident:
    def test_is_marked_when_it_is_declared_and_in_the_edit_form(self, client: Client, ana: Any) -> None:
        client.force_login(ana)
        make.SeverityFactory()
        service = make.ServiceFactory()
        form = main_form(client.get("/incidents/declare/").content.decode())

        client.post("/incidents/declare/", form.data(title="Odd logins", service=str(service.pk), is_security="True"))

        ticket = Ticket.objects.get()
        assert ticket.is_security
        page = client.get(ticket.get_absolute_url()).content.decode()
        assert "Yes, Security takes part in the review" in page
        address = f"{ticket.get_absolute_url()}edit/"
        client.post(address, main_form(client.get(address).content.decode()).data(is_security=""))
        assert not Ticket.objects.get().is_security

    def test_is_marked_filtered_and_shown_in_the_api(self, ana: Any) -> None:
        ticket = make.IncidentFactory(category="Security")
        api, address = client_of(ana), f"/api/v1/incidents/{ticket.pk}/"

        answer = api.patch(address, {"is_security": True}, format="json")

        assert (answer.status_code, answer.json()["is_security"]) == (200, True)
        for flag, count in (("true", 1), ("false", 0)):
            assert len(api.get(f"/api/v1/incidents/?is_security={flag}").json()["results"]) == count


class TestProblem:
    def test_takes_the_mark_of_its_incident_and_can_lose_it(self, client: Client, ana: Any) -> None:
        incident: Incident = make.IncidentFactory(is_security=True)
        problem = lifecycle.open_from_incident(incident_id=incident.pk, actor=ana, at=NOON)
        client.force_login(ana)
        address = f"{problem.get_absolute_url()}edit/"

        client.post(address, main_form(client.get(address).content.decode()).data(is_security=""))

        assert problem.is_security
        assert not Ticket.objects.get(pk=problem.pk).is_security
