"""The OpenAPI document is complete, and the API keeps to it whatever is thrown at it."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import openapi_spec_validator
import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from openapi_schema_validator import OAS30Validator
from schemathesis import checks

from config import api_document
from config.api import router
from config.base.data.roles import Role
from config.wsgi import application
from tests import factories as make
from tests.clients import client_of, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
EXAMPLES = 6  # of each operation; enough to find what the document forgets
# Tests that run at the same time share the operations: they are many.
PARTS = 6
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
]  # fmt: skip


@pytest.fixture
def key() -> str:
    """The token of an agent, in a firm that has a row of everything."""
    ticket = make.IncidentFactory(requester=make.ContactFactory())
    make.FactorFactory(problem=make.KnownErrorFactory().problem)
    make.ActionItemFactory(ticket=make.TicketLinkFactory(from_ticket=ticket).to_ticket)
    make.PreventionWaiverFactory(ticket=ticket)
    make.EventFactory(alert=make.AlertFactory(ticket=ticket))
    escalation = make.EscalationFactory(subject_type="ticket", subject_id=ticket.pk)
    make.PageFactory(escalation=escalation)
    make.EscalationEntryFactory(escalation=escalation)
    make.WorkIntervalFactory(subject_id=ticket.pk)
    make.TimelineEntryFactory(ticket=ticket)
    make.weekly_schedule(make.MembershipFactory().user)
    make.SeverityFactory(rank=3, pages=False)
    return token_of(make.UserFactory(roles=[Role.AGENT]))


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Requests share the test's transaction, as they do with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def document(one_connection: None, key: str) -> Any:
    """The API's own document, fetched over the API."""
    return schemathesis.openapi.from_wsgi(
        "/api/schema/", application, headers={"Authorization": f"Bearer {key}", "Host": "localhost"}
    )


@pytest.mark.parametrize("part", range(PARTS))
def test_the_api_keeps_to_its_document(document: Any, key: str, part: int) -> None:
    operations = [result.ok() for result in document.get_all_operations()]
    assert len(operations) > 100
    for operation in operations[part::PARTS]:

        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            answer = case.call(headers={"Authorization": f"Bearer {key}", "Host": "localhost"})
            case.validate_response(answer, checks=checks.CHECKS.get_by_names(CHECKS))

        ask()


@pytest.fixture(scope="module")
def written() -> Any:
    """The document, made once."""
    return json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))


class TestDocument:
    def test_keeps_to_the_standard(self, written: Any) -> None:
        openapi_spec_validator.validate(written)

    def test_has_a_line_on_every_operation(self, written: Any) -> None:
        lines = {
            (path, method): operation.get("summary", "")
            for path, method, operation in api_document.operations(written)
        }

        assert len(lines) > 190
        assert {place: line for place, line in lines.items() if not 3 < len(line) <= 120} == {}

    def test_says_what_each_field_and_parameter_means(self, written: Any) -> None:
        silent = [
            (record, name) for record, name, field in api_document.fields(written) if not field.get("description")
        ]
        silent += [
            ("parameter", added["name"]) for added in api_document.parameters(written) if not added["description"]
        ]

        assert silent == []

    def test_has_no_words_for_fields_that_are_gone(self, written: Any) -> None:
        names = {name for _, name, _ in api_document.fields(written)}
        names |= {f"{record}.{name}" for record, name, _ in api_document.fields(written)}
        words = api_document.words()

        assert set(words["fields"]) - names == set()
        assert set(words["examples"]) - names == set()
        assert set(words["parameters"]) - {added["name"] for added in api_document.parameters(written)} == set()

    def test_gives_examples_that_the_fields_take(self, written: Any) -> None:
        examples = [
            (record, name, field) for record, name, field in api_document.fields(written) if "example" in field
        ]

        assert len(examples) > 300
        for record, name, field in examples:
            problems = list(OAS30Validator(field).iter_errors(field["example"]))
            assert problems == [], (record, name, problems)

    def test_names_every_header_and_the_answers_that_any_request_can_get(self, written: Any) -> None:
        for path, method, operation in api_document.operations(written):
            names = {parameter["name"] for parameter in operation.get("parameters", ())}

            assert {"4XX", "429", "503"} <= set(operation["responses"]), (path, method)
            assert "Retry-After" in operation["responses"]["503"]["headers"], (path, method)
            assert ("Idempotency-Key" in names) == (method == "post"), (path, method)
            assert ("If-Match" in names) == ("412" in operation["responses"]), (path, method)
        assert "412" in written["paths"]["/api/v1/incidents/{id}/"]["patch"]["responses"]
        assert "ETag" in written["paths"]["/api/v1/incidents/{id}/"]["get"]["responses"]["200"]["headers"]

    def test_is_written_without_a_warning(self) -> None:
        call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())

    def test_needs_a_sign_in_and_names_every_endpoint(self, client: Any) -> None:
        assert client.get("/api/schema/").status_code == 401

        document = client_of(make.UserFactory()).get("/api/schema/").content.decode()

        for prefix, _, _ in router.registry:
            assert f"/api/v1/{prefix}/:" in document
        assert "bearer" in document
