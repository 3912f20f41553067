"""Tickets that come from another system keep when they were opened there, and which promises were broken."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from config.base.data.roles import Role
from incidents.models import Incident, SlaBreach, SlaCycle, Ticket
from incidents.sla import storage
from incidents.sla.imported import ImportedClock, note_origin
from incidents.tickets.locking import TicketRefused
from oncall.models import User
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> datetime:
    return timezone.now().replace(second=0, microsecond=0)


@pytest.fixture
def ticket(at: datetime) -> Ticket:
    incident: Incident = make.IncidentFactory(created_at=at)
    return Ticket.objects.get(pk=incident.pk)


def clock(at: datetime, **fields: Any) -> ImportedClock:
    values: dict[str, Any] = {
        "kind": "sla", "metric": "acknowledge", "goal_minutes": 15, "elapsed_minutes": 20,
        "started_at": at - timedelta(days=2), "stopped_at": at - timedelta(days=1),
    }  # fmt: skip
    return ImportedClock(**values | fields)


def take_in(ticket: Ticket, at: datetime, *clocks: ImportedClock) -> Ticket:
    opened_at = at - timedelta(days=2)
    return note_origin(ticket_id=ticket.pk, source="Jira", opened_at=opened_at, clocks=clocks, actor=None, at=at)


class TestOrigin:
    def test_counts_from_the_opening_in_the_other_system(self, ticket: Ticket, at: datetime) -> None:
        make.SlaTargetVersionFactory(goal_minutes=4 * 24 * 60)

        take_in(ticket, at)

        storage.refresh(ticket_ids=[ticket.pk], at=at)
        row = SlaCycle.objects.get()
        assert (row.started_at, row.elapsed_minutes) == (at - timedelta(days=2), 2 * 24 * 60)

    def test_keeps_ended_promises_with_their_source_and_never_counts_them_again(
        self, ticket: Ticket, at: datetime
    ) -> None:
        make.SlaTargetVersionFactory(target__metric="acknowledge")
        take_in(ticket, at, clock(at, breached_at=at - timedelta(hours=30)))

        storage.refresh(ticket_ids=[ticket.pk], at=at)

        row, breach = SlaCycle.objects.get(), SlaBreach.objects.get()
        assert (row.state, row.source, row.goal_minutes, row.is_kept) == ("breached", "Jira", 15, False)
        assert (breach.source, breach.version) == ("Jira", None)

    def test_lets_a_broken_promise_that_still_runs_go_on(self, ticket: Ticket, at: datetime) -> None:
        make.SlaTargetVersionFactory(target__metric="restore", goal_minutes=60 * 24 * 60)
        broken_at = at - timedelta(hours=30)

        take_in(ticket, at, clock(at, metric="restore", stopped_at=None, breached_at=broken_at))

        storage.refresh(ticket_ids=[ticket.pk], at=at)
        row = SlaCycle.objects.get()
        assert (row.state, row.source, row.breached_at, row.breach_holds) == ("running", "Jira", broken_at, False)

    @pytest.mark.parametrize(
        ("name", "minutes", "message"),
        [
            ("stopped_at", None, "Leave out promises that still run"),
            ("started_at", -3 * 24 * 60, "A promise starts with the ticket or later"),
            ("stopped_at", 1, "not in the future"),
        ],
    )
    def test_refuses_moments_that_cannot_be(
        self, ticket: Ticket, at: datetime, name: str, minutes: int | None, message: str
    ) -> None:
        moment = None if minutes is None else at + timedelta(minutes=minutes)

        with pytest.raises(TicketRefused, match=message):
            take_in(ticket, at, clock(at, **{name: moment}))
        assert not SlaCycle.objects.exists()

    def test_refuses_a_second_origin_and_a_promise_that_stands_twice(self, ticket: Ticket, at: datetime) -> None:
        with pytest.raises(TicketRefused, match="once"):
            take_in(ticket, at, clock(at), clock(at))
        take_in(ticket, at)

        with pytest.raises(TicketRefused, match="comes from Jira already"):
            take_in(ticket, at)


class TestApi:
    def send(self, ticket: Ticket, user: User, **body: Any) -> Any:
        api = APIClient()
        api.force_authenticate(user)
        return api.post(f"/api/v1/incidents/{ticket.pk}/note_origin/", body, format="json")

    def test_takes_facts_from_an_administrator_alone(self, ticket: Ticket, at: datetime) -> None:
        body = {
            "system": "Jira",
            "opened_at": (at - timedelta(days=2)).isoformat(),
            "clocks": [
                {
                    "metric": "acknowledge", "goal_minutes": 15, "elapsed_minutes": 20,
                    "started_at": (at - timedelta(days=2)).isoformat(),
                    "stopped_at": (at - timedelta(days=1)).isoformat(),
                }
            ],
        }  # fmt: skip

        assert self.send(ticket, make.UserFactory(roles=[Role.AGENT]), **body).status_code == 403
        answer = self.send(ticket, make.UserFactory(roles=[Role.ADMINISTRATOR]), **body)

        assert answer.status_code == 200, answer.json()
        assert answer.json()["imported_from"] == "Jira"
        assert SlaCycle.objects.get().source == "Jira"
