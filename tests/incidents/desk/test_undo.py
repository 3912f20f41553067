"""Undo: what was just done with tickets is taken back, unless it changed meanwhile; the timeline keeps both."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from config.base.data import undo
from config.base.data.lifecycle import Refusal
from config.base.data.roles import Role
from incidents import response
from incidents.desk import reversals
from incidents.models import Contact, Ticket, TicketLink, TicketStatus, Watcher
from incidents.tickets import external_links
from oncall.models import User
from tests import factories as make
from tests.factories import NOON
from tests.incidents.desk.test_bulk import act, messages_of, tickets
from tests.portal.sent_forms import forms_of

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def agent() -> User:
    agent: User = make.UserFactory(name="Ana Ruiz", roles=[Role.AGENT])
    make.MembershipFactory(user=agent)
    return agent


@pytest.fixture
def portal(client: Client, agent: User) -> Client:
    client.force_login(agent)
    return client


def press_undo(portal: Client, answer: Any) -> Any:
    """Press the button in the message of a page, as a browser without script does."""
    (form,) = [form for form in forms_of(answer.content.decode()) if form.action == "/undo/"]
    return portal.post("/undo/", form.data(), follow=True)


def has_undo(answer: Any) -> bool:
    return 'action="/undo/"' in answer.content.decode()


def texts(ticket: Ticket) -> list[str]:
    return [entry.text for entry in ticket.timeline.order_by("pk")]


class TestManyTickets:
    def test_get_their_former_people(self, portal: Client, agent: User) -> None:
        jonas = make.MembershipFactory(user__name="Jonas").user
        first, second = [*tickets(1, assignee=jonas), *tickets(1)]

        done = act(portal, "assign", [first, second], assignee=agent.pk)
        answer = press_undo(portal, done)

        assert list(Ticket.objects.order_by("pk").values_list("assignee", flat=True)) == [jonas.pk, None]
        assert "2 tickets assigned as before." in messages_of(answer)
        assert texts(first)[-2:] == ["Assigned to Ana Ruiz.", "Assigned to Jonas."]

    @pytest.mark.parametrize("status", ["new", "acknowledged", "in_progress"])
    def test_get_the_status_that_they_had_before_a_hold(self, portal: Client, status: str) -> None:
        (ticket,) = tickets(1, status=status)

        done = act(portal, "hold", [ticket], reason="supplier")
        assert Ticket.objects.get().status == TicketStatus.ON_HOLD
        press_undo(portal, done)

        ticket = Ticket.objects.get()
        assert (ticket.status, ticket.hold_reason) == (status, "")
        assert texts(ticket)[-1] == "The hold was taken back."

    def test_are_part_of_nothing_again(self, portal: Client) -> None:
        parent, part = tickets(2)

        done = act(portal, "link", [part], parent=parent.reference)
        press_undo(portal, done)

        assert not TicketLink.objects.exists()
        assert texts(part)[-1] == f"Not part of {parent.reference} any more."
        assert texts(parent)[-1] == f"Does not contain {part.reference} any more."

    def test_stay_as_they_are_once_they_changed_and_are_named(self, portal: Client, agent: User) -> None:
        first, second = tickets(2)
        done = act(portal, "assign", [first, second], assignee=agent.pk)
        other = make.UserFactory(name="Jonas Weber")
        response.add_note(ticket_id=second.pk, text="News.", actor=other, at=timezone.now() + timedelta(seconds=1))

        answer = press_undo(portal, done)

        assert list(Ticket.objects.order_by("pk").values_list("assignee", flat=True)) == [None, agent.pk]
        assert f"{second.reference} left out: Jonas Weber changed it" in messages_of(answer)

    def test_that_did_not_change_are_not_taken_back(self, portal: Client, agent: User) -> None:
        own, other = [*tickets(1, assignee=agent), *tickets(1)]

        press_undo(portal, act(portal, "assign", [own, other], assignee=agent.pk))

        assert list(Ticket.objects.order_by("pk").values_list("assignee", flat=True)) == [agent.pk, None]

    def test_have_no_undo_where_a_handover_may_have_been_confirmed(self, portal: Client, agent: User) -> None:
        rows = tickets(1, handover_from=make.TeamFactory(), handed_over_at=NOON)

        assert not has_undo(act(portal, "assign", rows, assignee=agent.pk))

    @pytest.mark.parametrize(
        ("name", "typed"),
        [("close", {"code": "no_fault_found", "note": "None."}), ("hand-over", {"reason": "Theirs."})],
    )
    def test_have_no_undo_of_what_ended_or_paged(self, portal: Client, name: str, typed: dict[str, Any]) -> None:
        more = {"team": make.TeamFactory().pk} if name == "hand-over" else {}

        answer = act(portal, name, tickets(1), **typed, **more)

        assert "1 ticket" in messages_of(answer)
        assert not has_undo(answer)

    def test_are_put_back_once(self, portal: Client, agent: User) -> None:
        rows = tickets(1)
        done = act(portal, "assign", rows, assignee=agent.pk)
        (form,) = [form for form in forms_of(done.content.decode()) if form.action == "/undo/"]

        press_undo(portal, done)
        portal.post("/undo/", form.data())
        again = portal.post("/undo/", {**form.data(), "form_key": ""}, follow=True)

        assert texts(rows[0]).count("Assigned to nobody.") == 1
        assert "Nothing was done." in messages_of(again)

    def test_are_put_back_only_by_who_may_still_see_them(self, portal: Client, agent: User) -> None:
        rows = tickets(1)
        done = act(portal, "assign", rows, assignee=agent.pk)
        Ticket.objects.update(visibility="private", visibility_reason="HR", assignee=None, opened_by=None)

        answer = press_undo(portal, done)

        assert "1 ticket not found." in messages_of(answer)


class TestTicketPage:
    def test_takes_back_an_assignment(self, portal: Client, agent: User) -> None:
        ticket = make.IncidentFactory()

        done = portal.post(f"/tickets/{ticket.reference}/assign/", {"assignee": agent.pk}, follow=True)
        assert Ticket.objects.get().assignee == agent
        assert f"{ticket.reference} is assigned to Ana Ruiz." in messages_of(done)
        answer = press_undo(portal, done)

        assert Ticket.objects.get().assignee is None
        assert answer.redirect_chain[-1][0].startswith(f"/tickets/{ticket.reference}/")

    def test_takes_back_that_a_requester_was_added(self, portal: Client) -> None:
        ticket, priya = make.IncidentFactory(), make.ContactFactory(name="Priya Nair")

        done = portal.post(
            f"/tickets/{ticket.reference}/requesters/add/", {"who": priya.name, "requester": priya.pk}, follow=True
        )
        assert ticket.affected_contacts.get() == priya
        answer = press_undo(portal, done)

        assert not ticket.affected_contacts.exists()
        assert Contact.objects.filter(pk=priya.pk).exists()
        assert "Priya Nair is not on" in messages_of(answer)

    def test_takes_back_a_link_and_its_removal(self, portal: Client) -> None:
        ticket = make.IncidentFactory()
        url = "https://graphs.example/1"

        press_undo(portal, portal.post(f"/tickets/{ticket.reference}/external-links/new/", {"url": url}, follow=True))
        assert Ticket.objects.get().external_links == []

        external_links.add_external_link(ticket_id=ticket.pk, url=url, title="Graph", actor=None, at=NOON)
        removed = portal.post(f"/tickets/{ticket.reference}/external-links/remove/", {"url": url}, follow=True)
        press_undo(portal, removed)
        assert Ticket.objects.get().external_links == [{"title": "Graph", "url": url}]

    def test_takes_back_watching_and_its_end(self, portal: Client, agent: User) -> None:
        ticket = make.IncidentFactory()

        press_undo(portal, portal.post(f"/tickets/{ticket.reference}/watch/", follow=True))
        assert not Watcher.objects.exists()

        make.WatcherFactory(ticket=ticket, user=agent)
        press_undo(portal, portal.post(f"/tickets/{ticket.reference}/stop-watching/", follow=True))
        assert Watcher.objects.get().user == agent


class TestOffer:
    def _signed(self, person: User, ticket: Ticket) -> str:
        return undo.sign(reversals.of_watching(ticket, is_watched=False), person=person)

    def test_is_for_who_did_it(self, agent: User) -> None:
        token = self._signed(agent, make.IncidentFactory())

        with pytest.raises(Refusal, match="Somebody else did this"):
            undo.take_back(token, person=make.UserFactory(), at=NOON)

    def test_ends(self, agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
        token = self._signed(agent, make.IncidentFactory())
        monkeypatch.setattr(undo, "LIFETIME", timedelta(seconds=-1))

        with pytest.raises(Refusal, match="ago"):
            undo.take_back(token, person=agent, at=NOON)

    @given(st.text(max_size=60))
    def test_is_not_made_by_hand(self, text: str) -> None:
        with pytest.raises(Refusal):
            undo.take_back(text, person=User(pk=1), at=NOON)

    @pytest.mark.parametrize("key", ["password reset", "holdfast.undo"])
    def test_of_another_kind_or_salt_does_nothing(self, agent: User, key: str) -> None:
        token = signing.dumps([agent.pk, "payroll", [["1"]]], salt=key)

        with pytest.raises(Refusal):
            undo.take_back(token, person=agent, at=NOON)

    @pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example", "javascript:1"])
    def test_leads_back_to_this_site_alone(self, portal: Client, place: str) -> None:
        assert portal.post("/undo/", {"undo": "x", "next": place})["Location"] == "/"

    def test_puts_back_nothing_of_what_the_person_may_not_change(self, agent: User) -> None:
        (ticket,) = tickets(1)
        rows: Sequence[undo.Row] = [(str(ticket.pk), ticket.updated_at.isoformat(), "")]
        response.link_parent(ticket_id=ticket.pk, parent=tickets(1)[0], actor=agent, at=LATER)

        with pytest.raises(Refusal, match="Nothing was done"):
            reversals.PARENT.take_back(rows, make.UserFactory(), LATER)
        assert TicketLink.objects.exists()
