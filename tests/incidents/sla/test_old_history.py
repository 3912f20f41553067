"""Tickets from before the timeline told clocks everything are computed with what they have."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from incidents.models import Ticket, TimelineEntry
from incidents.sla import loading
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened() -> datetime:
    return timezone.now().replace(second=0, microsecond=0) - timedelta(hours=9)


def old_entry(ticket: Ticket, at: datetime, kind: str, **data: object) -> None:
    TimelineEntry.objects.create(ticket=ticket, kind=kind, text="Before", at=at, recorded_at=at, data=data)


class TestHistoryWithoutFacts:
    def test_is_read_from_entries_and_stamps(self, opened: datetime) -> None:
        first, second = make.TeamFactory(), make.TeamFactory()
        low, high = make.SeverityFactory(rank=4), make.SeverityFactory(rank=1, is_major=True)
        hour = timedelta(hours=1)
        incident = make.IncidentFactory(
            team=second, severity=high, created_at=opened, impact_started_at=opened - hour, status="restored",
            acknowledged_at=opened + hour, restored_at=opened + 6 * hour,
        )  # fmt: skip
        ticket = Ticket.objects.get(pk=incident.pk)
        old_entry(ticket, opened, "opened", severity=low.name)
        old_entry(ticket, opened + 2 * hour, "handover", **{"from": first.pk, "to": second.pk})
        old_entry(ticket, opened + 3 * hour, "change", field="severity", **{"from": low.name, "to": high.name})
        old_entry(ticket, opened + 4 * hour, "status", **{"from": "in_progress", "to": "on_hold"})
        old_entry(ticket, opened + 5 * hour, "status", **{"from": "on_hold", "to": "in_progress"})
        old_entry(ticket, opened + 6 * hour, "status", **{"from": "in_progress", "to": "restored"})

        loaded = loading.load_events([ticket.pk])[ticket.pk]

        assert not loaded.is_complete
        assert [event.type for event in loaded.events] == [
            "opened", "impact", "acknowledged", "change", "change", "hold", "unhold", "restored",
        ]  # fmt: skip
        start = loaded.events[0].fields
        assert (start["team"], start["severity"], start["major"]) == (first.pk, low.pk, False)
        assert loaded.events[3].fields == {"team": second.pk}
        assert loaded.events[4].fields == {"severity": high.pk, "major": True}

    def test_goes_on_with_facts_after_the_upgrade(self, opened: datetime) -> None:
        ticket = Ticket.objects.get(pk=make.IncidentFactory(created_at=opened, impact_started_at=opened).pk)
        at = opened + timedelta(hours=8)
        TimelineEntry.objects.create(
            ticket=ticket, kind="status", text="Restored", at=at, recorded_at=at, facts=[{"type": "restored"}],
            data={"from": "new", "to": "restored"},
        )  # fmt: skip

        loaded = loading.load_events([ticket.pk])[ticket.pk]

        assert [event.type for event in loaded.events] == ["opened", "restored"]
        assert not loaded.is_complete

    def test_begins_with_what_the_first_change_with_facts_says_was_before(self, opened: datetime) -> None:
        low, high = make.SeverityFactory(rank=4), make.SeverityFactory(rank=1)
        ticket = Ticket.objects.get(
            pk=make.IncidentFactory(created_at=opened, impact_started_at=opened, severity=high).pk
        )
        at = opened + timedelta(hours=8)
        TimelineEntry.objects.create(
            ticket=ticket, kind="change", text="Raised", at=at, recorded_at=at,
            data={"field": "severity", "from": low.name, "to": high.name},
            facts=[{"type": "change", "fields": {"severity": high.pk}}],
        )  # fmt: skip

        first, change = loading.load_events([ticket.pk])[ticket.pk].events

        assert (first.fields["severity"], change.fields["severity"]) == (low.pk, high.pk)

    def test_costs_no_query_for_tickets_with_facts(
        self, opened: datetime, django_assert_num_queries: "pytest.FixtureRequest"
    ) -> None:
        tickets = [make.IncidentFactory(created_at=opened) for _ in range(3)]
        for ticket in tickets:
            facts = [{"type": "opened", "fields": {"kind": "incident"}}]
            TimelineEntry.objects.create(
                ticket=ticket, kind="opened", text="?", at=opened, recorded_at=opened, facts=facts
            )

        with django_assert_num_queries(2):  # type: ignore[operator]  # a context manager of the plugin
            loaded = loading.load_events([ticket.pk for ticket in tickets])

        assert all(entry.is_complete for entry in loaded.values())
