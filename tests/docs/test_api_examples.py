"""The examples of docs/api.md run as they are printed."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from incidents.models import Ticket
from tests import factories as make
from tests.clients import token_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed.")
def test_run_as_printed(live_server: Any) -> None:
    make.StatusPageFactory()
    make.PriorityRuleFactory(severity__rank=1, severity__needs_prevention=True)
    person = make.UserFactory(is_superuser=True)
    make.ServiceFactory(slug="checkout", escalation_policy=make.policy(person, fallback=[person]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('incidents_ticket_number', 7, false)")
    blocks = BLOCK.findall(PAGE.read_text())
    environment = os.environ | {"HOLDFAST": live_server.url, "TOKEN": token_of(person), "NO_PROXY": "*"}

    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        capture_output=True, text=True, timeout=60, env=environment, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    assert len(blocks) >= 6
    ticket = Ticket.objects.get(number=7)
    assert (ticket.status, ticket.closure_code, ticket.title) == ("closed", "solved", "Card payments fail")
