"""How soon and how often customers are told: what the targets of the first and next update promise (K-29, S11)."""

import re
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from config.base.data.clock import database_now, floor_minute
from incidents import response
from incidents.customers import cadence
from incidents.models import Event, Severity, SlaTarget, SlaTargetVersion, Ticket
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
PROPOSED = ("customer_impact", "component_status")
PROMISED = ("first_update_minutes", "update_minutes")


def ticket_of(severity: Severity, **fields: Any) -> Ticket:
    return Ticket.objects.get(pk=make.IncidentFactory(severity=severity, **fields).pk)


class TestNextUpdate:
    @pytest.mark.parametrize(
        ("minutes", "due"), [(1, 1), (4, 4), (5, 5), (12, 10), (20, 20), (60, 60), (10_080, 10_080)]
    )
    def test_is_due_after_the_goal_in_steps_of_five_minutes(self, minutes: int, due: int) -> None:
        severity = make.SeverityFactory()
        make.cadence_of(severity, between=minutes)

        assert cadence.next_update_due(ticket=ticket_of(severity), at=NOON) == NOON + due * MINUTE

    def test_is_not_due_without_a_promise(self) -> None:
        make.cadence_of(make.SeverityFactory(rank=1))

        assert cadence.next_update_due(ticket=ticket_of(make.SeverityFactory(rank=2)), at=NOON) is None

    def test_is_counted_on_the_calendar_of_the_target(self) -> None:
        severity, office = make.SeverityFactory(), make.CalendarVersionFactory().calendar
        make.cadence_of(severity, between=120, calendar=office)
        friday = NOON.replace(day=5, hour=14)

        due = cadence.next_update_due(ticket=ticket_of(severity), at=friday)

        # From 16:00 in Berlin: an hour until it closes, and another one on Monday.
        assert due == NOON.replace(day=8, hour=8)

    def test_follows_the_fields_of_now(self) -> None:
        mild, severe = make.SeverityFactory(rank=3), make.SeverityFactory(rank=1)
        make.cadence_of(mild, between=60)
        make.cadence_of(severe, between=20)
        ticket, at = ticket_of(mild), floor_minute(database_now())
        response.change_severity(ticket_id=ticket.pk, severity=severe, actor=make.UserFactory(), at=at)

        assert cadence.next_update_due(ticket=ticket, at=at) in {at + 20 * MINUTE - n * MINUTE for n in range(5)}

    def test_is_no_matter_of_an_ola(self) -> None:
        severity = make.SeverityFactory()
        make.cadence_of(severity, target__kind="ola")

        assert cadence.next_update_due(ticket=ticket_of(severity), at=NOON) is None
        assert cadence.first_update_due(ticket=ticket_of(severity), at=NOON) is None

    def test_is_proposed_by_the_form(self, client: Client) -> None:
        page, severity = make.StatusPageFactory(), make.SeverityFactory()
        make.cadence_of(severity, between=60)
        ticket = ticket_of(severity)
        client.force_login(make.UserFactory(is_superuser=True))

        view = client.get(f"/tickets/{ticket.reference}/update/?page={page.slug}").context["view"]

        assert view._initial()["next_update_at"] == cadence.next_update_due(ticket=ticket, at=view.at)


class TestFirstUpdate:
    @pytest.mark.parametrize("minutes", [1, 240])
    def test_is_due_after_the_start_of_the_impact(self, minutes: int) -> None:
        severity = make.SeverityFactory()
        make.cadence_of(severity, first=minutes)
        ticket = ticket_of(severity, impact_started_at=NOON - 30 * MINUTE)

        assert cadence.first_update_due(ticket=ticket, at=NOON) == NOON + (minutes - 30) * MINUTE

    def test_is_not_due_without_a_promise(self) -> None:
        severity = make.SeverityFactory()
        make.cadence_of(severity, first=None)

        assert cadence.first_update_due(ticket=ticket_of(severity), at=NOON) is None

    def test_is_not_due_once_it_is_over(self) -> None:
        severity = make.SeverityFactory()
        make.cadence_of(severity)

        assert (
            cadence.first_update_due(ticket=ticket_of(severity, status="restored", restored_at=NOON), at=NOON) is None
        )

    def test_is_not_due_while_its_clock_is_paused(self) -> None:
        severity, ana = make.SeverityFactory(is_major=False), make.UserFactory()
        make.cadence_of(severity, pause_reasons=["requester"])
        at = floor_minute(database_now())
        ticket = ticket_of(severity, created_at=at, impact_started_at=at)
        assert cadence.first_update_due(ticket=ticket, at=at) == at + 20 * MINUTE

        response.hold(ticket_id=ticket.pk, reason="requester", actor=ana, at=at)

        assert cadence.first_update_due(ticket=ticket, at=at) is None


