"""Postmortems over REST: drafted, written, reviewed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from postmortems.models import Postmortem, Review
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
URL = "/api/v1/postmortems/"


@pytest.fixture
def writer():
    return client_of(make.UserFactory(roles=[Role.RESPONDER]))


@pytest.fixture
def boss():
    return client_of(make.UserFactory(roles=[Role.MANAGER]))


class TestVerbs:
    def test_tell_the_story_from_draft_to_published(self, writer, boss):
        ticket = make.IncidentFactory(status="restored", restored_at=NOON)
        created = writer.post(URL, {"ticket": ticket.reference})
        assert created.status_code == 201, created.content
        url = f"{URL}{created.json()['id']}/"
        for section in created.json()["sections"]:
            if section["is_missing"]:
                answer = writer.post(f"{url}write/", {"section": section["key"], "body": "Written."})
                assert answer.status_code == 200, answer.content
        writer.post(f"{url}write_public/", {"text": "We are sorry."})
        assert writer.post(f"{url}submit/").json()["status"] == "in_review"
        assert writer.post(f"{url}approve/").status_code == 403
        assert boss.post(f"{url}comment/", {"text": "Good.", "section": "summary"}).status_code == 200
        assert boss.post(f"{url}approve/").json()["status"] == "approved"
        assert boss.post(f"{url}publish/").json()["status"] == "published"
        closed = boss.post(f"{url}close/").json()

        assert closed["status"] == "closed"
        assert set(closed["days_from_restore"]) == {"draft", "review", "approval"}
        assert Postmortem.objects.published().exists()

    def test_refuse_kindly(self, writer):
        postmortem = make.PostmortemFactory()

        answer = writer.post(f"{URL}{postmortem.pk}/submit/")

        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert "Summary" in answer.json()["message"]

    @pytest.mark.parametrize("status", ["draft", "in_review"])
    def test_withdraw_only_what_was_approved(self, boss, status):
        """An approval cannot be had by withdrawing."""
        postmortem = make.PostmortemFactory(status=status)

        answer = boss.post(f"{URL}{postmortem.pk}/withdraw/", {"text": "Wrong."})

        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert Postmortem.objects.get().status == status

    def test_refuse_a_stale_version(self, writer):
        postmortem = make.PostmortemFactory()
        etag = writer.get(f"{URL}{postmortem.pk}/")["ETag"]
        body = {"section": "summary", "body": "Mine."}
        assert writer.post(f"{URL}{postmortem.pk}/write/", body, headers={"If-Match": etag}).status_code == 200

        body["body"] = "Again."
        assert writer.post(f"{URL}{postmortem.pk}/write/", body, headers={"If-Match": etag}).status_code == 412

    def test_refuse_a_text_that_moved_on(self, writer):
        postmortem = make.PostmortemFactory()
        body = {"section": "summary", "body": "Mine.", "seen": "2020-01-01T00:00:00Z"}

        assert writer.post(f"{URL}{postmortem.pk}/write/", body).status_code == 409


class TestCreate:
    @pytest.mark.parametrize("reference", ["INC-999999999", "x", "", "PRB-1"])
    def test_refuses_an_incident_that_is_none(self, writer, reference):
        assert "ticket" in writer.post(URL, {"ticket": reference}).json()["fields"]

    def test_refuses_one_that_the_caller_may_not_know_of(self, writer):
        ticket = make.IncidentFactory(visibility="private", visibility_reason="x", status="restored", restored_at=NOON)

        assert writer.post(URL, {"ticket": ticket.reference}).status_code == 400


class TestTheList:
    """What a page of postmortems costs, whatever they hold: seats cost one query more, once."""

    def _add(self):
        postmortem = make.PostmortemFactory()
        review = Review.objects.create(postmortem=postmortem, opened_at=NOON)
        review.seats.create(
            kind="owner_team", perspective="process", user=make.UserFactory(), presence="attended", taken_at=NOON
        )
        postmortem.comments.create(kind="comment", author=make.UserFactory(), text="Why?", at=NOON)

    def test_needs_as_many_queries_for_ten_as_for_one(self, writer):
        self._add()
        writer.get(URL)

        with CaptureQueriesContext(connection) as for_one:
            writer.get(URL)
        for _ in range(9):
            self._add()
        with CaptureQueriesContext(connection) as for_ten:
            rows = writer.get(URL).json()["results"]

        assert len(for_ten) == len(for_one)
        assert len(rows) == 10
        assert all(row["comments"] and row["review"]["seats"] for row in rows)
