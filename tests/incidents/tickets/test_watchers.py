"""People who watch a ticket: told of status, severity and public comments, never paged."""

from typing import Any

import pytest
from django.test import Client

from config.base.data.roles import Role
from incidents import response
from incidents.models import Ticket, Watcher
from incidents.response import TicketRefused
from incidents.tickets import watchers
from oncall.models import Notice, Page, User
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket() -> Ticket:
    return Ticket.objects.get(pk=make.IncidentFactory().pk)


@pytest.fixture
def wanda(ticket: Ticket) -> User:
    """She watches it."""
    person = make.UserFactory(name="Wanda", roles=[Role.RESPONDER])
    watchers.watch(ticket_id=ticket.pk, user=person, actor=person, at=NOON)
    return person


def titles() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("title", flat=True))


class TestWatching:
    def test_is_of_one_person_once(self, ticket: Ticket, wanda: User) -> None:
        watchers.watch(ticket_id=ticket.pk, user=wanda, actor=None, at=NOON)

        assert [row.user for row in watchers.watchers_of(ticket)] == [wanda]
        watchers.stop_watching(ticket_id=ticket.pk, user=wanda)
        watchers.stop_watching(ticket_id=ticket.pk, user=wanda)
        assert not Watcher.objects.exists()

    def test_is_for_people_who_see_the_ticket(self) -> None:
        secret = make.IncidentFactory(visibility="private", visibility_reason="HR")

        with pytest.raises(TicketRefused, match="may not see"):
            watchers.watch(ticket_id=secret.pk, user=make.UserFactory(), actor=None, at=NOON)

    def test_is_for_people_alone(self, ticket: Ticket) -> None:
        with pytest.raises(TicketRefused, match="is no person"):
            watchers.watch(ticket_id=ticket.pk, user=make.ServiceAccountFactory().user, actor=None, at=NOON)
        person = make.UserFactory(is_active=False)
        with pytest.raises(TicketRefused, match="account is closed"):
            watchers.watch(ticket_id=ticket.pk, user=person, actor=None, at=NOON)


class TestWatchingForAnother:
    def test_tells_the_person_once(self, ticket: Ticket) -> None:
        ana, bo = make.UserFactory(name="Ana"), make.UserFactory(name="Bo")

        for _ in range(2):
            watchers.watch(ticket_id=ticket.pk, user=bo, actor=ana, at=NOON)

        notice = Notice.objects.get()
        assert (notice.user, notice.title) == (bo, f"{ticket.reference}: You watch it now")
        assert notice.text.startswith(f"Ana added you to the people who watch {ticket.reference}.")
        assert not Page.objects.exists()

    def test_tells_nothing_of_the_title(self) -> None:
        team = make.TeamFactory()
        members = [make.MembershipFactory(team=team).user for _ in range(2)]
        how: dict[str, Any] = {"visibility": "private", "visibility_reason": "HR"}
        secret = make.IncidentFactory(title="Payroll was read", team=team, **how)

        watchers.watch(ticket_id=secret.pk, user=members[0], actor=members[1], at=NOON)

        notice = Notice.objects.get()
        assert "Payroll" not in notice.title + notice.text

    def test_tells_nobody_who_did_it_themselves(self, wanda: User) -> None:
        assert not Notice.objects.exists()


class TestNews:
    def test_is_status_severity_and_public_comments(self, ticket: Ticket, wanda: User) -> None:
        how: dict[str, Any] = {"ticket_id": ticket.pk, "actor": None, "at": NOON}
        worse = make.SeverityFactory(rank=1, position=0, name="SEV1")

        response.hold(reason="supplier", **how)
        response.add_note(text="For us.", **how)
        response.add_note(text="We are on it.", is_public=True, **how)
        response.change_severity(severity=worse, **how)

        assert titles() == [
            f"{ticket.reference}: On hold, was new.",
            f"{ticket.reference}: A new public comment.",
            f"{ticket.reference}: Severity SEV1, was {ticket.severity.name}.",
        ]
        assert not Page.objects.filter(user=wanda).exists()

    def test_is_not_for_the_person_who_did_it(self, ticket: Ticket, wanda: User) -> None:
        response.hold(ticket_id=ticket.pk, reason="supplier", actor=wanda, at=NOON)

        assert titles() == []

    def test_ends_when_the_ticket_is_hidden_from_the_watcher(self, ticket: Ticket, wanda: User) -> None:
        Ticket.objects.filter(pk=ticket.pk).update(visibility="private", visibility_reason="HR")

        response.hold(ticket_id=ticket.pk, reason="supplier", actor=None, at=NOON)

        assert titles() == []

    def test_tells_the_two_steps_of_one_moment(self, wanda: User) -> None:
        severity = make.SeverityFactory(needs_prevention=False)
        ticket = make.IncidentFactory(severity=severity)
        watchers.watch(ticket_id=ticket.pk, user=wanda, actor=None, at=NOON)

        response.restore(ticket_id=ticket.pk, actor=None, at=NOON)

        assert titles() == [f"{ticket.reference}: Restored, was new.", f"{ticket.reference}: Resolved, was restored."]


