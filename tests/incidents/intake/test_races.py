"""Many senders, people and engines at once: one alert, one incident, no deadlock (F10, F17, F19)."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.base.data.lifecycle import IllegalMove
from config.base.rest import tokens
from incidents import response
from incidents.intake import store
from incidents.intake.report import Report
from incidents.models import Alert, AlertStatus, Event, EventAction, Integration, Ticket
from incidents.routing import route_due
from tests.factories import IntegrationFactory
from tests.incidents.conftest import ALERTMANAGER_KEY, PAGERDUTY_KEY, event, firing, resolved

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together, each with its own connection."""
    ready = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        ready.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def route_all() -> int:
    done = 0
    while count := route_due(at=timezone.now() + timedelta(seconds=1)):
        done += count
    return done


@pytest.fixture
def integration() -> Integration:
    return IntegrationFactory(kind="alertmanager", key_digest=tokens.digest(ALERTMANAGER_KEY))


def trigger(key: str, action: EventAction = EventAction.TRIGGER) -> Report:
    return Report(action=action, dedup_key=key, group_key="group", title=f"{key} is down", severity_word="critical")


@pytest.mark.drill
def test_a_thousand_posts_of_one_key_open_one_alert_and_one_incident() -> None:
    IntegrationFactory(kind="pagerduty", key_digest=tokens.digest(PAGERDUTY_KEY))
    body = {"routing_key": PAGERDUTY_KEY, "event_action": "trigger", "dedup_key": "disk", "payload": event()}

    def post() -> Counter[int]:
        client = Client()
        text = json.dumps(body)
        return Counter(
            client.post("/v2/enqueue", text, content_type="application/json").status_code for _ in range(125)
        )

    answers: Counter[int] = sum(at_once(*[post] * 8), Counter())
    route_all()

    alert = Alert.objects.get()
    assert answers == {202: 1_000}
    assert alert.count == 1_000
    assert Event.objects.filter(outcome="opened").count() == 1
    assert Ticket.objects.get().pk == alert.ticket_id


def test_beginnings_and_ends_in_any_order_leave_nothing_open(integration: Integration) -> None:
    def post(*bodies: dict[str, Any]) -> Callable[[], set[int]]:
        def send() -> set[int]:
            client = Client()
            return {
                client.post(
                    f"/integrations/alertmanager/{ALERTMANAGER_KEY}",
                    json.dumps({"groupKey": "g", "alerts": [body]}),
                    content_type="application/json",
                ).status_code
                for body in bodies
            }

        return send

    names = [f"web{n}" for n in range(20)]
    # Each end is stored before its beginning, while other senders repeat both.
    at_once(*[post(*map(resolved, names)) for _ in range(3)])
    answers = at_once(*[post(*map(firing, names)) for _ in range(3)], post(*map(resolved, names)))
    route_all()
    # Of three beginnings one is that of the stored end; the others are held until an end comes.
    answers += at_once(*[post(*map(resolved, names)) for _ in range(3)])
    route_all()

    assert set.union(*answers) == {200}
    assert not Alert.objects.exclude(status=AlertStatus.CLOSED).exists()
    assert not Ticket.objects.exists()


def test_two_engines_open_one_incident_for_a_group(integration: Integration) -> None:
    reports = [trigger(f"host{n}") for n in range(30)]
    store.store_reports(integration_id=integration.pk, reports=reports, at=timezone.now())

    done = at_once(*[route_all] * 4)

    assert sum(done) == 30
    assert Ticket.objects.count() == 1
    assert Alert.objects.filter(ticket=Ticket.objects.get()).count() == 30


def test_people_senders_and_engines_never_deadlock(integration: Integration) -> None:
    keys = [f"host{n:02}" for n in range(12)]
    rounds = range(8)
    store.store_reports(integration_id=integration.pk, reports=[trigger(key) for key in keys], at=timezone.now())
    route_all()
    deadlocks = _deadlocks()

    def send(order: int) -> Callable[[], None]:
        def run() -> None:
            for turn in rounds:
                kinds = (EventAction.TRIGGER, EventAction.RESOLVE) if turn % 2 else (EventAction.TRIGGER,)
                reports = [trigger(key, kinds[n % len(kinds)]) for n, key in enumerate(keys[::order])]
                store.store_reports(integration_id=integration.pk, reports=reports, at=timezone.now())

        return run

    def answer() -> None:
        for _ in rounds:
            for ticket in Ticket.objects.open():
                unless_over(response.acknowledge, ticket)

    def end() -> None:
        for _ in rounds:
            for ticket in Ticket.objects.open():
                unless_over(response.restore, ticket)

    at_once(send(1), send(-1), send(1), answer, end, *[lambda: [route_all() for _ in rounds]] * 2)
    route_all()

    assert _deadlocks() == deadlocks
    assert not Alert.objects.filter(route_at__isnull=False).exists()
    open_alerts = Alert.objects.exclude(status=AlertStatus.CLOSED)
    assert all(alert.ticket is not None and alert.ticket.is_open for alert in open_alerts.select_related("ticket"))
    with_open_alerts = set(open_alerts.values_list("ticket_id", flat=True))
    assert set(Ticket.objects.open().values_list("pk", flat=True)) == with_open_alerts


def unless_over(verb: Callable[..., Ticket], ticket: Ticket) -> None:
    """Somebody else may have ended the incident meanwhile; that is the only refusal there may be."""
    try:
        verb(ticket_id=ticket.pk, actor=None, at=timezone.now())
    except IllegalMove:
        assert not Ticket.objects.get(pk=ticket.pk).is_open


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        (count,) = cursor.fetchone()
    return int(count)
