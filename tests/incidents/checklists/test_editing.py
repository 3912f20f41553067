"""A ticket's checklist: items in order, ticked by who did it, 50 at most."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from config.base.data.roles import Role
from incidents.checklists import editing
from incidents.models import ChecklistItem, Ticket
from incidents.response import TicketRefused
from oncall.models import User
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket() -> Ticket:
    return Ticket.objects.get(pk=make.IncidentFactory().pk)


@pytest.fixture
def ana() -> User:
    return make.UserFactory(name="Ana", roles=[Role.RESPONDER])


def add(ticket: Ticket, *lines: str) -> list[ChecklistItem]:
    return editing.add_items(ticket_id=ticket.pk, lines=lines, actor=None, at=NOON)


def texts(ticket: Ticket) -> list[str]:
    return [item.text for item in editing.items_of(ticket)]


def entries(ticket: Ticket) -> list[str]:
    return list(ticket.timeline.filter(kind="action").order_by("pk").values_list("text", flat=True))


class TestAdding:
    def test_makes_an_item_of_each_line(self, ticket: Ticket) -> None:
        add(ticket, "Call the carrier")
        add(ticket, "", "- Replace the disk\u202e", "  * [ ] Rebuild  the array", "\t", "-5 degrees is fine")

        assert texts(ticket) == ["Call the carrier", "Replace the disk", "Rebuild the array", "-5 degrees is fine"]
        assert entries(ticket) == ["Added to the checklist: Call the carrier", "3 items added to the checklist."]

    @pytest.mark.parametrize("lines", [(), ("", "  "), ("\u200b", "-  ")])
    def test_refuses_nothing(self, ticket: Ticket, lines: tuple[str, ...]) -> None:
        with pytest.raises(TicketRefused, match="Say what is to be done"):
            add(ticket, *lines)

    def test_refuses_a_long_line_and_adds_none(self, ticket: Ticket) -> None:
        add(ticket, "x" * editing.MAX_TEXT)

        with pytest.raises(TicketRefused, match="has 201 characters"):
            add(ticket, "Short", "y" * (editing.MAX_TEXT + 1))
        assert len(texts(ticket)) == 1

    def test_ends_at_fifty(self, ticket: Ticket) -> None:
        add(ticket, *(f"Step {number}" for number in range(48)))

        with pytest.raises(TicketRefused, match="room for 2, and these are 3"):
            add(ticket, "a", "b", "c")
        add(ticket, "a", "b")
        with pytest.raises(IntegrityError), transaction.atomic():
            make.ChecklistItemFactory(ticket=ticket, position=51)


class TestTicking:
    def test_keeps_who_did_it_and_when(self, ticket: Ticket, ana: User) -> None:
        [item] = add(ticket, "Call the carrier")

        editing.tick(item_id=item.pk, actor=ana, at=NOON)
        again = editing.tick(item_id=item.pk, actor=None, at=NOON + timedelta(hours=1))

        assert (again.done_by, again.done_at) == (ana, NOON)
        assert entries(ticket)[1:] == ["Ticked on the checklist: Call the carrier"]
        assert ticket.timeline.get(text__startswith="Ticked").data == {"checklist_item": item.pk}

    def test_is_taken_back(self, ticket: Ticket, ana: User) -> None:
        [item] = add(ticket, "Call the carrier")
        editing.tick(item_id=item.pk, actor=ana, at=NOON)

        for _ in range(2):
            item = editing.untick(item_id=item.pk, actor=ana, at=NOON)

        assert (item.done_by, item.done_at) == (None, None)
        assert entries(ticket)[2:] == ["Unticked on the checklist: Call the carrier"]


class TestChanging:
    def test_words(self, ticket: Ticket, ana: User) -> None:
        [item] = add(ticket, "Call Bo")
        editing.tick(item_id=item.pk, actor=ana, at=NOON)

        for _ in range(2):
            editing.rename(item_id=item.pk, text="Call  Bob", actor=ana, at=NOON)

        assert texts(ticket) == ["Call Bob"]
        assert editing.items_of(ticket)[0].done_by == ana
        assert entries(ticket)[2:] == ["Renamed on the checklist: Call Bo, now: Call Bob"]
        with pytest.raises(TicketRefused, match="Say what"):
            editing.rename(item_id=item.pk, text=" ", actor=ana, at=NOON)

    def test_removes_and_closes_up(self, ticket: Ticket, ana: User) -> None:
        items = add(ticket, "a", "b", "c")

        editing.remove(item_id=items[1].pk, actor=ana, at=NOON)

        assert [(item.text, item.position) for item in editing.items_of(ticket)] == [("a", 1), ("c", 2)]
        assert entries(ticket)[1:] == ["Removed from the checklist: b"]


class TestMoving(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        count=st.integers(1, 6),
        moves=st.lists(st.tuples(st.integers(0, 5), st.integers(-7, 60), st.booleans()), max_size=8),
    )
    def test_is_that_of_a_list(self, count: int, moves: list[tuple[int, int, bool]]) -> None:
        ticket = Ticket.objects.get(pk=make.IncidentFactory().pk)
        items = add(ticket, *"abcdef"[:count])
        order = [item.text for item in items]

        for number, place, is_relative in moves:
            item = items[number % count]
            index = order.index(item.text)
            if is_relative:
                editing.shift(item_id=item.pk, by=place, at=NOON)
            else:
                editing.move(item_id=item.pk, position=place, at=NOON)
            target = index + 1 + place if is_relative else place
            order.insert(max(1, min(target, count)) - 1, order.pop(index))

        rows = editing.items_of(ticket)
        assert [row.text for row in rows] == order
        assert [row.position for row in rows] == list(range(1, count + 1))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestPage:
    def test_does_all_of_it(self, client: Client, ticket: Ticket, ana: User) -> None:
        client.force_login(ana)
        address = f"{ticket.get_absolute_url()}checklist/"
        assert f'href="{address}new/"' in client.get(ticket.get_absolute_url()).content.decode()

        assert client.post(f"{address}new/", {"text": "Call <Bo>\r\n\r\n- Call Cy"}).status_code == 302
        first, second = editing.items_of(ticket)
        client.post(f"{address}{first.pk}/tick/")
        client.post(f"{address}{first.pk}/down/")
        panel = client.get(ticket.get_absolute_url()).content.decode().split('id="checklist"')[1]
        assert "1/2" in panel
        assert panel.index("Call Cy") < panel.index("Call &lt;Bo&gt;")
        client.post(f"{address}{first.pk}/untick/")
        client.post(f"{address}{first.pk}/up/")
        client.post(f"{address}{first.pk}/rename/", {"text": "Call Bob"})
        client.post(f"{address}{second.pk}/remove/")

        assert texts(ticket) == ["Call Bob"]
        assert not editing.items_of(ticket)[0].is_done

    def test_keeps_what_was_typed_when_it_is_refused(self, client: Client, ticket: Ticket, ana: User) -> None:
        client.force_login(ana)

        answer = client.post(f"{ticket.get_absolute_url()}checklist/new/", {"text": "Short\n" + "y" * 201})

        assert answer.status_code == 422
        assert "has 201 characters" in answer.content.decode()
        assert "Short" in answer.content.decode()
        assert texts(ticket) == []

    def test_is_of_problems_too(self, client: Client, ana: User) -> None:
        problem = Ticket.objects.get(pk=make.ProblemFactory().pk)
        client.force_login(ana)

        client.post(f"{problem.get_absolute_url()}checklist/new/", {"text": "Read the dump"})

        assert "Read the dump" in client.get(problem.get_absolute_url()).content.decode()

    def test_is_changed_by_those_who_act_on_tickets(self, client: Client, ticket: Ticket) -> None:
        [item] = add(ticket, "Call Bo")
        client.force_login(make.UserFactory())
        address = f"{ticket.get_absolute_url()}checklist/"

        for tail in ("new/", *(f"{item.pk}/{verb}/" for verb in ("tick", "up", "rename", "remove"))):
            assert client.post(f"{address}{tail}", {"text": "x"}).status_code == 403
        panel = client.get(ticket.get_absolute_url()).content.decode().split('id="checklist"')[1]
        assert "Call Bo" in panel
        assert "<form" not in panel.split("</ol>")[0]

    def test_takes_no_item_of_another_ticket(self, client: Client, ticket: Ticket, ana: User) -> None:
        item = make.ChecklistItemFactory()
        client.force_login(ana)

        assert client.post(f"{ticket.get_absolute_url()}checklist/{item.pk}/tick/").status_code == 404

    def test_refuses_a_form_from_before_another_change(self, client: Client, ticket: Ticket, ana: User) -> None:
        [item] = add(ticket, "Call Bo")
        client.force_login(ana)
        address = f"{ticket.get_absolute_url()}checklist/{item.pk}/rename/"
        token = client.get(address).context["view"].seen_token()
        editing.rename(item_id=item.pk, text="Call Cy", actor=None, at=NOON)

        answer = client.post(address, {"text": "Call Dee", "form_seen": token})

        assert answer.status_code == 422
        assert "Call Cy" in answer.content.decode()
        assert texts(ticket) == ["Call Cy"]


class TestApi:
    @pytest.mark.parametrize("kind", [make.IncidentFactory, make.ProblemFactory])
    def test_does_all_of_it(self, ana: User, kind: Any) -> None:
        ticket = Ticket.objects.get(pk=kind().pk)
        api, place = client_of(ana), "/api/v1/checklist-items/"
        ids = [
            api.post(place, {"ticket": ticket.reference, "text": text}, format="json").json()["id"] for text in "abc"
        ]

        ticked = api.post(f"{place}{ids[0]}/tick/").json()
        assert (ticked["done_by"]["name"], ticked["position"]) == ("Ana", 1)
        last = api.post(f"{place}{ids[0]}/move/", {"position": 50}, format="json").json()
        assert last["position"] == 3
        renamed = api.patch(f"{place}{ids[1]}/", {"text": "B"}, format="json").json()
        assert renamed["text"] == "B"
        assert api.delete(f"{place}{ids[2]}/").status_code == 204
        rows = api.get(f"{place}?ticket={ticket.reference}&is_done=false").json()["results"]
        assert [(row["text"], row["done_at"]) for row in rows] == [("B", None)]
        assert api.post(f"{place}{ids[0]}/untick/").json()["done_by"] is None
        assert texts(ticket) == ["B", "a"]

    def test_refuses_what_cannot_be(self, ticket: Ticket, ana: User) -> None:
        api, place = client_of(ana), "/api/v1/checklist-items/"
        [item] = add(ticket, "Call Bo")

        for text in ("", "x" * 201, "\u202e"):
            body = {"ticket": ticket.reference, "text": text}
            assert api.post(place, body, format="json").status_code == 400
        assert api.post(f"{place}{item.pk}/move/", {"position": 0}, format="json").status_code == 400
        reader = client_of(make.UserFactory())
        assert reader.post(f"{place}{item.pk}/tick/").status_code == 403
        assert reader.delete(f"{place}{item.pk}/").status_code == 403

    def test_hides_those_of_private_tickets(self, ana: User) -> None:
        item = make.ChecklistItemFactory(ticket__visibility="private", ticket__visibility_reason="HR")
        api, place = client_of(ana), "/api/v1/checklist-items/"

        assert api.get(place).json()["results"] == []
        assert api.get(f"{place}{item.pk}/").status_code == 404
        assert api.post(f"{place}{item.pk}/tick/").status_code == 404
