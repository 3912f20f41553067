"""How soon and how often customers are told: what the severity promises, and who sets it."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test import Client

from incidents.customers import cadence
from incidents.models import Event, Severity, Ticket
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
TOLD = ("first_update_minutes", "update_minutes", "customer_impact", "component_status")


def ticket_of(**fields: Any) -> Ticket:
    severity = make.SeverityFactory.build(**fields)
    return Ticket(kind="incident", status="new", severity=severity, impact_started_at=NOON)


class TestDue:
    @pytest.mark.parametrize(
        ("minutes", "due"), [(1, 1), (4, 4), (5, 5), (12, 10), (20, 20), (60, 60), (10_080, 10_080), (None, None)]
    )
    def test_comes_after_the_minutes_of_the_severity_in_steps_of_five(
        self, minutes: int | None, due: int | None
    ) -> None:
        expected = None if due is None else NOON + due * MINUTE

        assert cadence.next_update_due(ticket=ticket_of(update_minutes=minutes), at=NOON) == expected

    @pytest.mark.parametrize("minutes", [1, 240, None])
    def test_comes_first_after_the_start_of_the_impact(self, minutes: int | None) -> None:
        ticket = ticket_of(first_update_minutes=minutes)

        assert cadence.first_update_due(ticket=ticket) == (minutes and NOON + minutes * MINUTE)
        ticket.status = "restored"
        assert cadence.first_update_due(ticket=ticket) is None


@pytest.mark.django_db
class TestSeverity:
    @pytest.mark.parametrize(
        "fields",
        [
            {"first_update_minutes": 0},
            {"first_update_minutes": 10_081},
            {"update_minutes": 0},
            {"update_minutes": 10_081},
            {"customer_impact": "huge"},
            {"component_status": "gone"},
        ],
    )
    def test_holds_only_promises_that_can_be_kept(self, fields: dict[str, Any]) -> None:
        severity = make.SeverityFactory()

        with pytest.raises(IntegrityError, match="incidents_severity_"), transaction.atomic():
            Severity.objects.filter(pk=severity.pk).update(**fields)

    def test_is_set_in_the_administration_and_read_in_the_api(self, client: Client) -> None:
        severity = make.SeverityFactory()
        admin = make.UserFactory(is_staff=True, is_superuser=True)
        client.force_login(admin)
        address = f"/admin/incidents/severity/{severity.pk}/change/"
        fields = dict(client.get(address).context["adminform"].form.initial)
        fields |= {"first_update_minutes": "15", "update_minutes": "", "customer_impact": "none"}

        response = client.post(address, {name: value for name, value in fields.items() if value is not None})

        assert response.status_code == 302, response.context["adminform"].form.errors
        row = client_of(admin).get(f"/api/v1/severities/{severity.pk}/").json()
        assert [row[name] for name in TOLD] == [15, None, "none", "partial_outage"]


@pytest.mark.django_db
class TestMigration:
    def test_keeps_what_rank_category_and_sentence_decided(self) -> None:
        for rank in (1, 2, 3, 4):
            make.SeverityFactory(rank=rank, **dict.fromkeys(("first_update_minutes", "update_minutes")))
        marked, plain = make.IncidentFactory(category="IT-Security"), make.IncidentFactory(category="network")
        for problem in ("This integration is paused.", "No routing key"):
            make.EventFactory(outcome="rejected", problem=problem)
        migration = import_module("incidents.migrations.0009_fields_for_decisions")

        migration.keep_behavior(apps, SimpleNamespace(connection=connection))

        rows = Severity.objects.order_by("rank").values_list(*TOLD)
        assert list(rows) == [
            (10, 20, "critical", "major_outage"),
            (20, 30, "major", "partial_outage"),
            (60, 60, "minor", "degraded_performance"),
            (None, 60, "minor", "degraded_performance"),
        ]
        newest = Severity.history.filter(rank=1).values_list(*TOLD).latest()
        assert newest == (10, 20, "critical", "major_outage")
        assert list(Ticket.objects.filter(is_security=True)) == [Ticket.objects.get(pk=marked.pk)]
        assert not Ticket.objects.get(pk=plain.pk).is_security
        assert Event.objects.get(while_paused=True).problem == "This integration is paused."
