"""Bodies that are too large, or of no said size: refused before anything reads them (bad input 9, 14)."""

import io
import json
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.django_db
TOO_MUCH = settings.BODY_MAX_BYTES + 1


class Unread(io.BytesIO):
    """A body that must not be read."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("The body was read.")

    readline = readinto = read  # type: ignore[assignment]


def ask(path: str, **environment: str) -> tuple[int, str]:
    """The answer of the whole stack to a POST whose body may not be read."""
    answer: list[Any] = []
    body = WSGIHandler()(
        {
            "REQUEST_METHOD": "POST", "PATH_INFO": path, "SERVER_NAME": "testserver", "SERVER_PORT": "80",
            "wsgi.input": Unread(), "wsgi.url_scheme": "http", "CONTENT_TYPE": "application/x-www-form-urlencoded",
        } | environment,
        lambda status, headers: answer.append(status),  # type: ignore[arg-type]
    )  # fmt: skip
    text = b"".join(body).decode()
    return int(answer[0].split()[0]), text


def first_words() -> set[str]:
    """The first part of every address."""
    patterns: list[URLPattern | URLResolver] = list(get_resolver().url_patterns)
    texts = [str(pattern.pattern).lstrip("^").split("/")[0] for pattern in patterns]
    return {f"/{text}/" for text in texts if text.isidentifier()}


class TestTooLarge:
    @pytest.mark.parametrize(
        "path", sorted({"/", "/accounts/login/", "/api/v1/incidents/", "/admin/"} | first_words())
    )
    def test_is_refused_everywhere_without_reading(self, path: str) -> None:
        if path in settings.BODY_LIMITS_OF_THEIR_OWN:
            pytest.skip("Intake has limits of its own.")
        status, text = ask(path, CONTENT_LENGTH=str(TOO_MUCH))

        assert status == 413
        assert "send at most 1024 KiB" in text

    def test_is_a_page_for_people_and_json_for_programs(self) -> None:
        _, page = ask("/accounts/login/", CONTENT_LENGTH=str(TOO_MUCH), HTTP_ACCEPT="text/html")
        _, document = ask("/api/v1/incidents/", CONTENT_LENGTH=str(TOO_MUCH))
        _, json_answer = ask("/accounts/login/", CONTENT_LENGTH=str(TOO_MUCH), HTTP_ACCEPT="application/json")

        assert "<h1>This is too large</h1>" in page
        assert json.loads(document)["code"] == json.loads(json_answer)["code"] == "too_large"

    def test_holds_for_a_file_too(self, client: Client) -> None:
        answer = client.post("/accounts/login/", {"file": SimpleUploadedFile("x.bin", b"x" * TOO_MUCH)})

        assert answer.status_code == 413

    def test_of_a_form_is_a_413_page_also_below_that_limit(self, client: Client) -> None:
        answer = client.post("/accounts/login/", {"login": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})

        assert answer.status_code == 413
        assert "send at most 768 KiB" in answer.content.decode()


class TestLength:
    def test_is_required_of_a_body(self) -> None:
        status, _ = ask("/accounts/login/", HTTP_TRANSFER_ENCODING="chunked")

        assert status == 411

    @pytest.mark.parametrize("length", ["-1", "abc", "1,2", "9" * 30, "１"])
    def test_that_is_no_number_is_refused(self, length: str) -> None:
        status, _ = ask("/api/v1/incidents/", CONTENT_LENGTH=length)

        assert status == 400
