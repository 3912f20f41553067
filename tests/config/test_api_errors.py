"""Every error under /api/ has the same form."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.test import override_settings
from django.urls import path
from rest_framework import exceptions
from rest_framework.test import APIClient
from rest_framework.views import APIView

from config import urls
from config.api import router
from config.base.data.lifecycle import Refusal
from config.base.data.roles import Role
from config.base.rest.errors import CODES
from config.base.rest.scopes import handlers
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
INCIDENTS = "/api/v1/incidents/"
ROOT = Path(__file__).parents[2]


class Raising(APIView):
    """A view that fails as its `error` says."""

    permission_classes: tuple[Any, ...] = ()
    error: Exception | None = None

    def get(self, request: Any) -> None:
        assert self.error is not None
        raise self.error


RAISED = {
    "throttled": (exceptions.Throttled(wait=7), 429),
    "conflict": (Refusal("Not now."), 409),
    "busy": (OperationalError("canceling statement due to lock timeout"), 503),
    "error": (RuntimeError("secret of the house"), 500),
    "invalid": (ValidationError({"title": ["Too odd."]}), 400),
}


class Raises:
    """An address for each error, beside the real ones."""

    urlpatterns = [
        *(path(f"api/raise/{code}/", Raising.as_view(error=error)) for code, (error, _) in RAISED.items()),
        *urls.urlpatterns,
    ]
    handler400, handler403, handler404, handler500 = (
        urls.handler400, urls.handler403, urls.handler404, urls.handler500,
    )  # fmt: skip


@pytest.fixture
def client() -> Any:
    return client_of(make.UserFactory(roles=[Role.AGENT]))


def code_of(answer: Any, status: int) -> str:
    """The error's word, after a look at its shape."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/json")
    error = answer.json()
    assert set(error) == {"code", "message", "fields"}
    assert error["message"]
    assert isinstance(error["fields"], dict)
    return str(error["code"])


