"""The pages of postmortems, as people use them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from config.base.web import panels
from postmortems.models import Postmortem
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(client: Client):
    person = make.UserFactory(name="Ana", roles=[Role.RESPONDER])
    client.force_login(person)
    return person


@pytest.fixture
def postmortem(writer):
    return make.PostmortemFactory(owner=writer, section="Somebody should have looked.")


class TestList:
    def test_finds_what_is_overdue(self, client, writer):
        overdue = make.PostmortemFactory(due_on="2020-01-01")
        make.PostmortemFactory(due_on="2999-01-01")

        page = client.get("/postmortems/", {"due": "overdue"}).content.decode()

        assert page.count("overdue</span>") == 1
        assert overdue.get_absolute_url() in page

    def test_searches_the_text_and_shows_each_once(self, client, postmortem):
        page = client.get("/postmortems/", {"search": "looked"}).content.decode()

        assert page.count(f'href="{postmortem.get_absolute_url()}"') == 1

    def test_hides_those_of_private_incidents(self, client, writer):
        private = make.IncidentFactory(
            visibility="private", visibility_reason="security", status="restored", restored_at=NOON
        )
        hidden = make.PostmortemFactory(ticket=private)

        assert hidden.get_absolute_url() not in client.get("/postmortems/").content.decode()
        assert client.get(hidden.get_absolute_url()).status_code == 404


class TestWorkspace:
    def test_shows_hints_beside_the_text(self, client, postmortem):
        page = client.get(postmortem.get_absolute_url()).content.decode()

        assert "<q>should have</q>" in page

    def test_asks_as_many_questions_for_ten_comments_as_for_one(self, client, postmortem):
        postmortem.comments.create(author=make.UserFactory(), text="x", at=NOON)
        client.get(postmortem.get_absolute_url())
        with CaptureQueriesContext(connection) as for_one:
            client.get(postmortem.get_absolute_url())
        for number in range(9):
            postmortem.comments.create(author=make.UserFactory(), text="x", at=NOON)
            postmortem.sections.create(position=number + 1, key=f"k{number}", title="T", updated_at=NOON)
        with CaptureQueriesContext(connection) as for_ten:
            client.get(postmortem.get_absolute_url())

        assert len(for_ten) == len(for_one)

    def test_goes_from_draft_to_published(self, client, postmortem):
        address = postmortem.get_absolute_url()
        client.post(f"{address}public/", {"text": "We are sorry.", "seen": NOON.isoformat(), "initial-text": ""})
        client.post(f"{address}submit/")
        assert client.post(f"{address}approve/", {"text": ""}).status_code == 403

        client.force_login(make.UserFactory(roles=[Role.MANAGER]))
        client.post(f"{address}comment/", {"text": "Read it."})
        client.post(f"{address}approve/", {"text": "Good."})
        client.post(f"{address}publish/")

        assert Postmortem.objects.published().get().public_text == "We are sorry."
        assert "We are sorry." in client.get(address).content.decode()

    def test_says_what_is_missing(self, client, writer):
        bare = make.PostmortemFactory(owner=writer)

        page = client.post(f"{bare.get_absolute_url()}submit/", follow=True).content.decode()

        assert "Write these sections first: Summary." in page


class TestSection:
    def test_is_saved_and_goes_back_to_its_place(self, client, postmortem):
        section = postmortem.sections.get()
        answer = client.post(
            f"{postmortem.get_absolute_url()}sections/summary/",
            {"body": "The pool ran empty.", "initial-body": section.body, "seen": section.updated_at.isoformat()},
        )

        assert answer["Location"] == f"{postmortem.get_absolute_url()}#summary"
        assert postmortem.sections.get().body == "The pool ran empty."
        assert (
            "The pool ran empty." in client.get(f"{postmortem.get_absolute_url()}revisions/summary/").content.decode()
        )

    def test_is_not_written_over_when_somebody_was_faster(self, client, postmortem):
        answer = client.post(
            f"{postmortem.get_absolute_url()}sections/summary/",
            {"body": "Mine.", "initial-body": "Old.", "seen": "2020-01-01T00:00:00+00:00"},
        )

        assert answer.status_code == 422
        assert "Mine." in answer.content.decode()
        assert postmortem.sections.get().body == "Somebody should have looked."

    def test_is_no_page_when_there_is_none(self, client, postmortem):
        assert client.get(f"{postmortem.get_absolute_url()}sections/nothing/").status_code == 404
        assert client.get(f"{postmortem.get_absolute_url()}revisions/nothing/").status_code == 404

    def test_is_closed_to_those_who_only_read(self, client, postmortem):
        client.force_login(make.UserFactory())

        assert client.get(postmortem.get_absolute_url()).status_code == 200
        assert client.get(f"{postmortem.get_absolute_url()}sections/summary/").status_code == 403


class TestPanel:
    def test_drafts_from_the_incidents_page(self, client, writer):
        ticket = make.IncidentFactory(status="restored", restored_at=NOON)
        assert "Draft a postmortem" in client.get(ticket.get_absolute_url()).content.decode()

        answer = client.post(f"{ticket.get_absolute_url()}postmortem/")

        postmortem = Postmortem.objects.get(ticket=ticket)
        assert answer["Location"] == postmortem.get_absolute_url()
        assert postmortem.get_absolute_url() in client.get(ticket.get_absolute_url()).content.decode()

    def test_is_not_there_while_the_incident_is_open(self, client, writer):
        ticket = make.IncidentFactory()

        assert "Draft a postmortem" not in client.get(ticket.get_absolute_url()).content.decode()
        assert client.post(f"{ticket.get_absolute_url()}postmortem/")["Location"] == ticket.get_absolute_url()

    def test_shows_panels_of_the_incidents_obligations(self, client, postmortem, monkeypatch):
        panel = panels.Panel("postmortem", 1, "oncall/escalation/policy.html", lambda _, ticket: {"shown": ticket.pk})
        monkeypatch.setitem(panels._panels, "postmortem", [panel])

        page = client.get(postmortem.get_absolute_url())

        assert page.context["panels"][0]["context"] == {"shown": postmortem.ticket_id}
