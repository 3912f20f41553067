"""Every sweep of the clocks goes on beside a row that cannot be read (paging rule 7)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.core import mail
from django.db import connection

from config.base.data.clock import database_now
from config.base.data.rests import Rests
from config.base.net import broker
from incidents import response
from incidents.customers import deliveries, maintenance, signed_links, updates
from incidents.models import ReportSegment, ScheduledMaintenance, ServiceReadiness, SlaCycle, Ticket, UpdateDelivery
from incidents.prevention import auto_resolve, conditions
from incidents.reports import summary
from incidents.services import readiness
from incidents.sla import storage
from oncall import calendars
from oncall.calendars import countries, top_up
from oncall.cover import swap_notices, swaps
from oncall.models import Calendar, Obligation, Reminder, SwapRequest
from oncall.obligations import kinds, reminders
from postmortems import writing
from postmortems.models import Postmortem
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _no_rests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No row rests because of another test, and no broker is needed."""
    for module in (maintenance, updates, summary, readiness, top_up, swaps, kinds, reminders, writing):
        monkeypatch.setattr(module, "_rests", Rests())
    monkeypatch.setattr(updates, "_moves", Rests())
    for name in ("_unreadable", "_unresolved"):
        monkeypatch.setattr(auto_resolve, name, Rests())
    with mock.patch.object(broker, "enqueue", return_value=True):
        yield


