"""Alerts follow their incident: acknowledged with it, and closed when it is restored or closed."""

from datetime import timedelta

import pytest

from incidents import response
from incidents.alerts import status
from incidents.models import Alert, AlertStatus
from tests.factories import NOON, AlertFactory, IncidentFactory, UserFactory

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=10)


class TestAcknowledgement:
    def test_of_the_incident_shows_on_its_open_alerts(self) -> None:
        ticket = IncidentFactory()
        open_alert = AlertFactory(ticket=ticket)
        closed_alert = AlertFactory(ticket=ticket, status=AlertStatus.CLOSED, closed_at=NOON)

        response.acknowledge(ticket_id=ticket.pk, actor=UserFactory(), at=NOON)

        statuses = dict(Alert.objects.values_list("pk", "status"))
        assert statuses == {open_alert.pk: AlertStatus.ACKNOWLEDGED, closed_alert.pk: AlertStatus.CLOSED}

    def test_of_another_incident_changes_nothing(self) -> None:
        alert = AlertFactory(ticket=IncidentFactory())

        assert status.mark_acknowledged(ticket_id=IncidentFactory().pk) == 0

        alert.refresh_from_db()
        assert alert.status == AlertStatus.OPEN

    def test_counts_the_alerts_it_changed(self) -> None:
        ticket = IncidentFactory()
        AlertFactory(ticket=ticket)

        assert status.mark_acknowledged(ticket_id=ticket.pk) == 1
        assert status.mark_acknowledged(ticket_id=ticket.pk) == 0


class TestEnd:
    def test_of_a_restored_incident_closes_its_alerts(self) -> None:
        ticket = IncidentFactory()
        alert = AlertFactory(ticket=ticket, route_at=NOON)

        response.restore(ticket_id=ticket.pk, actor=UserFactory(), at=LATER)

        alert.refresh_from_db()
        assert (alert.status, alert.closed_at, alert.route_at) == (AlertStatus.CLOSED, LATER, None)
        assert alert.explanation == " Closed because its incident was restored or closed."

    def test_of_a_closed_incident_closes_its_alerts(self) -> None:
        ticket = IncidentFactory()
        alert = AlertFactory(ticket=ticket, status=AlertStatus.ACKNOWLEDGED)

        response.close(ticket_id=ticket.pk, code="cancelled", actor=UserFactory(), at=LATER)

        alert.refresh_from_db()
        assert (alert.status, alert.closed_at) == (AlertStatus.CLOSED, LATER)

    def test_counts_the_alerts_that_were_still_open(self) -> None:
        ticket = IncidentFactory()
        AlertFactory(ticket=ticket)
        AlertFactory(ticket=ticket, status=AlertStatus.CLOSED, closed_at=NOON)

        assert status.mark_closed(ticket_id=ticket.pk, at=LATER) == 1
        assert status.mark_closed(ticket_id=ticket.pk, at=LATER) == 0


class TestLock:
    def test_takes_alerts_in_the_order_of_their_keys_up_to_the_limit(self) -> None:
        ticket = IncidentFactory()
        first = AlertFactory(ticket=ticket)
        for key in ("c", "b", "a"):
            AlertFactory(ticket=ticket, integration=first.integration, dedup_key=key)
        first.delete()

        assert [alert.dedup_key for alert in status.lock(Alert.objects.all(), limit=2)] == ["a", "b"]
