"""A ticket's links to other systems: web addresses, each once, 20 at most."""

import pytest
from django.test import Client

from config.base.data.roles import Role
from incidents.models import Ticket
from incidents.response import TicketRefused
from incidents.tickets import external_links
from oncall.models import User
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
GRAPH = "https://graphs.example.com/d/7?from=now-1h"


@pytest.fixture
def ticket() -> Ticket:
    return Ticket.objects.get(pk=make.IncidentFactory().pk)


@pytest.fixture
def ana() -> User:
    return make.UserFactory(name="Ana", roles=[Role.RESPONDER])


def add(ticket: Ticket, url: str = GRAPH, title: str = "") -> Ticket:
    return external_links.add_external_link(ticket_id=ticket.pk, url=url, title=title, actor=None, at=NOON)


def links(ticket: Ticket) -> list[dict[str, str]]:
    ticket.refresh_from_db()
    return ticket.external_links


class TestAdding:
    def test_keeps_title_and_address(self, ticket: Ticket) -> None:
        add(ticket, title="Error  rate\u202e")

        assert links(ticket) == [{"title": "Error rate", "url": GRAPH}]
        entry = ticket.timeline.get(kind="link")
        assert (entry.text, entry.data) == ("External link added: Error rate.", {"url": GRAPH})

    def test_names_it_by_its_host(self, ticket: Ticket) -> None:
        add(ticket)

        assert links(ticket)[0]["title"] == "graphs.example.com"

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("javascript:alert(1)", "no web address"),
            ("ftp://files.example.com/a", "no web address"),
            ("graphs", "no web address"),
            ("", "no web address"),
            ("https://[", "no web address"),
            ("https://ana:secret@example.com/", "password"),
        ],
    )
    def test_refuses_what_should_not_be_followed(self, ticket: Ticket, url: str, words: str) -> None:
        with pytest.raises(TicketRefused, match=words):
            add(ticket, url)
        assert links(ticket) == []

    @pytest.mark.parametrize(
        ("first", "second"),
        [(GRAPH, GRAPH), (GRAPH, GRAPH.replace("https://g", "HTTPS://G")), ("https://e.test", "https://e.test/")],
    )
    def test_refuses_a_second_one_to_the_same_page(self, ticket: Ticket, first: str, second: str) -> None:
        add(ticket, first, "Graph")

        with pytest.raises(TicketRefused, match="already: “Graph”"):
            add(ticket, second)

    def test_ends_at_twenty(self, ticket: Ticket) -> None:
        for number in range(external_links.MAX_LINKS):
            add(ticket, f"https://e.test/{number}")

        with pytest.raises(TicketRefused, match="20 links"):
            add(ticket)
        external_links.remove_external_link(ticket_id=ticket.pk, url="https://e.test/3", actor=None, at=NOON)
        add(ticket)


class TestRemoving:
    def test_is_told_on_the_timeline(self, ticket: Ticket) -> None:
        add(ticket, title="Graph")

        external_links.remove_external_link(ticket_id=ticket.pk, url=GRAPH, actor=None, at=NOON)

        assert links(ticket) == []
        assert ticket.timeline.filter(text="External link removed: Graph.").exists()

    def test_refuses_what_is_not_there(self, ticket: Ticket) -> None:
        with pytest.raises(TicketRefused, match="no such link"):
            external_links.remove_external_link(ticket_id=ticket.pk, url=GRAPH, actor=None, at=NOON)


class TestPage:
    def test_adds_and_removes(self, client: Client, ticket: Ticket, ana: User) -> None:
        client.force_login(ana)
        address = f"{ticket.get_absolute_url()}external-links/"

        assert client.post(f"{address}new/", {"url": GRAPH, "title": "Graph"}).status_code == 302
        assert f'href="{GRAPH}"' in client.get(ticket.get_absolute_url()).content.decode()
        refused = client.post(f"{address}new/", {"url": GRAPH, "title": "Graph"})
        assert refused.status_code == 422
        assert "has this link already" in refused.content.decode()
        client.post(f"{address}remove/", {"url": GRAPH})
        assert links(ticket) == []

    def test_is_of_problems_too(self, client: Client, ana: User) -> None:
        problem = Ticket.objects.get(pk=make.ProblemFactory().pk)
        client.force_login(ana)

        client.post(f"{problem.get_absolute_url()}external-links/new/", {"url": GRAPH, "title": "Graph"})

        assert "Graph" in client.get(problem.get_absolute_url()).content.decode()

    def test_is_for_those_who_act_on_tickets(self, client: Client, ticket: Ticket) -> None:
        client.force_login(make.UserFactory())

        assert client.post(f"{ticket.get_absolute_url()}external-links/new/", {"url": GRAPH}).status_code == 403


class TestApi:
    @pytest.mark.parametrize("kind", ["incidents", "problems"])
    def test_adds_and_removes(self, ana: User, kind: str) -> None:
        row = make.IncidentFactory() if kind == "incidents" else make.ProblemFactory()
        place = f"/api/v1/{kind}/{row.pk}/"
        api = client_of(ana)

        added = api.post(f"{place}add_external_link/", {"url": GRAPH}, format="json")
        assert added.json()["external_links"] == [{"title": "graphs.example.com", "url": GRAPH}]
        assert api.post(f"{place}add_external_link/", {"url": GRAPH}, format="json").status_code == 200
        assert api.post(f"{place}add_external_link/", {"url": "ftp://a.test"}, format="json").status_code == 400
        removed = api.post(f"{place}remove_external_link/", {"url": GRAPH}, format="json")
        assert removed.json()["external_links"] == []
        assert api.post(f"{place}remove_external_link/", {"url": GRAPH}, format="json").status_code == 200
