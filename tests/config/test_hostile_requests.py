"""Requests that no honest client sends, and what the sources themselves rule out."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from config.base.data.roles import Role
from incidents.customers import updates
from tests import factories as make
from tests.architecture.sources import APPS, ROOT, place, sources
from tests.clients import client_of

INCIDENTS = "/api/v1/incidents/"
IMPOSSIBLE = ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30T12:00:00Z"]


@pytest.fixture
def client() -> APIClient:
    """A program of a service desk agent."""
    return client_of(make.UserFactory(roles=[Role.AGENT]))


@pytest.mark.django_db
class TestJson:
    def test_names_of_python_and_javascript_are_fields_like_any_other(self, client: APIClient) -> None:
        """Bad input 8."""
        ticket = make.IncidentFactory()
        names = ("__proto__", "__class__", "constructor")

        answer = client.patch(f"{INCIDENTS}{ticket.pk}/", {name: {"title": "x"} for name in names})

        assert answer.status_code == 400
        assert set(answer.json()["fields"]) == set(names)

    def test_of_a_key_that_stands_twice_the_last_is_taken_as_everywhere(self, client: APIClient) -> None:
        """Bad input 8."""
        ticket = make.IncidentFactory()
        body = '{"title": "first", "title": "last"}'

        client.patch(f"{INCIDENTS}{ticket.pk}/", body, content_type="application/json")

        ticket.refresh_from_db()
        assert ticket.title == "last" == json.loads(body)["title"]

    def test_a_hundred_thousand_keys_are_refused(self, client: APIClient) -> None:
        """Bad input 13."""
        body = json.dumps({str(number): 1 for number in range(100_000)})

        answer = client.post(INCIDENTS, body, content_type="application/json")

        assert answer.status_code in {400, 413}

    def test_a_text_of_ten_megabytes_is_refused_before_it_is_parsed(self, client: APIClient) -> None:
        """Bad input 9."""
        ticket = make.IncidentFactory()

        answer = client.patch(f"{INCIDENTS}{ticket.pk}/", {"title": "x" * 10_000_000})

        assert answer.status_code == 413
        assert answer.headers["Content-Type"].startswith("application/json")

    @pytest.mark.parametrize(
        "words",
        ["'; DROP TABLE oncall_user; --", "1' OR '1'='1", "\\'\\", "%' UNION SELECT password --", "a & !b | (c"],
    )
    def test_words_of_sql_are_words(self, client: APIClient, words: str) -> None:
        """Bad input 39: in searches of every kind: columns, full text, similar words, choices."""
        make.KnownErrorFactory()
        questions = (
            ("incidents", "search"),
            ("known-errors", "search"),
            ("known-errors", "resembles"),
            ("users", "search"),
        )

        answers = {name: client.get(f"/api/v1/{name[0]}/", {name[1]: words}) for name in questions}

        assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(questions, 200)
        assert answers["incidents", "search"].json()["results"] == []

    @pytest.mark.parametrize("moment", IMPOSSIBLE)
    def test_a_moment_that_cannot_be_is_refused(self, client: APIClient, moment: str) -> None:
        """Bad input 21."""
        ticket = make.IncidentFactory()

        answer = client.patch(f"{INCIDENTS}{ticket.pk}/", {"impact_started_at": moment})

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == ["impact_started_at"]


@pytest.mark.django_db
class TestPortal:
    def test_five_thousand_fields_of_a_form_are_refused(self) -> None:
        """Bad input 13."""
        client = Client(raise_request_exception=False)
        client.force_login(make.UserFactory())

        answer = client.post("/incidents/declare/", {f"field{number}": "x" for number in range(5_000)})

        assert answer.status_code == 400

    @pytest.mark.parametrize("origin", ["https://elsewhere.example", "null"])
    def test_no_other_site_is_let_in(self, client: APIClient, origin: str) -> None:
        """Bad input 78."""
        asks: list[Any] = [
            client.get(INCIDENTS, HTTP_ORIGIN=origin),
            client.options(INCIDENTS, HTTP_ORIGIN=origin, HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST"),
            client.get("/status/", HTTP_ORIGIN=origin),
        ]

        assert [name for answer in asks for name in answer.headers if name.startswith("Access-Control-")] == []

    def test_the_api_has_no_page_whose_choices_could_leak(self, client: APIClient) -> None:
        """Bad input 60."""
        ticket = make.IncidentFactory(title="Payroll was read by a stranger")

        answer = client.get(INCIDENTS, HTTP_ACCEPT="text/html")

        assert answer.status_code in {200, 406}
        assert answer.headers["Content-Type"].startswith("application/json")
        assert ticket.title not in client.options(INCIDENTS).content.decode()

    def test_a_template_of_ours_takes_no_code(self) -> None:
        """Bad input 37: only the names of a fixed list are replaced; all else stays text."""
        hostile = "{{ settings.SECRET_KEY }} {0.__class__} {page.__class__} {% debug %} {% include 'base.html' %}"
        draft = updates.Draft(
            page=make.StatusPageFactory(name="Shop"), name="x", status="investigating", body=hostile,
            started_at=make.NOON, next_update_at=None,
        )  # fmt: skip

        text = updates.fill_placeholders(f"{hostile} {{page}}", draft=draft, at=make.NOON)

        assert text == f"{hostile} Shop"


class TestSources:
    def test_no_template_holds_a_script_or_a_style(self) -> None:
        """Bad input 29 and 30: there is no place in which stored text could become one."""
        inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=[\"']", re.IGNORECASE)
        templates = sorted((ROOT / "templates").rglob("*.html"))

        assert templates
        assert [place(path) for path in templates if inline.search(path.read_text())] == []

    def test_nothing_unpacks_what_it_is_sent(self) -> None:
        """Bad input 25: no archive, no sheet and no CSV file is read, and a body has 1 MiB at most."""
        readers = re.compile(
            r"^\s*(?:import|from) (?:zipfile|tarfile|gzip|bz2|lzma|zlib|openpyxl)\b"
            r"|unpack_archive|csv\.(?:Dict)?[rR]eader",
            re.MULTILINE,
        )
        places = [place(path) for path in sources("config", *APPS) if readers.search(path.read_text())]

        assert [path for path in places if not path.startswith(("config/demo/", "config/embedded/"))] == []

    def test_sql_is_made_of_our_own_text_alone(self) -> None:
        """Bad input 39: values are parameters. Ruff's S608 asks about every text put into a statement."""
        unsafe = re.compile(r"\bRawSQL\(|\.extra\(|\.execute\([^)]*(?:%\s*\(|\.format\()")

        assert [place(path) for path in sources("config", *APPS) if unsafe.search(path.read_text())] == []

    def test_nothing_that_runs_what_it_reads_is_imported(self) -> None:
        """Bad input 41; a file of configuration is read by a loader that derives from the safe one of YAML."""
        reads_files = "config/configuration/document.py"
        risky = re.compile(r"^\s*(?:import|from) (?:pickle|marshal|shelve|yaml|dill|xml)\b", re.MULTILINE)
        places = [place(path) for path in sources("config", *APPS) if risky.search(path.read_text())]

        assert places == [reads_files]
        assert set(re.findall(r"Loader=(\w+)", (ROOT / reads_files).read_text())) == {"_Loader"}
        assert "class _Loader(yaml.SafeLoader)" in (ROOT / reads_files).read_text()
        assert settings.CELERY_ACCEPT_CONTENT == ["json"]
        assert settings.CELERY_TASK_SERIALIZER == "json"
