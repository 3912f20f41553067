"""A client that is generated from the API's document lists, gets, creates, acts, and reads errors."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from config.base.data.roles import Role
from tests import factories as make
from tests.clients import token_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.walk]
PACKAGE = "holdfast_client"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The generated package, on the path; a part that the generator must leave out fails the test."""
    document, config = tmp_path / "document.json", tmp_path / "config.yaml"
    document.write_text(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
    config.write_text("post_hooks: []\n")
    made = subprocess.run(
        [
            sys.executable, "-m", "openapi_python_client", "generate", "--path", document, "--config", config,
            "--meta", "none", "--output-path", tmp_path / PACKAGE, "--fail-on-warning",
        ],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
    monkeypatch.syspath_prepend(tmp_path)
    return PACKAGE


@pytest.fixture
def client(package: str, live_server: Any) -> Iterator[Any]:
    """The generated client of an agent; it closes its connections."""
    token = token_of(make.UserFactory(roles=[Role.AGENT]))
    made = importlib.import_module(package).AuthenticatedClient(base_url=live_server.url, token=token)
    with made as client:
        yield client


def test_works_against_the_api(package: str, client: Any) -> None:
    make.PriorityRuleFactory()
    make.ServiceFactory(slug="checkout")
    old = make.IncidentFactory()

    def operation(name: str) -> Any:
        return importlib.import_module(f"{package}.api.incidents.{name}")

    def model(module: str, name: str) -> Any:
        return getattr(importlib.import_module(f"{package}.models.{module}"), name)

    open_ones = model("incidents_list_group", "IncidentsListGroup")("open")
    listed = operation("incidents_list").sync(client=client, group=open_ones, page_size=10)
    assert [row.reference for row in listed.results] == [old.reference]

    new = model("declare_request", "DeclareRequest")(title="Payments fail", service="checkout")
    made = operation("incidents_create").sync(client=client, body=new, idempotency_key="once")
    again = operation("incidents_create").sync_detailed(client=client, body=new, idempotency_key="once")
    assert (made.title, made.service) == ("Payments fail", "checkout")
    assert (again.status_code, again.parsed.reference) == (201, made.reference)

    acted = operation("incidents_acknowledge_create").sync(id=made.reference, client=client)
    assert acted.status == "acknowledged"
    tag = operation("incidents_retrieve").sync_detailed(id=made.reference, client=client).headers["ETag"]
    note = model("note_request", "NoteRequest")(text="Rolling back.")
    operation("incidents_add_note_create").sync(id=made.reference, client=client, body=note, if_match=tag)
    stale = operation("incidents_add_note_create").sync_detailed(
        id=made.reference, client=client, body=note, if_match='"1-old"'
    )
    assert (stale.status_code, stale.parsed.code) == (412, "stale")
    assert operation("incidents_retrieve").sync(id=made.reference, client=client).status == "acknowledged"

    close = model("bulk_close_request", "BulkCloseRequest")(
        records=[made.reference, "INC-0"], code=model("closure_code", "ClosureCode")("cancelled")
    )
    results = operation("incidents_bulk_close_create").sync(client=client, body=close).results
    assert [(result.status, result.error and result.error.code) for result in results] == [
        (200, None), (404, "not_found")
    ]  # fmt: skip

    missing = operation("incidents_retrieve").sync_detailed(id="INC-999999", client=client)
    assert (missing.status_code, missing.parsed.code) == (404, "not_found")
