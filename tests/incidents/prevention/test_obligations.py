"""Obligations of incidents: the next update to customers (S11), and action items by their day."""

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import response
from incidents.customers import updates
from incidents.customers.updates import Draft
from incidents.prevention import action_items
from oncall.models import Obligation
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def page() -> Any:
    return make.StatusPageFactory()


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana")


@pytest.fixture
def ticket(ana: Any) -> Any:
    return make.IncidentFactory(severity=make.SeverityFactory(rank=1, first_update_minutes=10), assignee=ana)


@pytest.fixture
def draft(page: Any) -> Draft:
    return Draft(
        page=page, name="Payments fail", status="investigating", body="We are looking into it.", started_at=NOON,
        next_update_at=NOON + 20 * MINUTE,
    )  # fmt: skip


def _statuses() -> list[tuple[str, str]]:
    return list(Obligation.objects.order_by("pk").values_list("occurrence", "status"))


class TestFirstUpdate:
    def test_is_due_from_the_assignee_within_the_time_of_its_severity(self, page: Any, ticket: Any, ana: Any) -> None:
        assert updates.create_first_updates(at=NOON + MINUTE) == 1
        assert updates.create_first_updates(at=NOON + MINUTE) == 0

        obligation = Obligation.objects.get()
        assert (obligation.owner, obligation.team, obligation.due_at) == (ana, ticket.team, NOON + 10 * MINUTE)
        assert obligation.get_absolute_url() == f"/tickets/{ticket.reference}/update/"

    def test_is_not_due_without_a_status_page(self, ticket: Any) -> None:
        assert updates.create_first_updates(at=NOON) == 0

    @pytest.mark.parametrize(
        "fields",
        [
            {"severity__first_update_minutes": None},
            {"origin": "demo"},
            {"visibility": "private", "visibility_reason": "HR"},
            {"status": "restored", "restored_at": NOON},
            {"created_at": NOON - timedelta(days=2)},
        ],
    )
    def test_is_not_due_for_other_tickets(self, page: Any, fields: dict[str, Any]) -> None:
        make.IncidentFactory(**fields)

        assert updates.create_first_updates(at=NOON) == 0

    @pytest.mark.parametrize("ending", ["restore", "close"])
    def test_is_withdrawn_when_the_incident_ends(self, page: Any, ticket: Any, ana: Any, ending: str) -> None:
        updates.create_first_updates(at=NOON)

        code = {"code": "cancelled"} if ending == "close" else {}
        getattr(response, ending)(ticket_id=ticket.pk, actor=ana, at=NOON + 5 * MINUTE, **code)

        assert _statuses() == [("first", "withdrawn")]

    def test_takes_a_constant_number_of_queries_when_nothing_is_due(self, page: Any, ticket: Any) -> None:
        updates.create_first_updates(at=NOON)

        with CaptureQueriesContext(connection) as queries:
            updates.create_first_updates(at=NOON)

        assert len(queries) == 2


class TestNextUpdate:
    def test_is_due_as_promised_and_done_by_the_next_one(self, draft: Draft, ticket: Any, ana: Any) -> None:
        updates.create_first_updates(at=NOON)

        first = updates.publish(draft=draft, ticket_id=ticket.pk, actor=ana, at=NOON + MINUTE)
        promised = Obligation.objects.get(status="open")
        again = replace(draft, key=uuid.uuid4(), next_update_at=NOON + 50 * MINUTE)
        second = updates.publish(draft=again, ticket_id=ticket.pk, actor=ana, at=NOON + 15 * MINUTE)

        assert promised.due_at == NOON + 20 * MINUTE
        assert _statuses() == [
            ("first", "done"),
            (f"after:{first.public_id}", "done"),
            (f"after:{second.public_id}", "open"),
        ]

    def test_is_reminded_of_before_and_when_it_is_due(self, draft: Draft, ticket: Any, ana: Any) -> None:
        updates.publish(draft=draft, ticket_id=ticket.pk, actor=ana, at=NOON)

        assert Obligation.objects.get().next_reminder_at == NOON + 10 * MINUTE

    def test_is_not_due_after_the_last(self, draft: Draft, ticket: Any, ana: Any) -> None:
        updates.publish(draft=draft, ticket_id=ticket.pk, actor=ana, at=NOON)
        last = replace(draft, key=uuid.uuid4(), status="resolved", next_update_at=None)

        updates.publish(draft=last, ticket_id=ticket.pk, actor=ana, at=NOON + MINUTE)

        assert not Obligation.objects.open().exists()

    def test_stays_due_after_restoration(self, draft: Draft, ticket: Any, ana: Any) -> None:
        updates.publish(draft=draft, ticket_id=ticket.pk, actor=ana, at=NOON)

        response.restore(ticket_id=ticket.pk, actor=ana, at=NOON + MINUTE)

        assert Obligation.objects.open().count() == 1

    def test_follows_the_ticket(self, draft: Draft, ticket: Any, ana: Any) -> None:
        updates.publish(draft=draft, ticket_id=ticket.pk, actor=ana, at=NOON)
        bea, team = make.UserFactory(name="Bea"), make.TeamFactory()

        response.take_over(ticket_id=ticket.pk, actor=bea, at=NOON + MINUTE)
        assert Obligation.objects.get().owner == bea
        response.reassign(ticket_id=ticket.pk, team=team, reason="Theirs", actor=bea, at=NOON + MINUTE)

        obligation = Obligation.objects.get()
        assert (obligation.owner, obligation.team) == (None, team)


class TestActionItems:
    def _add(self, ticket: Any, **fields: Any) -> Any:
        defaults: dict[str, Any] = {"title": "Add an alert", "due_on": date(2026, 6, 10), "actor": None, "at": NOON}
        return action_items.add(ticket_id=ticket.pk, **defaults | fields)

    def test_are_due_at_the_end_of_their_day(self, ticket: Any, ana: Any) -> None:
        self._add(ticket, owner=ana)

        obligation = Obligation.objects.get()
        assert (obligation.kind, obligation.owner, obligation.title) == ("action", ana, "Add an alert")
        assert obligation.due_at.isoformat() == "2026-06-10T23:59:00+00:00"

    def test_are_done_or_withdrawn_with_their_record(self, ticket: Any, ana: Any) -> None:
        done, declined = self._add(ticket), self._add(ticket)

        action_items.complete(action_id=done.pk, actor=ana, at=NOON)
        action_items.decline(action_id=declined.pk, reason="Too expensive", actor=ana, at=NOON)

        assert [status for _, status in _statuses()] == ["done", "withdrawn"]
        assert Obligation.objects.get(status="withdrawn").reason == "Too expensive"

    def test_are_reassigned_with_their_record(self, ticket: Any, ana: Any) -> None:
        action = self._add(ticket, team=ticket.team)

        action_items.reassign(action_id=action.pk, owner=ana, actor=None, at=NOON)

        assert Obligation.objects.get().owner == ana

    def test_of_the_demo_remind_nobody(self) -> None:
        ticket = make.IncidentFactory(origin="demo")

        self._add(ticket)

        assert Obligation.objects.get().next_reminder_at is None

    def test_without_an_obligation_are_completed_all_the_same(self, ana: Any) -> None:
        action = make.ActionItemFactory()

        action_items.complete(action_id=action.pk, actor=ana, at=NOON)

        assert not Obligation.objects.exists()
