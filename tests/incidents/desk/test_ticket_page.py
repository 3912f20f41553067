"""A ticket's page: its conversation, its facts edited in place, and who else has it open."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.base.data.roles import Role
from incidents.desk import presence
from incidents.desk.conversation import PAGE, read_conversation
from incidents.models import EntryKind, Incident, Ticket
from incidents.tickets import timeline
from tests import factories as make
from tests.portal.sent_forms import main_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Any:
    return make.UserFactory(name="Ana Agent", roles=[Role.AGENT])


@pytest.fixture
def desk(client: Client, agent: Any) -> Client:
    client.force_login(agent)
    return client


@pytest.fixture
def ticket() -> Any:
    return make.IncidentFactory()


def record(ticket: Ticket, kind: str, text: str, **more: Any) -> None:
    timeline.record(ticket_id=ticket.pk, kind=kind, text=text, **{"at": timezone.now()} | more)


class TestConversation:
    def test_folds_the_pages_of_one_wave_into_one_event(self, ticket: Any, agent: Any) -> None:
        for number in range(3):
            record(ticket, EntryKind.PAGE, f"Paged {number}")
        record(ticket, EntryKind.NOTE, "Looking", actor=agent)
        record(ticket, EntryKind.PAGE, "Paged again")

        [day] = read_conversation(ticket).days

        assert [(item.entry.text, len(item.folded)) for item in day.items] == [
            ("Paged again", 0),
            ("Looking", 0),
            ("Paged 2", 2),
        ]

    def test_is_narrowed_to_notes_comments_or_events(self, desk: Client, ticket: Any, agent: Any) -> None:
        record(ticket, EntryKind.NOTE, "A note for us", actor=agent)
        record(ticket, EntryKind.COMMENT, "A comment for them", actor=agent)
        record(ticket, EntryKind.STATUS, "Went on hold")

        page = desk.get(f"{ticket.get_absolute_url()}?show=notes").content.decode()

        assert "A note for us" in page
        assert "A comment for them" not in page
        assert "Went on hold" not in page
        assert read_conversation(ticket).counts == {"": 3, "comments": 1, "notes": 1, "events": 1}

    def test_tells_what_came_from_the_requester_from_what_went_to_them(self, agent: Any) -> None:
        caller = make.UserFactory()
        ticket = make.IncidentFactory(requester=make.ContactFactory(user=caller))
        record(ticket, EntryKind.COMMENT, "It is slow", actor=caller)
        record(ticket, EntryKind.COMMENT, "We are on it", actor=agent)

        [day] = read_conversation(ticket).days

        assert [item.css for item in day.items] == ["is-reply", "is-received"]

    def test_says_that_it_does_not_understand_an_unknown_sort(self, desk: Client, ticket: Any) -> None:
        page = desk.get(f"{ticket.get_absolute_url()}?show=smells").content.decode()

        assert "Part of this address is not understood." in page

    def test_shows_the_newest_and_all_of_them_when_asked(self, desk: Client, ticket: Any) -> None:
        now = timezone.now()
        for number in range(PAGE + 5):
            record(ticket, EntryKind.STATUS, f"Event {number}.", at=now + timedelta(seconds=number))

        short = desk.get(ticket.get_absolute_url()).content.decode()
        whole = desk.get(f"{ticket.get_absolute_url()}?whole=on").content.decode()

        assert "Event 104." in short
        assert "Event 0." not in short
        assert "Show the older entries" in short
        assert "Event 0." in whole
        assert "Show the older entries" not in whole

    def test_costs_as_many_queries_with_500_entries_as_with_one(self, desk: Client, ticket: Any, agent: Any) -> None:
        record(ticket, EntryKind.NOTE, "One", actor=agent)
        desk.get(ticket.get_absolute_url())
        with CaptureQueriesContext(connection) as few:
            desk.get(ticket.get_absolute_url())
        for number in range(500):
            record(ticket, EntryKind.NOTE, f"Note {number}", actor=agent)
        with CaptureQueriesContext(connection) as many:
            desk.get(f"{ticket.get_absolute_url()}?whole=on")

        assert len(few) == len(many)


class TestComposer:
    def test_offers_a_comment_only_where_somebody_reads_it(self, desk: Client) -> None:
        without = make.IncidentFactory(requester=make.ContactFactory(user=None))
        reader = make.ContactFactory(name="Priya Nair", user=make.UserFactory())
        having = make.IncidentFactory(requester=reader)

        assert "Comment for the requester" not in desk.get(without.get_absolute_url()).content.decode()
        assert (
            "Nothing can be sent to the requester from here yet."
            in desk.get(without.get_absolute_url()).content.decode()
        )
        page = desk.get(having.get_absolute_url()).content.decode()
        assert "Comment for the requester" in page
        assert "Priya Nair reads it here when signed in; nothing is mailed" in page


class TestFacts:
    def test_one_is_changed_by_a_form_of_its_own(self, desk: Client, ticket: Any) -> None:
        address = f"{ticket.get_absolute_url()}edit/?field=category"
        form = main_form(desk.get(address).content.decode())
        assert "category" in form.fields
        assert "title" not in form.fields

        desk.post(address, form.data(category="Network"))

        assert Ticket.objects.get(pk=ticket.pk).category == "Network"

    def test_two_people_see_both_texts_and_lose_none(self, desk: Client, ticket: Any) -> None:
        address = f"{ticket.get_absolute_url()}edit/?field=customer_impact"
        form = main_form(desk.get(address).content.decode())
        Incident.objects.filter(pk=ticket.pk).update(customer_impact="Cards are declined")

        page = desk.post(address, form.data(customer_impact="Payments fail")).content.decode()

        assert "Cards are declined" in page
        assert "Payments fail" in page
        assert "Keep both" in page

    def test_a_name_that_is_no_fact_gives_the_whole_form(self, desk: Client, ticket: Any) -> None:
        page = desk.get(f"{ticket.get_absolute_url()}edit/?field=pk").content.decode()

        assert 'name="title"' in page

    def test_a_form_loaded_in_place_says_where_it_is_sent(self, desk: Client, ticket: Any) -> None:
        address = f"{ticket.get_absolute_url()}edit/?field=impact"

        page = desk.get(address, headers={"HX-Request": "true"}).content.decode()

        assert f'action="{address}"' in page

    def test_readers_change_nothing(self, client: Client, ticket: Any) -> None:
        client.force_login(make.UserFactory())

        assert "?field=" not in client.get(ticket.get_absolute_url()).content.decode()


class TestPresence:
    @pytest.fixture(autouse=True)
    def _empty(self) -> None:
        cache.clear()

    def test_names_who_else_has_it_open(self, desk: Client, ticket: Any) -> None:
        other = make.UserFactory(name="Tom Becker")
        presence.enter(ticket=ticket, user=other, at=timezone.now(), is_writing=True)

        page = desk.get(ticket.get_absolute_url()).content.decode()

        assert "Tom Becker is writing" in page
        assert "Ana Agent has it open" not in page

    def test_forgets_them_after_25_seconds(self, ticket: Any, agent: Any) -> None:
        at = timezone.now()
        presence.enter(ticket=ticket, user=make.UserFactory(), at=at - presence.SEEN_FOR)

        assert presence.enter(ticket=ticket, user=agent, at=at) == []

    def test_is_of_one_ticket(self, ticket: Any, agent: Any) -> None:
        presence.enter(ticket=make.IncidentFactory(), user=make.UserFactory(), at=timezone.now())

        assert presence.enter(ticket=ticket, user=agent, at=timezone.now()) == []
