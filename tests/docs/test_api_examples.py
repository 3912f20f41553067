"""The examples of docs/api.md run as they are printed, in order, and its tables name what is there."""

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from drf_spectacular.generators import SchemaGenerator
from rest_framework import exceptions

from config.urls import urlpatterns
from incidents.models import Ticket
from tests import factories as make
from tests.clients import token_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed.")
def test_run_as_printed_and_change_only_what_they_made(live_server: Any) -> None:
    make.StatusPageFactory()
    make.PriorityRuleFactory(severity__rank=1, severity__needs_prevention=True)
    person = make.UserFactory(is_superuser=True)
    make.ServiceFactory(slug="web-shop", escalation_policy=make.policy(person, fallback=[person]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('incidents_ticket_number', 7, false)")
    others = [make.IncidentFactory().pk, make.ProblemFactory().pk]
    before = list(Ticket.objects.filter(pk__in=others).order_by("pk").values())
    blocks = BLOCK.findall(PAGE.read_text())
    environment = os.environ | {
        "HOLDFAST": live_server.url, "TOKEN": token_of(person), "SERVICE": "web-shop", "NO_PROXY": "*",
    }  # fmt: skip

    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        capture_output=True, text=True, timeout=60, env=environment, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    assert len(blocks) >= 6
    assert list(Ticket.objects.filter(pk__in=others).order_by("pk").values()) == before
    ticket = Ticket.objects.get(title="Card payments fail")
    assert (ticket.status, ticket.closure_code) == ("closed", "solved")


@functools.cache
def _document() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


def _errors(kind: type[exceptions.APIException]) -> Iterator[type[exceptions.APIException]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _errors(narrower)


def test_every_error_code_has_one_number() -> None:
    assert urlpatterns  # loads every view, and with them every error
    table = re.findall(r"^\| E(\d+) \| (\d+) \| `([a-z_]+)` \|", PAGE.read_text(), re.MULTILINE)
    codes = {str(kind.default_code) for kind in _errors(exceptions.APIException)} - {"error"}

    assert [int(number) for number, _, _ in table] == list(range(1, len(table) + 1))
    assert codes - {code for _, _, code in table} == set()


def _compared() -> Iterator[str]:
    """What the second column of the table about PagerDuty names as code."""
    table = PAGE.read_text().partition("## If you come from PagerDuty's API")[2].partition("\n## ")[0]
    for row in table.splitlines():
        if row.startswith("| ") and row != "| there | here |":
            yield from re.findall(r"`([^`]+)`", row.split(" | ")[1])


class TestComparison:
    def test_names_addresses_methods_and_parameters_that_exist(self) -> None:
        paths = _document()["paths"]
        addresses = [re.fullmatch(r"(GET|POST|PUT) (/[^?]*)(?:\?(.*))?", code) for code in _compared()]
        named = [match.groups() for match in addresses if match]

        assert len(named) > 40
        for method, path, query in named:
            operation = paths["/api/v1" + path.replace("<id>", "{id}")][method.lower()]
            parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
            assert {pair.partition("=")[0] for pair in (query or "").split("&") if pair} <= parameters, (path, query)

    def test_names_verbs_that_exist(self) -> None:
        verbs = {path.rstrip("/").rpartition("/")[2] for path, item in _document()["paths"].items() if "post" in item}
        named = {code.rstrip("/") for code in _compared() if re.fullmatch(r"[a-z_]+/", code)}

        assert len(named) > 12
        assert named - verbs == set()
