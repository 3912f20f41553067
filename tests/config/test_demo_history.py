"""The demo's past means to SLA clocks what its tickets say."""

from collections import Counter

import pytest
from django.utils import timezone

from config.demo import loading
from incidents.models import Ticket, TimelineEntry
from tests.incidents.tickets.test_replay import replay

pytestmark = [pytest.mark.django_db, pytest.mark.walk]


class TestFacts:
    def test_replay_to_the_columns_of_the_tickets(self) -> None:
        loading.load(at=timezone.now())

        for ticket in Ticket.objects.order_by("-pk")[:300]:
            after = replay(ticket)
            assert (after.state == "open", after.hold) == (ticket.is_open, ticket.hold_reason), ticket
            assert (after.fields["severity"], after.fields["team"]) == (
                ticket.severity_id,
                ticket.team_id,
            ), ticket

    def test_were_recorded_when_they_happened(self) -> None:
        loading.load(at=timezone.now())

        rows = TimelineEntry.objects.filter(facts__isnull=False, ticket__origin="demo")
        late = Counter(row.text for row in rows.filter(ticket__kind="incident").iterator() if row.is_late)
        assert late == Counter()
