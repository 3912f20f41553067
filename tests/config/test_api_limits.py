"""How much a token may ask in a minute, and what it is told of it."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisDown

from config.base.data.roles import Role
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
TEAMS = "/api/v1/teams/"


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The tenth second of a minute, and three requests in it."""
    cache.clear()
    settings.API_REQUESTS_PER_MINUTE = 3
    monkeypatch.setattr("time.time", lambda: 1_800_000_010.0)


class TestLimit:
    def test_is_told_with_every_answer(self) -> None:
        client = client_of(make.UserFactory())

        answers = [client.get(TEAMS), client.get(f"{TEAMS}0/")]

        assert [answer["RateLimit-Policy"] for answer in answers] == ['"token";q=3;w=60'] * 2
        assert [answer["RateLimit"] for answer in answers] == ['"token";r=2;t=50', '"token";r=1;t=50']

    def test_refuses_with_the_time_to_wait(self) -> None:
        client = client_of(make.UserFactory())
        for _ in range(3):
            assert client.get(TEAMS).status_code == 200

        refused = client.get(TEAMS)

        assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
        assert (refused["Retry-After"], refused["RateLimit"]) == ("50", '"token";r=0;t=50')

    def test_begins_anew_with_the_minute(self, monkeypatch: pytest.MonkeyPatch) -> None:
        client = client_of(make.UserFactory())
        for _ in range(4):
            client.get(TEAMS)

        monkeypatch.setattr("time.time", lambda: 1_800_000_060.0)

        assert client.get(TEAMS).status_code == 200

    def test_is_of_each_token(self) -> None:
        person = make.UserFactory()
        busy, quiet = client_of(person), client_of(person)
        for _ in range(4):
            busy.get(TEAMS)

        assert (busy.get(TEAMS).status_code, quiet.get(TEAMS).status_code) == (429, 200)

    def test_never_refuses_who_answers_a_page(self) -> None:
        """Bad input: a program that asked too much must still stop the phone."""
        client = client_of(make.UserFactory(roles=[Role.RESPONDER]))
        ticket = make.IncidentFactory()
        for _ in range(4):
            client.get(TEAMS)

        answer = client.post(f"/api/v1/incidents/{ticket.pk}/acknowledge/")

        assert (answer.status_code, answer.json()["status"]) == (200, "acknowledged")
        assert client.get(TEAMS).status_code == 429

    def test_is_open_when_the_cache_is_gone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise RedisDown

        monkeypatch.setattr("config.base.rest.throttles.cache.incr", fail, raising=False)
        client = client_of(make.UserFactory())

        answers = [client.get(TEAMS) for _ in range(5)]

        assert {answer.status_code for answer in answers} == {200}
        assert "RateLimit" not in answers[0]

    def test_can_be_lifted(self, settings: Any) -> None:
        settings.API_REQUESTS_PER_MINUTE = 0
        client = client_of(make.UserFactory())

        assert {client.get(TEAMS).status_code for _ in range(5)} == {200}

    def test_is_written_as_structured_fields(self) -> None:
        answer = client_of(make.UserFactory()).get(TEAMS)

        assert re.fullmatch(r'"[a-z]+";q=\d+;w=\d+', answer["RateLimit-Policy"])
        assert re.fullmatch(r'"[a-z]+";r=\d+;t=\d+', answer["RateLimit"])


class TestOptions:
    def test_says_what_a_list_takes(self) -> None:
        answer = client_of(make.UserFactory()).options("/api/v1/incidents/").json()

        assert answer["methods"]["GET"]["scope"] == "read"
        declare = answer["methods"]["POST"]
        assert (declare["scope"], declare["fields"]["title"]["required"]) == ("declare", True)
        assert {"value": "private", "display_name": "Private"} in declare["fields"]["visibility"]["choices"]

    def test_lists_the_verbs_of_a_record(self) -> None:
        ticket = make.IncidentFactory()
        url = f"/api/v1/incidents/{ticket.pk}/"

        answer = client_of(make.UserFactory()).options(url).json()

        assert set(answer["methods"]) == {"GET", "HEAD", "PATCH"}
        close = answer["verbs"][f"{url}close/"]
        assert (close["method"], close["scope"], close["fields"]["code"]["required"]) == ("POST", "respond", True)
        assert answer["verbs"][f"{url}timeline/"]["scope"] == "read"
        assert f"{url}note/" not in answer["verbs"]

    def test_needs_a_token_that_reads(self) -> None:
        assert client_of(make.UserFactory(), ["respond"]).options(TEAMS).status_code == 403