class TestFaces:
    def test_on_the_page(self, client: Client, ticket: Ticket) -> None:
        client.force_login(make.UserFactory(name="Wim"))

        client.post(f"{ticket.get_absolute_url()}watch/")
        page = client.get(ticket.get_absolute_url()).content.decode()
        assert "Stop watching" in page
        assert "Wim" in page.split('id="watchers"')[1]
        client.post(f"{ticket.get_absolute_url()}stop-watching/")
        assert not Watcher.objects.exists()

    def test_add_and_remove_somebody_else(self, client: Client, ticket: Ticket, wanda: User) -> None:
        client.force_login(make.UserFactory(name="Ana", roles=[Role.RESPONDER]))
        bo = make.UserFactory(name="Bo")
        address = f"{ticket.get_absolute_url()}watchers/"
        form = client.get(f"{address}new/").content.decode()
        assert f'value="{bo.pk}"' in form
        assert f'value="{wanda.pk}"' not in form

        assert client.post(f"{address}new/", {"user": bo.pk}).status_code == 302
        page = client.get(ticket.get_absolute_url()).content.decode().split('id="watchers"')[1]
        assert "Bo from the watchers" in page
        watcher = Watcher.objects.get(user=bo)
        assert client.post(f"{address}{watcher.pk}/remove/").status_code == 302
        assert client.post(f"{address}{watcher.pk}/remove/").status_code == 302
        assert Watcher.objects.get().user == wanda

    def test_refuse_a_person_who_may_not_see_the_ticket(self, client: Client) -> None:
        team = make.TeamFactory()
        secret = make.IncidentFactory(visibility="private", visibility_reason="HR", team=team)
        client.force_login(make.MembershipFactory(team=team, user__roles=[Role.RESPONDER]).user)

        answer = client.post(f"{secret.get_absolute_url()}watchers/new/", {"user": make.UserFactory(name="Bo").pk})

        assert answer.status_code == 422
        assert f"Bo may not see {secret.reference}" in answer.content.decode()

    def test_of_others_are_for_people_who_act_on_tickets(self, client: Client, ticket: Ticket, wanda: User) -> None:
        client.force_login(make.UserFactory())
        address = f"{ticket.get_absolute_url()}watchers/"

        assert client.post(f"{address}new/", {"user": wanda.pk}).status_code == 403
        assert client.post(f"{address}{Watcher.objects.get().pk}/remove/").status_code == 403
        assert "Remove" not in client.get(ticket.get_absolute_url()).content.decode().split('id="watchers"')[1]

    def test_of_programs_add_and_remove_somebody_else(self, ticket: Ticket, wanda: User) -> None:
        bo = make.UserFactory(name="Bo")
        body = {"ticket": ticket.reference, "user": bo.email}
        responder, reader = (client_of(make.UserFactory(roles=roles)) for roles in ([Role.RESPONDER], []))

        assert reader.post("/api/v1/watchers/", body, format="json").status_code == 403
        created = responder.post("/api/v1/watchers/", body, format="json")
        assert created.json()["user"]["name"] == "Bo"
        place = f"/api/v1/watchers/{created.json()['id']}/"
        assert reader.delete(place).status_code == 403
        assert responder.delete(place).status_code == 204
        assert Watcher.objects.get().user == wanda

    def test_of_programs(self, ticket: Ticket, wanda: User) -> None:
        api = client_of(make.UserFactory())

        created = api.post("/api/v1/watchers/", {"ticket": ticket.reference}, format="json")
        assert created.status_code == 201
        rows = api.get(f"/api/v1/watchers/?ticket={ticket.reference}").json()["results"]
        assert {row["id"] for row in rows} == set(Watcher.objects.values_list("pk", flat=True))
        others = Watcher.objects.get(user=wanda)
        assert api.delete(f"/api/v1/watchers/{others.pk}/").status_code == 403
        assert api.delete(f"/api/v1/watchers/{created.json()['id']}/").status_code == 204
        assert Watcher.objects.get() == others

    def test_of_programs_hide_private_tickets(self, ticket: Ticket, wanda: User) -> None:
        Ticket.objects.filter(pk=ticket.pk).update(visibility="private", visibility_reason="HR")
        api = client_of(make.UserFactory())

        assert api.get("/api/v1/watchers/").json()["results"] == []
        assert api.post("/api/v1/watchers/", {"ticket": ticket.reference}, format="json").status_code == 400
