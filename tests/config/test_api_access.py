"""Who may ask and who may not: tokens, scopes, roles, private records."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from config.api import router
from config.base.data.roles import Role
from oncall.access import tokens
from oncall.models import ApiToken
from tests import factories as make
from tests.clients import client_of, token_of

pytestmark = pytest.mark.django_db
INCIDENTS = "/api/v1/incidents/"


class TestTokens:
    def test_are_kept_only_as_a_digest(self) -> None:
        key = token_of(make.UserFactory())

        token = ApiToken.objects.get()

        assert key.startswith(token.prefix)
        assert key not in str(vars(token))

    def test_end_with_their_owner_their_day_or_their_revocation(self) -> None:
        owner = make.UserFactory()
        now = timezone.now()
        token, key = tokens.create_token(user=owner, name="x", at=now)
        _, expired = tokens.create_token(user=owner, name="x", at=now, expires_at=now - timedelta(seconds=1))

        def status(secret: str) -> int:
            return int(APIClient().get(INCIDENTS, HTTP_AUTHORIZATION=f"Bearer {secret}").status_code)

        assert status(key) == 200
        assert status(expired) == 401
        assert status(key[:-1] + ("a" if key[-1] != "a" else "b")) == 401
        tokens.revoke_token(token=token, at=now)
        assert status(key) == 401
        other = token_of(owner)
        assert status(other) == 200
        owner.is_active = False
        owner.save()
        assert status(other) == 401

    def test_note_when_they_were_used(self) -> None:
        client_of(make.UserFactory()).get(INCIDENTS)

        assert ApiToken.objects.get().last_used_at is not None

    @pytest.mark.parametrize("scopes", [[], ["admin"], ["read", "odd"]])
    def test_need_scopes_that_exist(self, scopes: list[str]) -> None:
        with pytest.raises(tokens.BadScopes):
            tokens.create_token(user=make.UserFactory(), name="x", scopes=scopes, at=timezone.now())

    @pytest.mark.parametrize(
        ("scopes", "get", "verb", "patch", "create"),
        [
            (["read"], 200, 403, 403, 403),
            (["respond"], 403, 200, 403, 403),
            (["read", "respond"], 200, 200, 403, 403),
            (["write"], 200, 200, 200, 201),
        ],
    )
    def test_do_what_their_scopes_say(self, scopes: list[str], get: int, verb: int, patch: int, create: int) -> None:
        client = client_of(make.UserFactory(roles=[Role.AGENT]), scopes)
        make.SeverityFactory(rank=3, pages=False)
        ticket = make.IncidentFactory(severity__pages=False)
        url = f"{INCIDENTS}{ticket.pk}/"

        assert client.get(url).status_code == get
        assert client.post(f"{url}note/", {"text": "x"}).status_code == verb
        assert client.patch(url, {"title": "x"}).status_code == patch
        fields = {"title": "x", "service": ticket.service.slug, "severity": "SEV3"}
        assert client.post(INCIDENTS, fields).status_code == create


class TestRoles:
    def test_let_an_ordinary_employee_read_and_declare_but_not_act(self) -> None:
        client = client_of(make.UserFactory())
        make.SeverityFactory(rank=3, pages=False)
        ticket = make.IncidentFactory()
        url = f"{INCIDENTS}{ticket.pk}/"

        assert client.get(url).status_code == 200
        fields = {"title": "x", "service": ticket.service.slug, "severity": "SEV3"}
        assert client.post(INCIDENTS, fields).status_code == 201
        for name in ("acknowledge", "restore", "note", "close", "take_over", "reassign", "resume"):
            answer = client.post(f"{url}{name}/", {})

            assert answer.status_code == 403, name
            assert "role" in answer.json()["message"]
        assert client.patch(url, {"title": "x"}).status_code == 403

    def test_keep_requesters_to_those_who_may_know_them(self) -> None:
        ticket = make.IncidentFactory(requester=make.ContactFactory(name="Caller"))
        member = make.MembershipFactory(team=ticket.team).user

        def seen_by(user: Any) -> Any:
            return client_of(user).get(f"{INCIDENTS}{ticket.pk}/").json()["requester"]

        assert seen_by(make.UserFactory()) is None
        assert seen_by(make.UserFactory(roles=[Role.AGENT]))["name"] == "Caller"
        assert seen_by(member)["name"] == "Caller"
        assert client_of(member).get("/api/v1/contacts/").status_code == 403

    def test_show_system_health_to_everybody_with_an_account(self) -> None:
        url = "/api/v1/engine/"
        person = APIClient()
        person.force_authenticate(make.UserFactory())

        assert APIClient().get(url).status_code == 401
        assert person.get(url).status_code == 200
        answer = client_of(make.UserFactory()).get(url).json()
        assert [finding["code"] for finding in answer["findings"]] == ["engine_stale"]

    def test_show_of_people_what_colleagues_need_and_no_more(self) -> None:
        method = make.ContactMethodFactory()
        make.MembershipFactory(user=method.user, team__slug="payments")

        answer = client_of(make.UserFactory()).get(f"/api/v1/users/{method.user.pk}/")

        assert set(answer.json()) == {
            "id", "kind", "name", "email", "time_zone", "is_active", "teams", "joined_at", "updated_at",
        }  # fmt: skip
        assert answer.json()["teams"] == [{"team": "payments", "role": "responder"}]
        assert method.address not in answer.content.decode()

    def test_never_show_a_key_or_an_address(self) -> None:
        page = make.PageFactory(
            escalation=make.EscalationFactory(subject_type="ticket", subject_id=make.IncidentFactory().pk)
        )
        integration = make.IntegrationFactory()
        client = client_of(make.UserFactory())

        assert page.address not in client.get("/api/v1/pages/").content.decode()
        assert integration.key_digest not in client.get("/api/v1/integrations/").content.decode()


MARKER = "Payroll was read by a stranger"


class TestPrivateRecords:
    """A record that is private does not exist for others, at no address and in no count."""

    @pytest.fixture
    def secret(self) -> Any:
        ticket = make.IncidentFactory(title=MARKER, visibility="private", visibility_reason="Personal data")
        make.TimelineEntryFactory(ticket=ticket, text=MARKER)
        alert = make.AlertFactory(ticket=ticket, title=MARKER)
        make.EventFactory(alert=alert, integration=alert.integration, payload={"summary": MARKER})
        escalation = make.EscalationFactory(subject_type="ticket", subject_id=ticket.pk, title=MARKER)
        make.EscalationEntryFactory(escalation=escalation, detail={"why": MARKER})
        make.PageFactory(escalation=escalation, last_error=MARKER)
        make.WorkIntervalFactory(subject_id=ticket.pk, title=MARKER)
        make.ProblemFactory(title=MARKER, visibility="private", visibility_reason="Personal data")
        return ticket

    @staticmethod
    def _addresses() -> Iterator[str]:
        for prefix, _, _ in router.registry:
            yield f"/api/v1/{prefix}/"

    def test_are_absent_from_every_list(self, secret: Any) -> None:
        client = client_of(make.UserFactory(roles=[Role.AGENT, Role.RESPONDER, Role.MANAGER]))

        for url in self._addresses():
            answer = client.get(f"{url}?q=payroll" if url.endswith("/search/") else url)

            assert answer.status_code == 200, url
            assert MARKER not in answer.content.decode(), url
        for query in (f"search={secret.reference}", "search=payroll", f"team={secret.team.slug}"):
            assert client.get(f"{INCIDENTS}?{query}").json()["results"] == []
        assert client.get(f"/api/v1/timeline/?ticket={secret.reference}").json()["results"] == []
        assert client.get(f"/api/v1/alerts/?ticket={secret.reference}").json()["results"] == []

    def test_answer_as_what_does_not_exist(self, secret: Any) -> None:
        owner = client_of(make.UserFactory(is_superuser=True))
        stranger = client_of(make.UserFactory(roles=[Role.AGENT]))
        absent = stranger.get(f"{INCIDENTS}999999/").json()
        hidden = 0

        for url in self._addresses():
            for row in owner.get(url).json().get("results", []):
                if MARKER in str(row):
                    hidden += 1
                    answer = stranger.get(f"{url}{row['id']}/")
                    assert (answer.status_code, answer.json()) == (404, absent), url
        assert hidden == 8
        for url in (f"{INCIDENTS}{secret.pk}/", f"{INCIDENTS}{secret.reference}/"):
            assert stranger.get(url).status_code == 404
            assert stranger.get(f"{url}timeline/").status_code == 404
            assert stranger.get(f"{url}escalations/").status_code == 404
            assert stranger.patch(url, {"title": "x"}).json() == absent
            for verb in ("acknowledge", "note", "close", "restore", "reassign"):
                assert stranger.post(f"{url}{verb}/", {}).json() == absent

    def test_are_there_for_the_team_that_owns_them(self, secret: Any) -> None:
        member = client_of(make.MembershipFactory(team=secret.team).user)

        assert member.get(f"{INCIDENTS}{secret.pk}/").json()["title"] == MARKER
        for name in ("timeline", "alerts", "events", "escalations", "pages", "work-intervals"):
            assert MARKER in member.get(f"/api/v1/{name}/").content.decode(), name

    def test_a_problem_is_no_incident(self) -> None:
        problem = make.ProblemFactory()
        client = client_of(make.UserFactory())

        assert client.get(f"{INCIDENTS}{problem.pk}/").status_code == 404
        assert client.get(f"{INCIDENTS}{problem.reference}/").status_code == 404
        assert client.get(f"/api/v1/problems/{problem.reference}/").status_code == 200
        assert client.get(f"/api/v1/problems/INC-{problem.number}/").status_code == 404
