"""The OpenAPI document is complete; `test_api_fuzz.py` tests that the API keeps to it."""

import json
from io import StringIO
from typing import Any

import openapi_spec_validator
import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from openapi_schema_validator import OAS30Validator
from rest_framework import serializers

from config import api_document
from config.api import router
from config.base.rest.throttles import RATE_LIMIT
from tests import factories as make
from tests.clients import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.walk]


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

    def test_is_drawn_from_classes_of_ours_alone(self) -> None:
        """A schema put on a class of the library would be every field's of that class."""
        library = [kind for kind in vars(serializers).values() if isinstance(kind, type)]

        assert [kind for kind in library if "_spectacular_annotation" in vars(kind)] == []

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

    def test_describes_what_is_left_of_the_limit_on_every_answer(self, written: Any) -> None:
        answers = {
            (path, method, status): answer
            for path, method, operation in api_document.operations(written)
            for status, answer in operation["responses"].items()
        }

        assert [place for place, answer in answers.items() if RATE_LIMIT not in answer.get("headers", {})] == []

    def test_is_written_without_a_warning(self) -> None:
        call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())

    def test_needs_a_sign_in_and_names_every_endpoint(self, client: Any) -> None:
        assert client.get("/api/schema/").status_code == 401

        document = client_of(make.UserFactory()).get("/api/schema/").content.decode()

        for prefix, _, _ in router.registry:
            assert f"/api/v1/{prefix}/:" in document
        assert "bearer" in document
