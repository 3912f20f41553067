"""A vendor's part, from the ticket's page and over the API, and what it means to clocks."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from config.base.data.roles import Role
from config.base.rest.scopes import Scope
from incidents import response
from incidents.models import Ticket, TimelineEntry
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Any:
    return make.UserFactory(roles=[Role.AGENT])


@pytest.fixture
def ticket() -> Ticket:
    incident = make.IncidentFactory()
    return Ticket.objects.get(pk=incident.pk)


def minutes(count: int) -> datetime:
    return NOON + timedelta(minutes=count)


def facts(ticket: Ticket) -> list[tuple[datetime, str]]:
    """The facts of the ticket's timeline, with their times."""
    rows = TimelineEntry.objects.filter(ticket_id=ticket.pk, facts__isnull=False).order_by("at", "pk")
    return [(row.at, fact["type"]) for row in rows for fact in row.facts or []]


def texts(ticket: Ticket) -> list[str]:
    return list(TimelineEntry.objects.filter(ticket=ticket).order_by("pk").values_list("text", flat=True))


class TestFacts:
    def test_is_notified_answers_and_is_done(self, ticket: Ticket, agent: Any) -> None:
        this: dict[str, Any] = {"ticket_id": ticket.pk, "actor": agent}
        response.notify_vendor(vendor="Cables Ltd", reference="C-1", note="Line 4 is dead.", at=minutes(1), **this)
        response.note_vendor_answer(at=minutes(2), **this)
        response.note_vendor_done(note="New cable.", at=minutes(3), **this)

        assert facts(ticket) == [
            (minutes(1), "vendor_notified"), (minutes(2), "vendor_acknowledged"), (minutes(3), "vendor_done"),
        ]  # fmt: skip
        texts = TimelineEntry.objects.filter(ticket=ticket, data__vendor="Cables Ltd").order_by("pk")
        assert list(texts.values_list("text", flat=True)) == [
            "Cables Ltd was notified (its number C-1). Line 4 is dead.",
            "Cables Ltd has answered (its number C-1).",
            "Cables Ltd has done its part (its number C-1). New cable.",
        ]

    def test_that_is_done_without_an_answer_has_answered_too(self, ticket: Ticket) -> None:
        response.notify_vendor(ticket_id=ticket.pk, vendor="Cables Ltd", actor=None, at=minutes(1))
        response.note_vendor_done(ticket_id=ticket.pk, actor=None, at=minutes(2))

        assert [kind for _, kind in facts(ticket)] == ["vendor_notified", "vendor_acknowledged", "vendor_done"]

    @pytest.mark.parametrize(
        ("before", "verb", "sentence"),
        [
            ([], "note_vendor_answer", "No vendor was notified yet"),
            ([], "note_vendor_done", "No vendor was notified yet"),
            (["notify_vendor"], "notify_vendor", "Acme was notified already"),
            (["notify_vendor", "note_vendor_answer"], "note_vendor_answer", "Acme's answer is noted already"),
            (["notify_vendor", "note_vendor_done"], "note_vendor_answer", "Acme's answer is noted already"),
            (["notify_vendor", "note_vendor_done"], "note_vendor_done", "Acme is done already"),
            (["notify_vendor", "note_vendor_done"], "notify_vendor", "one vendor's case"),
            (["restore"], "notify_vendor", "reopen it first"),
            (["notify_vendor", "restore", "close"], "note_vendor_done", "reopen it first"),
        ],
    )
    def test_in_another_order_is_refused_and_nothing_is_written(
        self, ticket: Ticket, before: list[str], verb: str, sentence: str
    ) -> None:
        words: dict[str, dict[str, str]] = {"notify_vendor": {"vendor": "Acme"}, "close": {"code": "solved"}}
        for name in before:
            getattr(response, name)(ticket_id=ticket.pk, actor=None, at=minutes(1), **words.get(name, {}))
        count = len(facts(ticket))

        with pytest.raises(response.TicketRefused, match=sentence):
            getattr(response, verb)(ticket_id=ticket.pk, actor=None, at=minutes(2), **words.get(verb, {}))

        assert len(facts(ticket)) == count

    def test_needs_a_name(self, ticket: Ticket) -> None:
        with pytest.raises(response.TicketRefused, match="Write the vendor's name"):
            response.notify_vendor(ticket_id=ticket.pk, vendor=" \n ", actor=None, at=minutes(1))


class TestPortal:
    def test_notes_each_step_and_says_what_is_wrong(self, client: Client, agent: Any, ticket: Ticket) -> None:
        client.force_login(agent)
        address = ticket.get_absolute_url()

        early = client.post(f"{address}note-vendor-answer/", {"note": ""}).content.decode()
        client.post(f"{address}notify-vendor/", {"vendor": "Cables Ltd", "reference": "C-1", "note": ""})
        client.post(f"{address}note-vendor-done/", {"note": "New cable."})

        assert "No vendor was notified yet." in early
        assert texts(ticket) == [
            "Cables Ltd was notified (its number C-1).",
            "Cables Ltd has done its part (its number C-1). New cable.",
        ]


class TestApi:
    def test_notes_each_step_and_says_what_is_wrong(self, agent: Any, ticket: Ticket) -> None:
        api, address = client_of(agent, [Scope.RESPOND]), f"/api/v1/incidents/{ticket.reference}/"

        early = api.post(f"{address}note_vendor_done/", {}, format="json")
        nameless = api.post(f"{address}notify_vendor/", {"reference": "C-1"}, format="json")
        steps = [("notify_vendor", {"vendor": "Acme"}), ("note_vendor_answer", {}), ("note_vendor_done", {})]
        done = [api.post(f"{address}{verb}/", body, format="json").status_code for verb, body in steps]

        assert (early.status_code, nameless.status_code) == (409, 400)
        assert "No vendor was notified yet." in str(early.json())
        assert "vendor" in nameless.json()["fields"]
        assert done == [200, 200, 200]
        assert texts(ticket) == ["Acme was notified.", "Acme has answered.", "Acme has done its part."]
