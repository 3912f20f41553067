"""One more requester of an open ticket, and its undoing."""

from typing import Any

import pytest

from incidents.desk.joining import add_requester_to, remove_requester_from
from incidents.models import TimelineEntry
from incidents.tickets.locking import TicketRefused
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket() -> Any:
    return make.IncidentFactory(requester=make.ContactFactory())


class TestAddRequester:
    def test_adds_them_and_says_so_without_a_name(self, ticket: Any) -> None:
        priya, agent = make.ContactFactory(name="Priya Nair"), make.UserFactory()

        add_requester_to(ticket_id=ticket.pk, requester=priya, actor=agent, at=NOON, contact_type="chat")

        assert list(ticket.affected_contacts.all()) == [priya]
        entry = TimelineEntry.objects.get()
        assert (entry.text, entry.actor, entry.data) == (
            "One more requester, by chat.",
            agent,
            {"requester": priya.pk},
        )

    def test_refuses_who_is_there_already(self, ticket: Any) -> None:
        priya, agent = make.ContactFactory(name="Priya Nair"), make.UserFactory()
        add_requester_to(ticket_id=ticket.pk, requester=priya, actor=agent, at=NOON)

        for requester in (priya, ticket.requester):
            with pytest.raises(TicketRefused, match="already"):
                add_requester_to(ticket_id=ticket.pk, requester=requester, actor=agent, at=NOON)

    def test_refuses_a_ticket_that_is_done(self) -> None:
        done = make.IncidentFactory(status="closed", closed_at=NOON, closure_code="solved")

        with pytest.raises(TicketRefused, match="log a new ticket"):
            add_requester_to(ticket_id=done.pk, requester=make.ContactFactory(), actor=make.UserFactory(), at=NOON)


class TestRemoveRequester:
    def test_takes_it_back(self, ticket: Any) -> None:
        priya, agent = make.ContactFactory(), make.UserFactory()
        add_requester_to(ticket_id=ticket.pk, requester=priya, actor=agent, at=NOON)

        remove_requester_from(ticket_id=ticket.pk, requester=priya, actor=agent, at=NOON)

        assert not ticket.affected_contacts.exists()
        assert TimelineEntry.objects.count() == 2

    def test_refuses_who_was_not_added(self, ticket: Any) -> None:
        with pytest.raises(TicketRefused, match="not among"):
            remove_requester_from(ticket_id=ticket.pk, requester=ticket.requester, actor=make.UserFactory(), at=NOON)