class TestShape:
    def test_of_an_address_that_does_not_exist(self, client: Any) -> None:
        assert code_of(client.get("/api/v1/nothing/"), 404) == "not_found"
        assert code_of(client.get("/api/nothing"), 404) == "not_found"
        assert code_of(APIClient().get("/api/v1/nothing/"), 404) == "not_found"

    def test_of_an_address_without_its_slash(self, client: Any) -> None:
        answer = client.post("/api/v1/incidents", {"title": "x"})

        assert code_of(answer, 404) == "not_found"
        assert "slash" in answer.json()["message"]

    def test_of_a_method_that_is_not_answered(self, client: Any) -> None:
        for method in ("put", "delete", "trace", "patch"):
            assert code_of(getattr(client, method)(INCIDENTS), 405) == "method_not_allowed"

    @pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", "nonsense"])
    def test_of_a_body_that_is_no_json(self, client: Any, kind: str) -> None:
        assert code_of(client.generic("POST", INCIDENTS, b"<x/>", content_type=kind), 415) == "unsupported_media_type"

    def test_of_a_packed_body(self, client: Any) -> None:
        answer = client.generic(
            "POST", INCIDENTS, b"\x1f\x8b", content_type="application/json", HTTP_CONTENT_ENCODING="gzip"
        )

        assert code_of(answer, 415) == "unsupported_media_type"

    def test_of_an_answer_in_another_format(self, client: Any) -> None:
        assert code_of(client.get(INCIDENTS, HTTP_ACCEPT="application/xml"), 406) == "not_acceptable"

    def test_of_a_body_that_is_too_large(self, client: Any) -> None:
        body = b'{"title": "' + b"x" * 300_000 + b'"}'

        answer = client.generic("POST", INCIDENTS, body, content_type="application/json")

        assert code_of(answer, 413) == "too_large"

    @pytest.mark.parametrize(
        "body",
        [
            b'{"title": ', b"[]", b"null", b'"x"', b"[" * 100_000, b'{"a":' * 40_000, b'{"title": NaN}',
            b'{"title": 1e999}', b'{"title": ' + b"9" * 5_000 + b"}", b'{"title": "\xff"}', b'{"title": "a\\u0000b"}',
            b'{"title": "\\ud800"}', '{"title": "x"}'.encode("utf-16"), b'{"title": {"a": 1}}', b'{"title": ["x"]}',
            b'{"title": true}', b'{"title": 7}',
        ],
    )  # fmt: skip
    def test_of_a_body_that_cannot_be_read(self, client: Any, body: bytes) -> None:
        answer = client.generic("POST", INCIDENTS, body, content_type="application/json")

        assert code_of(answer, 400) in {"parse_error", "invalid"}

    def test_of_no_sign_in_and_of_a_wrong_token(self) -> None:
        assert code_of(APIClient().get(INCIDENTS), 401) == "not_authenticated"
        for header in ("Bearer", "Bearer nothing", "Bearer a b", "Bearer \u00e4\u00f6", "Bearer " + "x" * 5_000):
            answer = APIClient().get(INCIDENTS, HTTP_AUTHORIZATION=header)

            assert code_of(answer, 401) == "authentication_failed"
            assert answer["WWW-Authenticate"] == "Bearer"

    def test_of_a_session_without_the_csrf_token(self) -> None:
        browser = APIClient(enforce_csrf_checks=True)
        browser.force_login(make.UserFactory())

        assert browser.get(INCIDENTS).status_code == 200
        assert code_of(browser.post(INCIDENTS, {"title": "x"}), 403) == "permission_denied"

    @override_settings(ALLOWED_HOSTS=["portal.example.com"])
    def test_of_a_host_that_is_not_ours(self) -> None:
        client = APIClient(raise_request_exception=False)

        assert code_of(client.get("/api/v1/nothing/", HTTP_HOST="evil.example"), 400) == "bad_request"

    @override_settings(ROOT_URLCONF=Raises)
    @pytest.mark.parametrize("code", RAISED)
    def test_of_what_a_view_raises(self, client: Any, code: str) -> None:
        answer = client.get(f"/api/raise/{code}/")

        assert code_of(answer, RAISED[code][1]) == code
        assert "secret" not in answer.content.decode()

    @override_settings(ROOT_URLCONF=Raises)
    def test_says_when_to_come_back(self, client: Any) -> None:
        assert client.get("/api/raise/throttled/")["Retry-After"] == "7"
        assert client.get("/api/raise/busy/")["Retry-After"] == "3"

    def test_keeps_html_outside_the_api(self, client: Any) -> None:
        assert client.get("/nothing-here/")["Content-Type"].startswith("text/html")


class TestFilters:
    @pytest.mark.parametrize(
        "query",
        [
            "status=odd", "group=odd", "severity=odd", "team=odd", "service=odd", "assignee=odd",
            "created_after=2026-13-41", "created_before=yesterday",
            "ordering=password", "opened_by__password__startswith=x", "format=xml", "page=1",
        ],
    )  # fmt: skip
    def test_refuse_what_they_cannot_read(self, client: Any, query: str) -> None:
        assert code_of(client.get(f"{INCIDENTS}?{query}"), 400) == "invalid"

    def test_take_long_and_odd_searches(self, client: Any) -> None:
        for words in ("x " * 90, "%", "_", "'", "\\", "INC-" + "9" * 30):
            assert client.get(INCIDENTS, {"search": words}).status_code == 200
        assert code_of(client.get(INCIDENTS, {"search": "x" * 3_000}), 400) == "invalid"
        assert code_of(client.get(INCIDENTS, {"search": "a\x00b"}), 400) == "invalid"


