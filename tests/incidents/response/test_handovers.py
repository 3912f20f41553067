"""Handovers between teams: counted, waiting until the new team confirms, and given back with a reason."""

from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from config.base.data.roles import Role
from incidents import response
from incidents.models import EntryKind, Ticket
from incidents.response import TicketRefused
from oncall.models import Escalation, Team, User
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def member_of(team: Team, name: str = "Nadia") -> User:
    person = make.UserFactory(name=name, roles=[Role.RESPONDER])
    make.MembershipFactory(team=team, user=person)
    return person


@pytest.fixture
def platform() -> Team:
    return make.TeamFactory(name="Platform")


@pytest.fixture
def network() -> Team:
    return make.TeamFactory(name="Network")


@pytest.fixture
def ticket(platform: Team, network: Team) -> Ticket:
    """One that Platform has handed over to Network."""
    ticket = Ticket.objects.get(pk=make.IncidentFactory(team=platform).pk)
    return response.reassign(ticket_id=ticket.pk, team=network, reason="It is the switch.", actor=None, at=NOON)


def last_text(ticket: Ticket) -> str:
    return str(ticket.timeline.filter(kind=EntryKind.HANDOVER).latest("pk").text)


class TestHandover:
    def test_is_counted_and_waits(self, ticket: Ticket, platform: Team) -> None:
        ticket.refresh_from_db()

        assert (ticket.reassignments, ticket.handover_from, ticket.handed_over_at) == (1, platform, NOON)

    def test_that_goes_on_waits_for_the_last_team(self, ticket: Ticket, network: Team) -> None:
        third = make.TeamFactory()

        response.reassign(ticket_id=ticket.pk, team=third, reason="", actor=None, at=NOON)

        ticket.refresh_from_db()
        assert (ticket.reassignments, ticket.handover_from) == (2, network)

    def test_has_a_moment_in_the_database(self, ticket: Ticket) -> None:
        with pytest.raises(IntegrityError, match="incidents_ticket_handover_when"), transaction.atomic():
            Ticket.objects.filter(pk=ticket.pk).update(handed_over_at=None)

    def test_is_found_until_it_is_confirmed(self, ticket: Ticket, network: Team, client: Client) -> None:
        make.IncidentFactory()
        person = member_of(network)
        client.force_login(person)
        api = client_of(person)

        assert [row["id"] for row in api.get("/api/v1/incidents/?handover=unconfirmed").json()["results"]] == [
            ticket.pk
        ]
        assert "not confirmed yet" in client.get(ticket.get_absolute_url()).content.decode()
        response.confirm_handover(ticket_id=ticket.pk, actor=person, at=NOON)
        assert api.get("/api/v1/incidents/?handover=unconfirmed").json()["results"] == []
        assert "not confirmed yet" not in client.get(ticket.get_absolute_url()).content.decode()


class TestConfirmation:
    def test_is_recorded_once(self, ticket: Ticket, network: Team) -> None:
        nadia = member_of(network)

        response.confirm_handover(ticket_id=ticket.pk, actor=nadia, at=NOON)

        ticket.refresh_from_db()
        assert ticket.handover_from is None
        assert last_text(ticket) == "Nadia confirmed for Network that it takes the ticket."
        with pytest.raises(TicketRefused, match="waits for no confirmation"):
            response.confirm_handover(ticket_id=ticket.pk, actor=nadia, at=NOON)

    def test_is_for_people_of_the_new_team(self, ticket: Ticket, platform: Team) -> None:
        with pytest.raises(TicketRefused, match="Only people of Network"):
            response.confirm_handover(ticket_id=ticket.pk, actor=member_of(platform), at=NOON)

    @pytest.mark.parametrize("verb", ["acknowledge", "take_over", "start_work", "restore"])
    def test_comes_with_work(self, ticket: Ticket, network: Team, verb: str) -> None:
        getattr(response, verb)(ticket_id=ticket.pk, actor=member_of(network), at=NOON)

        ticket.refresh_from_db()
        assert ticket.handover_from is None
        assert ticket.timeline.filter(text__contains="confirmed for Network").count() == 1

    def test_comes_with_an_assignment_by_the_new_team_alone(
        self, ticket: Ticket, network: Team, platform: Team
    ) -> None:
        nadia = member_of(network)
        response.assign(ticket_id=ticket.pk, assignee=nadia, actor=member_of(platform), at=NOON)
        ticket.refresh_from_db()
        assert ticket.handover_from == platform

        response.assign(ticket_id=ticket.pk, assignee=None, actor=nadia, at=NOON)
        ticket.refresh_from_db()
        assert ticket.handover_from == platform

        response.assign(ticket_id=ticket.pk, assignee=nadia, actor=nadia, at=NOON)
        ticket.refresh_from_db()
        assert ticket.handover_from is None


