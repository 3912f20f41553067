"""The examples of docs/api.md run as they are printed, in order, and its tables name what is there."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
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
