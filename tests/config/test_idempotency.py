"""A POST that is sent again is answered, not repeated."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from config.api import router
from config.base.data.roles import Role
from config.base.rest.viewsets import BaseViewSet
from incidents import response
from incidents.models import Ticket, TimelineEntry
from oncall.access import tokens
from oncall.models import ApiToken, IdempotentRequest, User
from tests import factories as make
from tests.clients import client_of

URL = "/api/v1/incidents/"
MARKER = "Payroll was read by a stranger"


def body(**fields: Any) -> dict[str, Any]:
    return {"title": "Payments fail", "service": "checkout"} | fields


@pytest.fixture
def caller(transactional_db: Any) -> Any:
    for role in Role:  # a test that commits leaves an empty database behind, without the migrations' rows
        Group.objects.get_or_create(name=role.value)
    make.PriorityRuleFactory(impact=3, urgency=3, severity__pages=False)
    make.ServiceFactory(slug="checkout")
    return client_of(make.UserFactory(roles=[Role.AGENT]))


def send(client: Any, key: str = "k1", url: str = URL, **fields: Any) -> Any:
    return client.post(url, body(**fields) if url == URL else fields, headers={"Idempotency-Key": key})


class TestRepeat:
    def test_gets_the_same_answer_and_does_nothing(self, caller: Any) -> None:
        first, again = send(caller), send(caller)

        assert (first.status_code, again.status_code) == (201, 201)
        assert again.content == first.content
        assert again["ETag"] == first["ETag"]
        assert again["Content-Type"] == first["Content-Type"]
        assert (again["Idempotent-Replayed"], first.get("Idempotent-Replayed")) == ("true", None)
        assert Ticket.objects.count() == 1

    def test_of_a_verb_acts_once(self, caller: Any) -> None:
        reference = send(caller).json()["reference"]
        for _ in range(2):
            assert send(caller, "k2", f"{URL}{reference}/add_note/", text="Looking.").status_code == 200

        assert TimelineEntry.objects.filter(text="Looking.").count() == 1

    def test_of_a_refusal_is_refused_alike(self, caller: Any) -> None:
        first, again = send(caller, title=""), send(caller, title="")

        assert (first.status_code, again.content) == (400, first.content)

    def test_with_another_body_is_refused(self, caller: Any) -> None:
        send(caller)

        answer = send(caller, title="Something else")

        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
        assert Ticket.objects.count() == 1

    def test_at_another_address_is_refused(self, caller: Any) -> None:
        reference = send(caller).json()["reference"]

        assert send(caller, url=f"{URL}{reference}/acknowledge/").status_code == 422

    def test_by_another_person_is_another_request(self, caller: Any) -> None:
        send(caller)

        assert send(client_of(make.UserFactory(roles=[Role.AGENT]))).status_code == 201
        assert Ticket.objects.count() == 2

    def test_after_a_day_is_a_new_request(self, caller: Any) -> None:
        send(caller)
        IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=24))

        assert send(caller, title="Something else").status_code == 201

    def test_of_a_fault_of_ours_can_succeed(self, caller: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(**_: Any) -> None:
            raise RuntimeError("not today")

        with monkeypatch.context() as broken:
            broken.setattr(response, "declare", fail)
            assert send(caller).status_code == 500

        assert send(caller).status_code == 201

    def test_without_a_key_is_a_new_request(self, caller: Any) -> None:
        for _ in range(2):
            caller.post(URL, body())

        assert Ticket.objects.count() == 2
        assert not IdempotentRequest.objects.exists()


class TestAccess:
    """A repeat is answered as a fresh request is checked: sign-in, scope, role and record come first."""

    @staticmethod
    def _as(user: Any, *scopes: str) -> Any:
        return client_of(user, scopes or ("write",))

    @pytest.fixture
    def member(self, caller: Any) -> Any:
        return make.MembershipFactory(user__roles=[Role.RESPONDER])

    @pytest.fixture
    def secret(self, member: Any) -> Any:
        return make.IncidentFactory(
            team=member.team, visibility="private", visibility_reason="Personal data", title=MARKER
        )

    def test_to_a_private_record_ends_with_the_team(self, member: Any, secret: Any) -> None:
        url, client = f"{URL}{secret.pk}/add_note/", self._as(member.user)
        assert MARKER in send(client, url=url, text="x").content.decode()
        assert MARKER in send(client, url=url, text="x").content.decode()

        member.delete()
        again = send(client, url=url, text="x")

        assert (again.status_code, MARKER in again.content.decode()) == (404, False)
        assert "Idempotent-Replayed" not in again

    def test_to_a_record_that_became_private_ends(self, caller: Any) -> None:
        url_of_new = send(caller, title=MARKER)["Location"]
        Ticket.objects.update(visibility="private", visibility_reason="x", opened_by=None)
        Ticket.objects.update(team=make.TeamFactory())

        again = send(caller, title=MARKER)

        assert (again.status_code, MARKER in again.content.decode()) == (404, False)
        assert caller.get(url_of_new).status_code == 404

    def test_needs_the_scope_again(self, caller: Any) -> None:
        person = make.UserFactory(roles=[Role.AGENT])
        assert send(self._as(person, "declare")).status_code == 201

        assert send(self._as(person, "read", "respond")).status_code == 403
        assert send(self._as(person, "declare")).status_code == 201

    def test_ends_with_a_scope_that_was_taken_from_the_token(self, caller: Any) -> None:
        send(caller)
        ApiToken.objects.update(scopes=["read"])

        assert send(caller).status_code == 403

    def test_ends_with_the_account_and_the_token(self, caller: Any) -> None:
        send(caller)
        ApiToken.objects.update(revoked_at=timezone.now())
        assert send(caller).status_code == 401
        ApiToken.objects.update(revoked_at=None)
        User.objects.filter(api_tokens__isnull=False).update(is_active=False)

        assert send(caller).status_code == 401

    def test_needs_the_role_again(self, caller: Any) -> None:
        person = make.UserFactory(roles=[Role.AGENT])
        client, url = self._as(person), f"{URL}{make.IncidentFactory().pk}/add_note/"
        assert send(client, url=url, text="x").status_code == 200
        person.groups.clear()

        assert send(client, url=url, text="x").status_code == 403

    def test_shows_of_the_record_what_may_be_read_now(self, caller: Any) -> None:
        """A person who is no agent any more reads the new record, without its requester."""
        person = make.UserFactory(roles=[Role.AGENT])
        client = self._as(person)
        first = send(client, requester={"name": MARKER})
        assert first.json()["requester"]["name"] == MARKER
        person.groups.clear()
        Ticket.objects.update(opened_by=None)

        again = send(client, requester={"name": MARKER})

        assert (again.status_code, again.json()["requester"]) == (201, None)
        assert again["Idempotent-Replayed"] == "true"

    def test_of_an_answer_without_a_record_ends_when_the_rights_change(self, caller: Any) -> None:
        membership = make.MembershipFactory(role="manager")
        url = f"/api/v1/schedules/{make.weekly_schedule(membership.user).pk}/preview/"
        body_of_draft: dict[str, Any] = {"time_zone": "UTC", "effective": "now", "layers": []}
        client = self._as(membership.user)
        assert send(client, url=url, **body_of_draft).status_code == 200
        assert send(client, url=url, **body_of_draft)["Idempotent-Replayed"] == "true"

        membership.delete()
        again = send(client, url=url, **body_of_draft)

        assert (again.status_code, again.json()["code"]) == (409, "answer_withheld")

    def test_is_checked_for_every_post(self) -> None:
        """Each handler is the one of the base class, which checks before it answers."""
        for _, kind, _ in router.registry:
            viewset: Any = kind
            assert viewset.dispatch is BaseViewSet.dispatch, viewset
            assert viewset.initial is BaseViewSet.initial, viewset


class TestKey:
    @pytest.mark.parametrize("key", ["", "a b", "\u00e9", "k" * 201])
    def test_is_short_and_plain(self, caller: Any, key: str) -> None:
        answer = send(caller, key)

        assert (answer.status_code, Ticket.objects.count()) == (400, 0)

    def test_means_nothing_for_another_person(self, caller: Any) -> None:
        caller.credentials()

        assert send(caller).status_code == 401
        assert not IdempotentRequest.objects.exists()

    def test_does_not_widen_the_body(self, caller: Any) -> None:
        assert send(caller, description="x" * 300_000).status_code == 413

    def test_means_nothing_to_a_get(self, caller: Any) -> None:
        assert caller.get(URL, headers={"Idempotency-Key": "k1"}).status_code == 200


class TestRace:
    def test_answers_the_first_and_refuses_the_others(self, caller: Any) -> None:
        """Eight at once: requests during the first one get 409, later ones get its answer."""
        start, answers = threading.Barrier(8), []

        def post(client: Any) -> None:
            start.wait(60)
            try:
                answers.append(send(client))
            finally:
                connection.close()

        run([threading.Thread(target=post, args=[copy_of(caller)]) for _ in range(8)])

        codes = {answer.status_code for answer in answers}
        assert len(answers) == 8
        assert 201 in codes
        assert codes <= {201, 409}
        assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
        assert Ticket.objects.count() == 1

    def test_differs_from_a_repeat(self, caller: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        at_work, go_on, answers = threading.Event(), threading.Event(), []
        declare = response.declare

        def slow(**fields: Any) -> Any:
            at_work.set()
            assert go_on.wait(60)
            return declare(**fields)

        def post() -> None:
            try:
                answers.append(send(copy_of(caller)))
            finally:
                connection.close()

        monkeypatch.setattr(response, "declare", slow)
        first = threading.Thread(target=post)
        first.start()
        assert at_work.wait(60)
        meanwhile = send(caller)
        go_on.set()
        first.join(60)

        assert (meanwhile.status_code, meanwhile.json()["code"]) == (409, "in_flight")
        assert send(caller).content == answers[0].content
        assert Ticket.objects.count() == 1


class TestSweep:
    def test_forgets_after_a_day(self, caller: Any) -> None:
        send(caller)
        at = IdempotentRequest.objects.get().created_at

        tokens.forget_answers(at=at + timedelta(hours=23, minutes=59))
        assert IdempotentRequest.objects.exists()

        tokens.forget_answers(at=at + timedelta(hours=24))
        assert not IdempotentRequest.objects.exists()


def copy_of(client: Any) -> Any:
    """The same caller on a connection of its own."""
    copy = type(client)(raise_request_exception=False)
    copy.credentials(**client._credentials)
    return copy


def run(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
