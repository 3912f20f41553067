"""Obligations of incidents: the next update to customers (S11), and action items by their day."""

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.data.clock import database_now, floor_minute
from incidents import response
from incidents.customers import updates
from incidents.customers.updates import Draft
from incidents.models import SlaCycle, SlaStale, SlaTarget
from incidents.prevention import action_items
from incidents.sla import storage
from oncall.models import Obligation, ObligationRule
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def page() -> Any:
    return make.StatusPageFactory()


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana")


@pytest.fixture
def severity() -> Any:
    """The first update is promised within ten minutes."""
    severity = make.SeverityFactory(rank=1)
    make.cadence_of(severity, first=10)
    return severity


@pytest.fixture
def ticket(severity: Any, ana: Any) -> Any:
    return computed(make.IncidentFactory(severity=severity, assignee=ana), at=NOON)


@pytest.fixture
def draft(page: Any) -> Draft:
    return Draft(
        page=page, name="Payments fail", status="investigating", body="We are looking into it.", started_at=NOON,
        next_update_at=NOON + 20 * MINUTE,
    )  # fmt: skip


def computed(ticket: Any, *, at: datetime) -> Any:
    """The same ticket, once the engine has computed its clocks."""
    storage.refresh(ticket_ids=[ticket.pk], at=at)
    SlaStale.objects.filter(ticket=ticket).delete()
    return ticket


def born(at: datetime, **fields: Any) -> Any:
    """An incident that begins then."""
    return make.IncidentFactory(created_at=at, impact_started_at=at, **fields)


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
            {"origin": "demo"},
            {"visibility": "private", "visibility_reason": "HR"},
            {"status": "restored", "restored_at": NOON},
            {"created_at": NOON - timedelta(days=2)},
        ],
    )
    def test_is_not_due_for_other_tickets(self, page: Any, severity: Any, fields: dict[str, Any]) -> None:
        computed(make.IncidentFactory(severity=severity, **fields), at=NOON)

        assert updates.create_first_updates(at=NOON) == 0

    def test_is_not_due_without_a_promise(self, page: Any) -> None:
        mild = make.SeverityFactory(rank=4)
        make.cadence_of(mild, first=None)
        computed(make.IncidentFactory(severity=mild), at=NOON)

        assert updates.create_first_updates(at=NOON) == 0

    def test_is_due_once_the_clock_is_computed(self, page: Any, severity: Any) -> None:
        ticket = make.IncidentFactory(severity=severity)
        assert updates.create_first_updates(at=NOON) == 0

        computed(ticket, at=NOON)

        assert updates.create_first_updates(at=NOON) == 1

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


class TestClockOfTheFirstUpdate:
    """The obligation is due when its clock is (K-29, K-41). It happens now, because entries are recorded now."""

    @pytest.fixture
    def start(self) -> datetime:
        """The beginning of this minute."""
        return floor_minute(database_now())

    @pytest.fixture
    def young(self, severity: Any, ana: Any, start: datetime) -> Any:
        """An incident that has just begun."""
        return computed(born(start, severity=severity, assignee=ana), at=start)

    def test_comes_earlier_when_the_severity_is_raised(
        self, page: Any, severity: Any, ana: Any, start: datetime
    ) -> None:
        minor = make.SeverityFactory(rank=3)
        make.cadence_of(minor, first=60)
        ticket = computed(born(start, severity=minor, assignee=ana), at=start)
        updates.sweep_first_updates(at=start)
        assert Obligation.objects.get().due_at == start + 60 * MINUTE

        response.change_severity(ticket_id=ticket.pk, severity=severity, actor=ana, at=start + 2 * MINUTE)
        computed(ticket, at=start + 2 * MINUTE)

        assert updates.sweep_first_updates(at=start + 2 * MINUTE) == 1
        assert updates.sweep_first_updates(at=start + 2 * MINUTE) == 0
        obligation = Obligation.objects.get()
        assert (obligation.due_at, obligation.round) == (start + 10 * MINUTE, 1)
        assert obligation.next_reminder_at == start + 10 * MINUTE

    def test_moves_with_a_new_version_of_the_target(self, page: Any, young: Any, start: datetime) -> None:
        updates.sweep_first_updates(at=start)
        target = SlaTarget.objects.get(metric="first_update")
        make.SlaTargetVersionFactory(
            target=target, effective_from=start, start="impact", goal_minutes=30,
            conditions={"severity": [young.severity_id]},
        )  # fmt: skip
        computed(young, at=start + MINUTE)

        assert updates.move_first_updates(at=start + MINUTE) == 1

        assert Obligation.objects.get().due_at == start + 30 * MINUTE

    def test_ends_without_a_promise(self, page: Any, young: Any, ana: Any, start: datetime) -> None:
        updates.sweep_first_updates(at=start)
        mild = make.SeverityFactory(rank=5)
        response.change_severity(
            ticket_id=young.pk, severity=mild, reason="Only the looks.", actor=ana, at=start + MINUTE
        )
        computed(young, at=start + MINUTE)

        assert updates.sweep_first_updates(at=start + MINUTE) == 1

        assert _statuses() == [("first", "withdrawn")]

    def test_waits_for_the_engine(self, page: Any, young: Any, start: datetime) -> None:
        updates.sweep_first_updates(at=start)
        SlaCycle.objects.all().delete()
        SlaStale.objects.create(ticket=young)

        assert updates.sweep_first_updates(at=start) == 0

        assert _statuses() == [("first", "open")]

    def test_rests_while_the_clock_is_paused(self, page: Any, ana: Any, start: datetime) -> None:
        severity = make.SeverityFactory(rank=3)
        make.cadence_of(severity, first=60, pause_reasons=["supplier"])
        ticket = computed(born(start, severity=severity, assignee=ana), at=start)
        updates.sweep_first_updates(at=start)
        response.hold(ticket_id=ticket.pk, reason="supplier", actor=ana, at=start + 10 * MINUTE)
        computed(ticket, at=start + 10 * MINUTE)

        updates.sweep_first_updates(at=start + 10 * MINUTE)
        assert _statuses() == [("first", "withdrawn")]
        later = start + 2 * DAY
        response.resume(ticket_id=ticket.pk, actor=ana, at=later)
        computed(ticket, at=later)
        updates.sweep_first_updates(at=later)

        assert _statuses() == [("first", "open")]
        assert Obligation.objects.get().due_at == later + 50 * MINUTE

    def test_does_not_return_once_it_is_restored(self, page: Any, young: Any, ana: Any, start: datetime) -> None:
        updates.sweep_first_updates(at=start)
        response.restore(ticket_id=young.pk, actor=ana, at=start + MINUTE)
        computed(young, at=start + MINUTE)

        assert updates.sweep_first_updates(at=start + MINUTE) == 0

        assert _statuses() == [("first", "withdrawn")]

    def test_leaves_a_rule_with_a_time_of_its_own(self, page: Any, young: Any, start: datetime) -> None:
        ObligationRule.objects.filter(kind="customer_update").update(amount=5, unit="minutes")
        updates.sweep_first_updates(at=start)

        assert updates.move_first_updates(at=start) == 0

        assert Obligation.objects.get().due_at == start + 5 * MINUTE

    def test_takes_one_query_when_nothing_moves(self, page: Any, young: Any, start: datetime) -> None:
        updates.sweep_first_updates(at=start)

        with CaptureQueriesContext(connection) as queries:
            updates.move_first_updates(at=start)

        assert len(queries) == 1


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