class TestFields:
    """What is wrong is said under the name that was sent, with what to do instead."""

    @pytest.fixture
    def agent(self) -> Any:
        return client_of(make.UserFactory(roles=[Role.AGENT]))

    @staticmethod
    def _wrong(answer: Any) -> Any:
        assert answer.status_code == 400, answer.content
        return answer.json()["fields"]

    def test_that_change_by_a_verb_name_it(self, agent: Any) -> None:
        url = f"{INCIDENTS}{make.IncidentFactory().pk}/"

        [status] = self._wrong(agent.patch(url, {"status": "restored"}))["status"]
        [team] = self._wrong(agent.patch(url, {"team": "payments"}))["team"]

        assert "POST" in status
        assert "…/restore/" in status
        assert "…/close/" in status
        assert team == "This changes by a verb: POST …/reassign/."

    def test_that_change_by_a_verb_name_it_wherever_a_record_can_be_changed(self) -> None:
        for _, kind, basename in router.registry:
            viewset: Any = kind
            if not hasattr(viewset, "partial_update"):
                continue
            view = viewset()
            for _, _, handler in handlers(viewset):
                for name in getattr(handler, "changes", ()):
                    taken = viewset.partial_update.takes(context={"view": view})
                    if name not in taken.fields:
                        with pytest.raises(exceptions.ValidationError, match="POST") as refusal:
                            taken.run_validation({name: "x"})
                        assert handler.url_path in str(refusal.value), basename

    def test_that_are_only_shown_or_unknown_say_so(self, agent: Any) -> None:
        url = f"{INCIDENTS}{make.IncidentFactory().pk}/"

        wrong = self._wrong(agent.patch(url, {"reference": "INC-1", "titel": "x"}))

        assert wrong["reference"] == ["This field cannot be set here."]
        assert "Known are: title" in wrong["titel"][0]

    def test_list_what_may_be_chosen(self, agent: Any) -> None:
        url = f"{INCIDENTS}{make.IncidentFactory().pk}/"

        [message] = self._wrong(agent.post(f"{url}hold/", {"reason": "lunch"}))["reason"]

        assert message == ('"lunch" is not a choice. Choose one of: requester, change, problem, supplier, other_team.')

    def test_of_filters_list_what_may_be_chosen(self, agent: Any) -> None:
        [message] = self._wrong(agent.get(f"{INCIDENTS}?status=odd"))["status"]

        assert "Choose one of: new, acknowledged" in message

    @pytest.mark.parametrize("name", ["created_after", "created_before"])
    def test_of_a_range_are_named_as_they_were_sent(self, agent: Any, name: str) -> None:
        assert list(self._wrong(agent.get(f"{INCIDENTS}?{name}=yesterday"))) == [name]

    def test_without_a_team_name_it(self, agent: Any) -> None:
        make.PriorityRuleFactory(impact=3, urgency=3)

        assert list(self._wrong(agent.post(INCIDENTS, {"title": "x"}))) == ["team"]
        fields = {"title": "x", "severity": make.SeverityFactory().name}
        assert list(self._wrong(agent.post("/api/v1/problems/", fields))) == ["team"]


class TestCodes:
    """One table of codes, in the program and in the reference."""

    def test_stand_in_the_reference_and_no_others_do(self) -> None:
        lines = (ROOT / "docs" / "api.md").read_text().splitlines()
        rows = [line for line in lines if re.match(r"\| E\d+ \|", line)]

        assert rows == [
            f"| E{number} | {meaning.status} | `{code}` | {meaning.advice} |"
            for number, (code, meaning) in enumerate(CODES.items(), start=1)
        ]

    def test_are_known_of_every_error_that_can_be_raised(self) -> None:
        def kinds(base: type[exceptions.APIException]) -> Iterator[type[exceptions.APIException]]:
            for kind in base.__subclasses__():
                yield from (kind, *kinds(kind))

        for kind in kinds(exceptions.APIException):
            if kind.__module__.startswith("tests."):
                continue
            assert kind.default_code in CODES, kind
            assert CODES[kind.default_code].status == kind.status_code, kind
