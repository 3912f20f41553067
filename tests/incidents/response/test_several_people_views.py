"""Two teams on one incident, as the screens and the API show them and as two threads answer at once (R-E7a, F19)."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.base.data.roles import Role
from incidents import response
from incidents.models import Ticket
from oncall import escalation
from oncall.models import Escalation, Page, WorkInterval
from oncall.paging.links import key_for
from tests import factories as make

pytestmark = pytest.mark.django_db


def responder(name: str) -> Any:
    return make.person_with_phone(name, roles=[Role.RESPONDER])


@pytest.fixture
def ana(db: None) -> Any:
    return responder("Ana")


@pytest.fixture
def tom(db: None) -> Any:
    return responder("Tom")


@pytest.fixture
def ticket(ana: Any, tom: Any) -> Ticket:
    """Checkout rings Ana, Payments rings Tom."""
    teams = []
    for name, person in (("Checkout", ana), ("Payments", tom)):
        team = make.TeamFactory(name=name)
        team.escalation_policy = make.policy(person, team=team)
        team.save()
        teams.append(team)
    at = timezone.now()
    ticket = response.declare(title="Down", team=teams[0], severity=make.SeverityFactory(), at=at)
    response.add_responders(ticket_id=ticket.pk, team=teams[1], actor=None, at=at)
    escalation.fire_due(at=at)
    return ticket


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def link_of(user: Any) -> str:
    return f"/p/{key_for(Page.objects.get(user=user, firing=1, channel='sms'))}/"


def verb(ticket: Ticket, name: str) -> str:
    return f"{ticket.get_absolute_url()}{name}/"


class TestScreens:
    @pytest.mark.parametrize("screen", ["", "respond/"])
    def test_name_the_team_that_still_rings(self, ticket: Ticket, ana: Any, screen: str) -> None:
        answer = signed_in(ana).post(verb(ticket, "acknowledge"), follow=True).content.decode()
        assert "Acknowledged. It is assigned to you. Payments is still being paged." in answer

        page = signed_in(ana).get(f"{ticket.get_absolute_url()}{screen}").content.decode()

        assert "Payments is still being paged." in page

    def test_of_a_link_name_it_too(self, client: Client, ticket: Ticket, ana: Any) -> None:
        client.post(link_of(ana), {"verb": "acknowledge"})

        assert "Payments is still being paged." in client.get(link_of(ana)).content.decode()

    def test_let_the_second_team_acknowledge(self, ticket: Ticket, ana: Any, tom: Any) -> None:
        signed_in(ana).post(verb(ticket, "acknowledge"))
        client = signed_in(tom)
        assert f'action="{verb(ticket, "acknowledge")}"' in client.get(ticket.get_absolute_url()).content.decode()

        answer = client.post(verb(ticket, "acknowledge"), follow=True).content.decode()

        assert "Acknowledged for Payments." in answer
        assert "still being paged" not in answer
        assert f'action="{verb(ticket, "acknowledge")}"' not in client.get(ticket.get_absolute_url()).content.decode()

    def test_tell_the_loser_of_a_race_who_has_it(self, ticket: Ticket, ana: Any) -> None:
        signed_in(ana).post(verb(ticket, "acknowledge"))

        answer = signed_in(responder("Bob")).post(verb(ticket, "acknowledge"), follow=True).content.decode()

        assert "Ana has acknowledged already. Payments is still being paged." in answer

    def test_refuse_to_decline_for_somebody_else_kindly(self, ticket: Ticket, ana: Any) -> None:
        signed_in(ana).post(verb(ticket, "acknowledge"))

        answer = signed_in(responder("Bob")).post(verb(ticket, "decline"), follow=True).content.decode()

        assert "Ana has acknowledged, so nobody else is paged." in answer

    def test_need_as_many_queries_for_four_teams_as_for_three(
        self, ticket: Ticket, ana: Any, django_assert_max_num_queries: Any
    ) -> None:
        client = signed_in(ana)
        add_team(ticket)
        with django_assert_max_num_queries(200) as before:
            client.get(ticket.get_absolute_url())
        add_team(ticket)

        with django_assert_max_num_queries(len(before)):
            client.get(ticket.get_absolute_url())


def add_team(ticket: Ticket) -> None:
    """One more team that is paged about the ticket."""
    team = make.TeamFactory()
    team.escalation_policy = make.policy(make.UserFactory(), team=team)
    team.save()
    response.add_responders(ticket_id=ticket.pk, team=team, actor=None, at=timezone.now())
    escalation.fire_due(at=timezone.now())


def post(ticket: Ticket, name: str, user: Any) -> Any:
    url = f"/api/v1/incidents/{ticket.reference}/{name}/"
    return signed_in(user).post(url, {}, content_type="application/json")


class TestApi:
    def test_chooses_as_the_portal_does(self, ticket: Ticket, tom: Any) -> None:
        answer = post(ticket, "acknowledge", tom)

        assert answer.json()["status"] == "acknowledged"
        assert dict(Escalation.objects.values_list("team__name", "state")) == {
            "Checkout": "triggered", "Payments": "acknowledged",
        }  # fmt: skip

    def test_refuses_to_decline_for_somebody_else(self, ticket: Ticket, ana: Any) -> None:
        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=timezone.now())

        answer = post(ticket, "decline", responder("Bob"))

        assert answer.status_code in {400, 409}
        assert "Ana has acknowledged" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @staticmethod
    def run(*calls: Callable[[], Any]) -> list[Any]:
        ready = threading.Barrier(len(calls))

        def run(call: Callable[[], Any]) -> Any:
            ready.wait()
            try:
                return call()
            except response.TicketRefused as refusal:
                return refusal
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return [future.result() for future in [pool.submit(run, call) for call in calls]]

    def test_one_of_two_people_acknowledges_and_only_that_one_works(self, ticket: Ticket, ana: Any) -> None:
        bob, at = responder("Bob"), timezone.now()

        self.run(*(lambda u=user: response.acknowledge(ticket_id=ticket.pk, actor=u, at=at) for user in (ana, bob)))

        ticket.refresh_from_db()
        [checkout] = Escalation.objects.filter(team=ticket.team)
        assert WorkInterval.objects.get().user == ticket.assignee == checkout.acknowledged_by
        assert ticket.timeline.filter(text__startswith="Acknowledged").count() == 1

    def test_two_teams_both_acknowledge(self, ticket: Ticket, ana: Any, tom: Any) -> None:
        at = timezone.now()

        self.run(*(lambda u=user: response.acknowledge(ticket_id=ticket.pk, actor=u, at=at) for user in (ana, tom)))

        assert set(Escalation.objects.values_list("state", "acknowledged_by")) == {
            ("acknowledged", ana.pk), ("acknowledged", tom.pk),
        }  # fmt: skip
        assert WorkInterval.objects.count() == 2

    def test_an_acknowledgement_and_a_refusal_leave_one_of_the_two(self, ticket: Ticket, ana: Any) -> None:
        bob, at = responder("Bob"), timezone.now()
        make.PageFactory(escalation=Escalation.objects.get(team=ticket.team), user=bob)

        _, declined = self.run(
            lambda: response.acknowledge(ticket_id=ticket.pk, actor=ana, at=at),
            lambda: response.decline(ticket_id=ticket.pk, actor=bob, at=at),
        )

        [checkout] = Escalation.objects.filter(team=ticket.team)
        assert (checkout.state, checkout.acknowledged_by) == ("acknowledged", ana)
        assert WorkInterval.objects.get().user == ana
        assert isinstance(declined, response.TicketRefused | Ticket)
