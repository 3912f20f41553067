"""The API keeps to its document, whatever is thrown at it, one request at a time and in sequences.

The same examples each time: a failure is a fault of the API. `make fuzz` looks for new ones for minutes.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import FlakyStrategyDefinition, Unsatisfiable
from schemathesis import checks

from config.api import router
from config.base.rest import headers
from config.base.rest.scopes import OFFERED, SAFE_METHODS, handlers
from config.base.rest.viewsets import AnswerViewSet
from config.wsgi import application
from tests import factories as make
from tests.clients import token_of

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
EXAMPLES = 3  # of each operation; enough to find what the document forgets
# Tests that run at the same time share the operations: they are many.
PARTS = 4
SEQUENCES, STEPS = 2, 6
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance",
]  # fmt: skip
FIXED = settings(
    deadline=None, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def tokens() -> dict[str, str]:
    """A token for each scope, in a firm that has a row of everything."""
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
    owner = make.UserFactory(is_superuser=True)
    return {scope.value: token_of(owner, [scope]) for scope in OFFERED}


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Requests share the test's transaction, as they do with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def document() -> Any:
    """The API's own document, read once, in front of the API."""
    written = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
    read = schemathesis.openapi.from_dict(written)
    read.app = application
    return read


def _headers(case: Any, tokens: Mapping[str, str]) -> dict[str, str]:
    """Those of a program whose token has just the scope that the document names."""
    scope = case.operation.definition.raw["x-scope"]
    return {"Authorization": f"Bearer {tokens[scope]}", "Host": "localhost"}


def _check(case: Any, answer: Any) -> None:
    """What the document says of this operation holds for the answer."""
    case.validate_response(answer, checks=checks.CHECKS.get_by_names(CHECKS))
    if answer.status_code == 403:
        assert "This needs the scope" not in answer.json()["message"], (case.operation.label, answer.json())
    described = dict(case.operation.responses.find_by_status_code(answer.status_code).headers.items())
    silent = {name for name in headers.OURS if name.lower() in answer.headers and name not in described}
    assert silent == set(), (case.operation.label, answer.status_code, silent)


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("part", range(PARTS))
def test_every_operation_keeps_to_the_document(document: Any, tokens: dict[str, str], part: int) -> None:
    operations = [result.ok() for result in document.get_all_operations()]
    assert len(operations) > 100
    for operation in operations[part::PARTS]:

        @settings(FIXED, max_examples=EXAMPLES)
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            _check(case, case.call(headers=_headers(case, tokens)))

        ask()


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("part", range(PARTS))
def test_sequences_of_requests_keep_to_the_document(document: Any, tokens: dict[str, str], part: int) -> None:
    """Records are listed, then read, changed, acted on and deleted, by the links that their ids make."""
    linked = Counter[str]()
    for prefix, kind, _ in router.registry[part::PARTS]:
        # Answers that are no records have no ids, so nothing leads from one to the next.
        is_of_records = not issubclass(kind, AnswerViewSet)
        if not is_of_records or not any(method not in SAFE_METHODS for method, _, _ in handlers(kind)):
            continue
        machine: Any = document.include(path_regex=f"^/api/v1/{prefix}/").as_state_machine()

        class Sequences(machine):
            def before_call(self, case: Any) -> None:
                # Filters hide what the next request needs, and conditions refuse it; the other test has them.
                case.query, case.headers = {}, {}

            def get_call_kwargs(self, case: Any) -> dict[str, Any]:
                return {"headers": _headers(case, tokens)}

            def step(self, input: Any) -> Any:
                output = super().step(input)
                if input.is_applied and output.response.status_code < 300:
                    linked[input.case.operation.label] += 1
                return output

            def validate_response(self, response: Any, case: Any, **_: Any) -> None:
                _check(case, response)

        # What it draws depends on earlier answers. When hypothesis finds that out, or finds nothing to draw, it ends
        # the search among these records; a check that failed is another error.
        with suppress(FlakyStrategyDefinition, Unsatisfiable):
            Sequences.run(settings=settings(FIXED, max_examples=SEQUENCES, stateful_step_count=STEPS))

    assert len(linked) >= 8 // PARTS, linked
