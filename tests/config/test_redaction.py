"""No key of an address is logged: every pattern of the URL conf that captures one is tried."""

import inspect
import json
import logging
import re
from collections.abc import Iterator

import pytest
from celery import current_app
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.log import log_response

from config import logs
from config.redaction import is_secret_name, redact

VALUE = "zq3Xw8Jk2Lp9Vb4Nc7"
_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


def walk(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, list[str]]]:
    """Every address with examples in its captured parts, and the names of these."""
    for pattern in resolver.url_patterns:
        text = str(pattern.pattern)
        whole = prefix + text.lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from walk(pattern, whole)
        else:
            assert isinstance(pattern, URLPattern)
            expression = _CONVERTER if _CONVERTER.search(text) and "(?P" not in text else _GROUP
            names = [match[1] for match in (*_CONVERTER.finditer(whole), *_GROUP.finditer(whole))]
            example = _GROUP.sub(_example, whole) if expression is _GROUP else whole
            yield _CONVERTER.sub(_example, example).rstrip("$").replace("\\", ""), names


def _example(match: re.Match[str]) -> str:
    return VALUE if is_secret_name(match[1]) else "7"


ADDRESSES = sorted({address for address, names in walk(get_resolver()) if any(map(is_secret_name, names))})


def written(record: logging.LogRecord) -> str:
    return logs.JsonFormatter().format(record)


class TestAddresses:
    def test_with_keys_are_found(self) -> None:
        starts = {
            "/p/",
            "/wake/",
            "/ical/",
            "/integrations/alertmanager/",
            "/status/confirm/",
            "/status/unsubscribe/",
            "/accounts/password/reset/key/",
        }

        assert {start for start in starts if any(address.startswith(start) for address in ADDRESSES)} == starts

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_lose_the_key_in_log_lines_errors_and_fields(self, address: str) -> None:
        assert VALUE in address
        try:
            raise ValueError(f"https://portal.example.com{address}?next=1 failed")
        except ValueError as error:
            failure = (type(error), error, error.__traceback__)
        logger = logging.getLogger("tests")
        fields = {"path": address, "deep": [{"at": address}]}
        line = f'"GET {address} HTTP/1.1" 200'

        records = [
            logger.makeRecord("t", logging.INFO, "f", 1, line, (), None),
            logger.makeRecord("t", logging.INFO, "f", 1, "%s", (address,), None),
            logger.makeRecord("t", logging.ERROR, "f", 1, "x", (), failure),
            logger.makeRecord("t", logging.INFO, "f", 1, "x", (), None, extra=fields),
        ]  # fmt: skip

        assert not [text for text in map(written, records) if VALUE in text]
        assert redact(line).endswith('HTTP/1.1" 200')

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_lose_the_key_where_django_logs_a_response(self, address: str, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING):
            request = RequestFactory().get(address)
            log_response("%s: %s", "Internal Server Error", request.path, response=HttpResponse(status=500))

        [record] = caplog.records
        assert VALUE not in written(record)

    @pytest.mark.parametrize("name", ["key", "token", "secret", "access_token", "api-key", "password"])
    def test_lose_parameters_of_such_names(self, name: str) -> None:
        assert VALUE not in redact(f"GET /incidents/?page=2&{name}={VALUE}&x=1")
        assert "x=1" in redact(f"GET /incidents/?page=2&{name}={VALUE}&x=1")

    @pytest.mark.parametrize(
        "text",
        [
            f"Authorization: Bearer {VALUE}",
            f"Authorization: Token token={VALUE}",
            f"Authorization: GenieKey {VALUE}",
            f'{{"routing_key": "{VALUE}", "event_action": "trigger"}}',
            f"connection to postgresql://holdfast:{VALUE}@host/db failed",
            f"no such token hf_{VALUE}",
            # Its name must not hold the second of the signature, or two workers collect different tests.
            pytest.param(f"signed {signing.dumps(VALUE, salt='x')} for good", id="signed"),
        ],
    )
    def test_keys_elsewhere_are_lost_too(self, text: str) -> None:
        assert VALUE not in redact(text)
        assert signing.dumps(VALUE, salt="x").split(":")[0] not in redact(text)

    @pytest.mark.parametrize(
        "text",
        ["KeyError: 'name'", "page.delivered", "Key (id)=(5) already exists.", "/incidents/7/", "12:30:45 at 9:15"],
    )
    def test_other_texts_stay_as_they_are(self, text: str) -> None:
        assert redact(text) == text


def test_fields_of_secret_names_are_lost_and_names_of_messages_stay() -> None:
    record = logging.getLogger("t").makeRecord(
        "t", logging.INFO, "f", 1, "x", (), None, extra={"token": VALUE, "more": {"api_key": VALUE}, "key": "7:1:3:0"}
    )

    assert VALUE not in written(record)
    assert json.loads(written(record))["key"] == "7:1:3:0"


def test_no_task_takes_a_secret() -> None:
    apps = ("oncall.", "incidents.", "problems.", "postmortems.", "config.")
    tasks = [task for name, task in current_app.tasks.items() if name.startswith(apps)]

    assert tasks
    assert not [name for task in tasks for name in inspect.signature(task.run).parameters if is_secret_name(name)]