class TestGivingBack:
    def test_returns_it_with_a_reason_and_pages(self, ticket: Ticket, network: Team, platform: Team) -> None:
        nadia = member_of(network)

        response.give_back(ticket_id=ticket.pk, reason="Our switches are fine.", actor=nadia, at=NOON)

        ticket.refresh_from_db()
        assert (ticket.team, ticket.reassignments, ticket.handover_from) == (platform, 2, None)
        assert last_text(ticket) == "Given back from Network to Platform. Our switches are fine."
        assert Escalation.objects.filter(team=platform).running().exists()

    def test_needs_a_reason_and_something_to_give_back(self, ticket: Ticket, network: Team) -> None:
        nadia = member_of(network)

        with pytest.raises(TicketRefused, match="Say why"):
            response.give_back(ticket_id=ticket.pk, reason=" \n", actor=nadia, at=NOON)
        response.confirm_handover(ticket_id=ticket.pk, actor=nadia, at=NOON)
        with pytest.raises(TicketRefused, match="waits for no confirmation"):
            response.give_back(ticket_id=ticket.pk, reason="Not ours.", actor=nadia, at=NOON)


class TestFaces:
    def test_offer_both_to_people_of_the_new_team(
        self, ticket: Ticket, network: Team, platform: Team, client: Client
    ) -> None:
        client.force_login(member_of(platform, "Pia"))
        assert "give-back" not in client.get(ticket.get_absolute_url()).content.decode()

        client.force_login(member_of(network))
        page = client.get(ticket.get_absolute_url()).content.decode()
        assert "confirm-handover" in page
        assert "give-back" in page
        assert client.post(f"{ticket.get_absolute_url()}confirm-handover/").status_code == 302
        ticket.refresh_from_db()
        assert ticket.handover_from is None

    def test_of_programs_have_both(self, ticket: Ticket, network: Team, platform: Team) -> None:
        api = client_of(member_of(network))
        url = f"/api/v1/incidents/{ticket.reference}"

        answer = api.get(f"{url}/").json()
        assert (answer["reassignments"], answer["handover_from"]) == (1, platform.slug)
        returned = api.post(f"{url}/give_back/", {"reason": "Not ours."}).json()
        assert (returned["team"], returned["handover_from"], returned["reassignments"]) == (platform.slug, None, 2)
        assert api.post(f"{url}/confirm_handover/").status_code == 409


def test_upgrade_counts_what_the_timelines_say(ticket: Ticket, network: Team) -> None:
    migration: Any = import_module("incidents.migrations.0018_work_of_teams")
    response.confirm_handover(ticket_id=ticket.pk, actor=member_of(network), at=NOON)
    make.TimelineEntryFactory(ticket=ticket, kind="handover", data={"from": 1, "to": 2, "from_ticket": "INC-0"})
    Ticket.objects.update(reassignments=0)

    with connection.cursor() as cursor:
        cursor.execute(migration.COUNT)

    assert Ticket.objects.get().reassignments == 1
