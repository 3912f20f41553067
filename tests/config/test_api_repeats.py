"""A verb that is sent again: 200 and the record if it is as the verb leaves it, and nothing is added."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from config.api import router
from config.base.data.clock import ceil_minute
from config.base.data.roles import Role
from config.base.rest.scopes import handlers
from incidents.models import TimelineEntry
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
STATES = {"status", "state", "cancelled_at", "withdrawn_at"}
ADDS = {
    "publish_known_error": "the second call changes the known error",
    "tell": "each is an update that customers read",
}
"""Verbs that move a status and may be sent again with an effect of their own; the reason beside each."""

ELSEWHERE = {"known-error": "the verbs of its problem change it"}


def incident(**fields: Any) -> Callable[[], str]:
    return lambda: f"incidents/{make.IncidentFactory(severity__pages=False, **fields).pk}"


def problem(status: str) -> Callable[[], str]:
    return lambda: f"problems/{make.ProblemFactory(status=status).pk}"


def action() -> str:
    return f"actions/{make.ActionItemFactory().pk}"


def waiver() -> str:
    ticket = make.IncidentFactory(status="restored", restored_at=timezone.now(), severity__needs_prevention=True)
    return f"waivers/{make.PreventionWaiverFactory(ticket=ticket).pk}"


def credit() -> str:
    return f"sla-credits/{make.SlaCreditFactory().pk}"


def sla_waiver() -> str:
    return f"sla-waivers/{make.SlaWaiverFactory().pk}"


def absence() -> str:
    at = ceil_minute(timezone.now())
    return f"absences/{make.AbsenceFactory(starts_at=at + timedelta(days=2), ends_at=at + timedelta(days=3)).pk}"


VERBS: list[tuple[Callable[[], str], str, dict[str, Any]]] = [
    (incident(), "acknowledge", {}),
    (incident(), "start_work", {}),
    (incident(), "hold", {"reason": "supplier"}),
    (incident(status="on_hold", hold_reason="supplier"), "resume", {}),
    (incident(), "restore", {}),
    (incident(), "close", {"code": "cancelled"}),
    (incident(), "take_over", {}),
    (problem("new"), "assess", {}),
    (problem("new"), "analyze", {}),
    (problem("analysis"), "start_fix", {}),
    (problem("analysis"), "resolve", {}),
    (problem("analysis"), "close", {"code": "cancelled"}),
    (action, "complete", {}),
    (action, "decline", {"reason": "x"}),
    (waiver, "approve", {}),
    (waiver, "decline", {"reason": "x"}),
    (credit, "approve", {}),
    (credit, "decline", {"reason": "x"}),
    (sla_waiver, "approve", {}),
    (sla_waiver, "decline", {"reason": "x"}),
    (absence, "cancel", {}),
]


@pytest.mark.parametrize(("record", "verb", "body"), VERBS)
def test_a_repeat_is_answered_with_the_record_and_adds_nothing(
    record: Callable[[], str], verb: str, body: dict[str, Any]
) -> None:
    client = client_of(make.UserFactory(is_superuser=True))
    url = f"/api/v1/{record()}/{verb}/"
    first = client.post(url, body)
    assert first.status_code == 200, first.json()
    entries = TimelineEntry.objects.count()

    again = client.post(url, body)

    assert (again.status_code, again.json()) == (200, first.json())
    assert TimelineEntry.objects.count() == entries


class TestRepeat:
    @pytest.fixture
    def client(self) -> Any:
        return client_of(make.UserFactory(roles=[Role.AGENT]))

    def test_that_wants_something_else_is_refused(self, client: Any) -> None:
        url = f"/api/v1/{incident()()}/close/"
        assert client.post(url, {"code": "cancelled"}).status_code == 200

        assert client.post(url, {"code": "duplicate"}).status_code == 409

    def test_of_a_record_that_went_elsewhere_is_refused(self, client: Any) -> None:
        url = f"/api/v1/{incident()()}"
        client.post(f"{url}/close/", {"code": "cancelled"})

        assert client.post(f"{url}/restore/", {}).status_code == 409

    def test_of_a_reassignment_or_a_reopening_is_answered_too(self, client: Any) -> None:
        ticket = make.IncidentFactory(severity__pages=False)
        url = f"/api/v1/incidents/{ticket.pk}"

        assert client.post(f"{url}/reassign/", {"team": ticket.team.slug, "reason": "x"}).status_code == 200
        assert client.post(f"{url}/reopen/", {"reason": "x"}).status_code == 200
        assert TimelineEntry.objects.count() == 0

    def test_still_needs_the_version_that_it_names(self, client: Any) -> None:
        url = f"/api/v1/{incident()()}/restore/"
        client.post(url, {})

        assert client.post(url, {}, HTTP_IF_MATCH='"1-0.0"').status_code == 412


class TestDeclarations:
    def test_of_every_verb_that_moves_a_state_say_when_it_is_done(self) -> None:
        missing = [
            (basename, name)
            for _, viewset, basename in router.registry
            for _, name, handler in handlers(viewset)
            if set(getattr(handler, "changes", ())) & STATES and handler.is_done is None and name not in ADDS
        ]

        assert missing == []

    def test_name_every_state_that_a_record_shows(self) -> None:
        """A record that shows a state and has verbs says which verb changes it."""
        for _, kind, basename in router.registry:
            viewset: Any = kind
            verbs = [handler for _, _, handler in handlers(viewset) if getattr(handler, "detail", False)]
            posts = [handler for handler in verbs if "post" in handler.mapping and hasattr(handler, "changes")]
            states = set(viewset.serializer_class().fields) & STATES
            changed = {name for handler in posts for name in handler.changes}
            if posts and states and basename not in ELSEWHERE:
                assert changed & STATES, basename

    def test_name_fields_that_the_record_shows(self) -> None:
        for _, kind, basename in router.registry:
            viewset: Any = kind
            for _, name, handler in handlers(viewset):
                unknown = set(getattr(handler, "changes", ())) - set(viewset.serializer_class().fields)
                assert not unknown, (basename, name)