class TestSeverity:
    @pytest.mark.parametrize("fields", [{"customer_impact": "huge"}, {"component_status": "gone"}])
    def test_proposes_only_what_there_is(self, fields: dict[str, Any]) -> None:
        severity = make.SeverityFactory()

        with pytest.raises(IntegrityError, match="incidents_severity_"), transaction.atomic():
            Severity.objects.filter(pk=severity.pk).update(**fields)

    def test_is_set_in_the_administration_and_read_in_the_api(self, client: Client) -> None:
        make.PolicyFactory()  # a severity that pages needs one
        severity = make.SeverityFactory()
        make.cadence_of(severity, first=15, between=90)
        admin = make.UserFactory(is_staff=True, is_superuser=True)
        client.force_login(admin)
        address = f"/admin/incidents/severity/{severity.pk}/change/"
        page = client.get(address)
        fields = dict(page.context["adminform"].form.initial) | {
            "customer_impact": "none",
            "change_reason": "Few notice it",
        }

        response = client.post(address, {name: value for name, value in fields.items() if value is not None})

        assert response.status_code == 302, response.context["adminform"].form.errors
        row = client_of(admin).get(f"/api/v1/severities/{severity.pk}/").json()
        assert [row[name] for name in PROPOSED] == ["none", "partial_outage"]
        assert not set(PROMISED) & row.keys()

    def test_shows_in_the_administration_what_its_incidents_are_promised(self, client: Client) -> None:
        severity = make.SeverityFactory()
        make.cadence_of(severity, first=15, between=90)
        client.force_login(make.UserFactory(is_staff=True, is_superuser=True))

        pages = [
            client.get(f"/admin/incidents/severity/{row.pk}/change/").content.decode()
            for row in (severity, make.SeverityFactory(rank=5))
        ]

        for goal, field in (("15", "first_update_goal"), ("90", "next_update_goal")):
            assert _typed_value(pages[0], field) == goal
            assert _typed_value(pages[1], field) is None


def _typed_value(page: str, field: str) -> str | None:
    element = re.search(rf'<input[^>]* name="{field}"[^>]*>', page)
    assert element is not None
    value = re.search(r'value="([^"]*)"', element[0])
    return value[1] if value else None


def state_before(migration: str) -> Any:
    """The models as they were before a migration of incidents; the present database still has their columns."""
    loader = MigrationExecutor(connection).loader
    return loader.project_state([("incidents", migration)], at_end=False).apps


class TestMigrations:
    @pytest.fixture
    def editor(self) -> Any:
        return SimpleNamespace(connection=connection)

    def test_keep_what_rank_category_and_sentence_decided(self, editor: Any) -> None:
        for rank in (1, 2, 3, 4):
            make.SeverityFactory(rank=rank)
        marked, plain = make.IncidentFactory(category="IT-Security"), make.IncidentFactory(category="network")
        for problem in ("This integration is paused.", "No routing key"):
            make.EventFactory(outcome="rejected", problem=problem)
        migration, apps = (
            import_module("incidents.migrations.0009_fields_for_decisions"),
            state_before("0010_service_accounts"),
        )

        migration.keep_behavior(apps, editor)

        rows = apps.get_model("incidents", "Severity").objects.order_by("rank").values_list(*PROMISED, *PROPOSED)
        assert list(rows) == [
            (10, 20, "critical", "major_outage"),
            (20, 30, "major", "partial_outage"),
            (60, 60, "minor", "degraded_performance"),
            (None, 60, "minor", "degraded_performance"),
        ]
        history = apps.get_model("incidents", "HistoricalSeverity").objects.filter(rank=1)
        assert history.values_list(*PROMISED, *PROPOSED).latest() == (10, 20, "critical", "major_outage")
        assert list(Ticket.objects.filter(is_security=True)) == [Ticket.objects.get(pk=marked.pk)]
        assert not Ticket.objects.get(pk=plain.pk).is_security
        assert Event.objects.get(while_paused=True).problem == "This integration is paused."

    def test_make_targets_of_what_severities_promised(self, editor: Any) -> None:
        first, second = make.SeverityFactory(rank=1), make.SeverityFactory(rank=2)
        migration, apps = (
            import_module("incidents.migrations.0015_cadence_targets"),
            state_before("0015_cadence_targets"),
        )
        old = apps.get_model("incidents", "Severity").objects
        old.filter(pk=first.pk).update(first_update_minutes=10, update_minutes=20)
        old.filter(pk=second.pk).update(update_minutes=60)

        migration.make_targets(apps, editor)
        migration.make_targets(apps, editor)

        rows = SlaTargetVersion.objects.order_by("pk")
        names = ("target__name", "target__metric", "goal_minutes", "conditions", "position", "start", "origin")
        assert list(rows.values_list(*names)) == [
            ("First update, SEV1", "first_update", 10, {"severity": [first.pk]}, 1, "impact", "import"),
            ("Next update, SEV1", "next_update", 20, {"severity": [first.pk]}, 1, "opened", "import"),
            ("Next update, SEV2", "next_update", 60, {"severity": [second.pk]}, 2, "opened", "import"),
        ]
        assert {row.effective_from for row in rows} == {row.created_at for row in rows}
        assert SlaTarget.objects.get(name="Next update, SEV2").history.count() == 1
        ticket = ticket_of(second, created_at=rows[0].effective_from)
        assert cadence.next_update_due(ticket=ticket, at=ticket.created_at) is not None