def move_to_mars(model: Any, pk: int) -> None:
    """Give a row a time zone that is in no database of zones, as if its zone had left it."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET time_zone = 'Mars/Base' WHERE id = %s", [pk])  # noqa: S608


def fail_for(monkeypatch: pytest.MonkeyPatch, target: Any, name: str, is_bad: Any) -> None:
    """Make a function fail for some of its calls."""
    function = getattr(target, name)

    def fail(*args: Any, **fields: Any) -> Any:
        if is_bad(*args, **fields):
            raise KeyError("a bug")
        return function(*args, **fields)

    monkeypatch.setattr(target, name, fail)


def test_calendars(monkeypatch: pytest.MonkeyPatch) -> None:
    make.CalendarFactory(country="DE")
    good = make.CalendarFactory(country="GB")
    fail_for(monkeypatch, countries, "public_holidays", lambda country, subdivision, years: country == "DE")

    assert calendars.top_up_due(at=NOON) == 1

    assert Calendar.objects.get(filled_through__isnull=False) == good


def test_maintenance_in_an_unknown_zone() -> None:
    bad_page, page = make.StatusPageFactory(), make.StatusPageFactory()
    rows = []
    for place in (bad_page, page):
        plan = maintenance.Plan(
            page=place, name="New servers", body="Slow.", starts_at=NOON + 3 * HOUR, ends_at=NOON + 4 * HOUR
        )
        rows.append(maintenance.schedule(plan=plan, actor=make.UserFactory(), at=NOON))
    move_to_mars(type(bad_page), bad_page.pk)

    assert maintenance.advance_due(at=NOON + 2 * HOUR) == 1
    assert maintenance.advance_due(at=NOON + 2 * HOUR) == 0

    assert ScheduledMaintenance.objects.get(reminded_at__isnull=False) == rows[1]


def test_first_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    make.StatusPageFactory()
    severity = make.SeverityFactory(rank=1)
    make.cadence_of(severity)
    bad, good = [
        response.declare(title="Down", service=make.ServiceFactory(), severity=severity, at=NOON) for _ in range(2)
    ]
    storage.refresh(ticket_ids=[bad.pk, good.pk], at=database_now())
    fail_for(monkeypatch, updates, "create_first_update", lambda ticket, **_: ticket == bad)

    assert updates.create_first_updates(at=NOON) == 1

    assert list(Obligation.objects.values_list("subject_id", flat=True)) == [good.pk]


def test_due_times_of_first_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    make.StatusPageFactory()
    bad, good = [make.IncidentFactory() for _ in range(2)]
    for ticket in (bad, good):
        version = make.SlaTargetVersionFactory(target__metric="first_update")
        make.SlaCycleFactory(
            ticket=ticket, version=version, state="running", stopped_at=None, decided_at=None, is_kept=None,
            due_at=NOON + HOUR,
        )  # fmt: skip
    assert updates.create_first_updates(at=NOON) == 2
    SlaCycle.objects.update(due_at=NOON + 2 * HOUR)
    fail_for(monkeypatch, updates, "follow_clock", lambda obligation, **_: obligation.subject_id == bad.pk)

    assert updates.move_first_updates(at=NOON) == 1

    assert Obligation.objects.get(due_at=NOON + 2 * HOUR).subject_id == good.pk


@pytest.mark.parametrize("name", ["resolve_if_done", "conditions"])
def test_prevention(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    mild = make.SeverityFactory(rank=4, needs_prevention=False)
    bad, good = [make.IncidentFactory(status="restored", restored_at=NOON, severity=mild) for _ in range(2)]
    if name == "conditions":
        fail_for(
            monkeypatch,
            conditions,
            "resolution_conditions_of_all",
            lambda tickets: bad.pk in {ticket.pk for ticket in tickets},
        )
    else:
        fail_for(monkeypatch, auto_resolve, "resolve_if_done", lambda ticket_id, at: ticket_id == bad.pk)

    assert auto_resolve.resolve_due(at=NOON + HOUR) == 1

    assert Ticket.objects.get(status="resolved").pk == good.pk


def test_postmortems_of_a_team_in_an_unknown_zone() -> None:
    severity = make.SeverityFactory(needs_prevention=True)
    tickets = [
        response.declare(title="Down", service=make.ServiceFactory(), severity=severity, at=NOON) for _ in range(2)
    ]
    for ticket in tickets:
        response.restore(ticket_id=ticket.pk, actor=None, at=NOON + HOUR)
    move_to_mars(type(tickets[0].team), tickets[0].team_id)

    assert writing.draft_due(at=NOON + 2 * HOUR) == 1

    assert Postmortem.objects.get().ticket_id == tickets[1].pk


class TestReports:
    def test_beside_a_person_in_an_unknown_zone(self) -> None:
        make.IncidentFactory(impact_started_at=NOON)
        move_to_mars(type(make.UserFactory()), make.UserFactory().pk)

        summary.refresh(at=NOON + HOUR)

        assert ReportSegment.objects.exists()

    def test_beside_a_segment_that_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make.IncidentFactory(impact_started_at=NOON - timedelta(days=70))
        fail_for(monkeypatch, summary, "_summarize", lambda segment: segment.starts_at.month == NOON.month)

        summary.refresh(at=NOON)

        months = {row.starts_at.month for row in ReportSegment.objects.all()}
        assert months
        assert NOON.month not in months


def test_readiness_beside_a_schedule_in_an_unknown_zone() -> None:
    services = []
    for zone in ("Mars/Base", "UTC"):
        policy = make.policy(make.weekly_schedule(make.UserFactory(), zone=zone))
        services.append(make.ServiceFactory(team=policy.team, escalation_policy=policy))

    assert readiness.check_due(at=NOON) == 1
    assert readiness.check_due(at=NOON) == 0

    bad, good = [ServiceReadiness.objects.get(service=service) for service in services]
    assert [item["code"] for item in bad.failing] == [readiness.READABLE]
    assert good.total == 8


def test_swaps(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = [make.SwapRequestFactory(starts_at=NOON, ends_at=NOON + HOUR) for _ in range(2)]
    fail_for(monkeypatch, swap_notices, "notify_swap_ended", lambda swap, **_: swap.pk == bad.pk)

    assert swaps.expire_due(at=NOON) == 1
    assert swaps.expire_due(at=NOON) == 0

    assert SwapRequest.objects.get(status="expired").pk == good.pk


def test_obligations_of_a_kind_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def fail(*, at: Any) -> int:
        raise KeyError("a bug")

    def create(*, at: Any) -> int:
        calls.append("good")
        return 0

    registered = [
        kinds.ObligationKind("a", "A", "it began", "it ends", catch_up=fail),
        kinds.ObligationKind("b", "B", "it began", "it ends", catch_up=create),
    ]
    monkeypatch.setattr(kinds, "all_kinds", lambda: registered)

    assert kinds.catch_up(at=NOON) == 0
    assert calls == ["good"]


class TestReminders:
    @pytest.fixture
    def planned(self) -> list[Obligation]:
        rule = make.ObligationRuleFactory(reminding=[(0, "days", "before", "owner")])
        return [make.planned(rule=rule, owner=make.UserFactory()) for _ in range(2)]

    def test_are_created_beside_an_obligation_that_fails(
        self, planned: list[Obligation], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad, good = planned
        fail_for(monkeypatch, reminders, "_due_reminders", lambda obligation, lines, at: obligation == bad)

        assert reminders.make_due(at=good.due_at) == 1
        assert reminders.make_due(at=good.due_at) == 0

        assert Reminder.objects.get().obligation == good

    def test_that_cannot_be_prepared_are_sent_as_a_plain_text(
        self, planned: list[Obligation], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad, good = planned
        reminders.make_due(at=good.due_at)
        fail_for(monkeypatch, reminders, "message_text", lambda obligation, fields, at: obligation == bad)

        jobs = reminders.claim_jobs(at=good.due_at, limit=10)

        titles = {job.message.title for job in jobs}
        assert titles == {"A task needs you. Open the link.", f"Due now: {good.title}"}
        assert Reminder.objects.get(failures=1).failure == "KeyError: 'a bug'"

    def test_whose_answer_cannot_be_recorded_stop_no_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sender = reminders.Sender()
        recorded: list[Any] = []
        first, second = mock.Mock(), mock.Mock()
        monkeypatch.setattr(sender._senders, "take_results", lambda: [(first, None), (second, None)])
        monkeypatch.setattr(reminders, "record", lambda job, outcome, at: recorded.append(job))
        fail_for(monkeypatch, reminders, "record", lambda job, outcome, at: job is first)

        sender.record_answers(at=NOON)

        assert recorded == [second]


class TestMailsToCustomers:
    def test_of_a_page_in_an_unknown_zone_are_plain_and_stop_no_other(self) -> None:
        bad_page, page = make.StatusPageFactory(name="Mars"), make.StatusPageFactory(name="Acme")
        for place in (bad_page, page):
            make.SubscriberFactory(page=place)
            update = make.CustomerUpdateFactory(incident__page=place, next_update_at=NOON + HOUR)
            deliveries.fan_out(update.pk)
        move_to_mars(type(bad_page), bad_page.pk)

        deliveries.send_due()

        subjects = sorted(message.subject for message in mail.outbox)
        assert subjects[1] == "[Mars] There is an update"
        assert subjects[0].startswith("[Acme] ")
        assert set(UpdateDelivery.objects.values_list("state", flat=True)) == {"accepted"}
        assert UpdateDelivery.objects.get(failures=1).failure.startswith("ZoneInfoNotFoundError")

    def test_that_cannot_be_sent_at_all_are_put_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        page = make.StatusPageFactory()
        bad, good = make.SubscriberFactory(page=page), make.SubscriberFactory(page=page)
        deliveries.fan_out(make.CustomerUpdateFactory(incident__page=page).pk)
        fail_for(monkeypatch, signed_links, "unsubscribe_token", lambda row: row == bad)

        deliveries.send_due()

        row = UpdateDelivery.objects.get(subscriber=bad)
        assert UpdateDelivery.objects.get(subscriber=good).state == "accepted"
        assert (row.state, row.last_error, row.due_at > database_now()) == ("pending", "KeyError: 'a bug'", True)
