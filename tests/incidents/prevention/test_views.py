"""The board of restored incidents, the ticket's panel, action items, links and waivers, without script."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.base.data.roles import Role
from incidents.models import ActionItem, PreventionWaiver, Ticket, TicketLink
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client: Client) -> Any:
    user = make.UserFactory(name="Ana", roles=[Role.AGENT])
    client.force_login(user)
    return user


@pytest.fixture
def restored() -> Ticket:
    severity = make.SeverityFactory(rank=1, needs_prevention=True)
    incident = make.IncidentFactory(
        title="Checkout is down", status="restored", restored_at=timezone.now(), severity=severity
    )
    return Ticket.objects.get(pk=incident.pk)


def status(ticket: Ticket) -> str:
    return Ticket.objects.get(pk=ticket.pk).status


class TestBoard:
    def test_shows_what_each_waits_for(self, client: Client, agent: Any, restored: Ticket) -> None:
        make.IncidentFactory(title="Still broken")

        page = client.get("/incidents/restored/").content.decode()

        assert "Checkout is down" in page
        assert "A problem, a priority action item, or the decision" in page
        assert "Still broken" not in page

    def test_is_one_click_from_the_queue(self, client: Client, agent: Any, restored: Ticket) -> None:
        assert 'href="/incidents/restored/"' in client.get("/incidents/").content.decode()


class TestTicketPage:
    def test_says_what_it_waits_for(self, client: Client, agent: Any, restored: Ticket) -> None:
        page = client.get(restored.get_absolute_url()).content.decode()

        assert "Restored, prevention open" in page
        assert "A problem, a priority action item, or the decision" in page

    def test_reads_solved_for_the_requester(self, client: Client) -> None:
        person = make.UserFactory()
        severity = make.SeverityFactory(rank=1, needs_prevention=True)
        incident = make.IncidentFactory(
            status="restored", restored_at=make.NOON, severity=severity, requester=make.ContactFactory(user=person)
        )
        client.force_login(person)

        page = client.get(Ticket.objects.get(pk=incident.pk).get_absolute_url()).content.decode()

        assert "Solved</span>" in page


class TestActionItems:
    def test_are_added_reassigned_and_completed_on_the_page(
        self, client: Client, agent: Any, restored: Ticket
    ) -> None:
        url = restored.get_absolute_url()
        data = {"title": "Add an alert", "owner": "", "team": "", "due_on": "2027-01-31", "is_priority": "on"}

        assert client.get(f"{url}action-items/new/").status_code == 200
        assert client.post(f"{url}action-items/new/", data).status_code == 302
        action = ActionItem.objects.get()
        assert (action.team, action.is_priority) == (restored.team, True)
        member = make.MembershipFactory().user
        assert client.get(f"/action-items/{action.pk}/reassign/").status_code == 200
        assert client.post(f"/action-items/{action.pk}/reassign/", {"owner": member.pk}).status_code == 302
        assert member.name in client.get(url).content.decode()
        assert client.post(f"/action-items/{action.pk}/complete/").status_code == 302

        assert status(restored) == "resolved"

    def test_are_declined_with_a_reason(self, client: Client, agent: Any) -> None:
        action = make.ActionItemFactory()

        assert client.post(f"/action-items/{action.pk}/decline/", {"reason": ""}).status_code == 422
        assert client.post(f"/action-items/{action.pk}/decline/", {"reason": "Too expensive."}).status_code == 302

        action.refresh_from_db()
        assert (action.status, action.reason) == ("declined", "Too expensive.")

    def test_are_completed_by_their_owner_whatever_their_role(self, client: Client) -> None:
        person = make.UserFactory()
        own_action, other_action = make.ActionItemFactory(owner=person), make.ActionItemFactory()
        client.force_login(person)

        assert client.post(f"/action-items/{other_action.pk}/complete/").status_code == 403
        assert client.post(f"/action-items/{own_action.pk}/complete/").status_code == 302

    def test_of_a_private_ticket_do_not_exist_for_others(self, client: Client, agent: Any) -> None:
        secret = make.IncidentFactory(visibility="private", visibility_reason="HR")
        action = make.ActionItemFactory(ticket=secret, title="Marker")

        assert client.post(f"/action-items/{action.pk}/complete/").status_code == 404
        assert "Marker" not in client.get("/action-items/").content.decode()


class TestLinks:
    def test_are_created_by_reference(self, client: Client, agent: Any, restored: Ticket) -> None:
        problem = Ticket.objects.get(pk=make.ProblemFactory().pk)
        url = f"{restored.get_absolute_url()}link/"

        refused = client.post(url, {"kind": "caused_by", "other": "PRB-999999"})
        assert refused.status_code == 422
        assert client.post(url, {"kind": "caused_by", "other": problem.reference}).status_code == 302

        assert TicketLink.objects.get().to_ticket == problem
        assert problem.reference in client.get(restored.get_absolute_url()).content.decode()
        assert restored.reference in client.get(problem.get_absolute_url()).content.decode()


class TestWaiver:
    def test_is_requested_by_one_person_and_approved_by_another(
        self, client: Client, agent: Any, restored: Ticket
    ) -> None:
        url = restored.get_absolute_url()
        assert client.post(f"{url}request-waiver/", {"reason": "Dug up street."}).status_code == 302
        waiver = PreventionWaiver.objects.get()
        approve = reverse("incidents:waiver-approve", args=[waiver.pk])
        assert approve not in client.get(url).content.decode()
        assert client.post(approve).status_code == 403

        client.force_login(make.UserFactory(roles=[Role.MANAGER]))
        assert approve in client.get(url).content.decode()
        client.post(approve)

        assert status(restored) == "resolved"

    def test_is_not_approved_by_the_person_who_requested_it_whatever_their_role(
        self, client: Client, restored: Ticket
    ) -> None:
        manager = make.UserFactory(roles=[Role.MANAGER])
        client.force_login(manager)
        client.post(f"{restored.get_absolute_url()}request-waiver/", {"reason": "Dug up street."})

        page = client.post(f"/waivers/{PreventionWaiver.objects.get().pk}/approve/", follow=True).content.decode()

        assert "somebody else must decide" in page
        assert status(restored) == "restored"

    def test_may_be_declined(self, client: Client, restored: Ticket) -> None:
        waiver = make.PreventionWaiverFactory(ticket=restored)
        client.force_login(make.UserFactory(roles=[Role.COMMANDER]))

        assert client.get(f"/waivers/{waiver.pk}/decline/").status_code == 200
        assert client.post(f"/waivers/{waiver.pk}/decline/", {"reason": "A second line."}).status_code == 302

        waiver.refresh_from_db()
        assert waiver.status == "declined"
