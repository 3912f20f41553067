"""Alertmanager's webhook: keys, groups, repeats, ends, and events that come late or twice."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.utils import timezone

from incidents.intake import store
from incidents.models import Alert, Event, EventOutcome, Integration, Ticket
from incidents.routing import route_due
from tests.factories import NOON
from tests.incidents.conftest import ALERTMANAGER_KEY, Post, firing, resolved

pytestmark = pytest.mark.usefixtures("alertmanager")


def outcomes() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("outcome", flat=True))


class TestKey:
    @pytest.mark.parametrize("path", ["/integrations/alertmanager", "/integrations/alertmanager/"])
    @pytest.mark.parametrize(
        "header",
        [
            f"Bearer {ALERTMANAGER_KEY}",
            "Basic " + base64.b64encode(f"anyone:{ALERTMANAGER_KEY}".encode()).decode(),
        ],
    )
    def test_may_come_in_a_header(self, client: Client, path: str, header: str) -> None:
        body = json.dumps({"alerts": [firing()]})

        response = client.post(path, body, content_type="application/json", headers={"authorization": header})

        assert (response.status_code, response.json()) == (200, {"status": "ok"})
        assert Alert.objects.count() == 1

    @pytest.mark.parametrize("header", ["", "Basic ???", "Basic /w==", "Digest abc", "Bearer"])
    def test_is_asked_for_when_there_is_none(self, client: Client, header: str) -> None:
        response = client.post(
            "/integrations/alertmanager", b"{}", content_type="application/json", headers={"authorization": header}
        )

        assert response.status_code == 401

    @pytest.mark.parametrize("key", ["wrong", "c" * 32, "%00", "..%2f", "\uff11" * 32])
    def test_that_is_wrong_opens_nothing(self, notify: Post, key: str) -> None:
        response = notify(firing(), key=key)

        assert (response.status_code, response.json()) == (404, {"detail": "unknown integration"})

    def test_of_a_paused_integration_is_refused_and_kept(self, notify: Post, alertmanager: Integration) -> None:
        Integration.objects.filter(pk=alertmanager.pk).update(paused_at=NOON)

        assert notify(firing()).status_code == 403
        assert Event.objects.get().problem == "This integration is paused."


class TestBody:
    @pytest.mark.parametrize(
        ("body", "detail"),
        [
            (b"{", "The body is not valid JSON"),
            (b"[]", "The body is not a JSON object."),
            (b"{}", "alerts: list expected"),
            (b'{"alerts": {}}', "alerts: list expected"),
            (b'{"alerts": ["x"]}', "1 of 1 alerts: alerts[0].labels: object expected"),
            (b'{"alerts": [{}, {}]}', "2 of 2 alerts: alerts[0].labels: object expected"),
        ],
    )
    def test_that_is_wrong_is_kept_for_the_integration(self, client: Client, body: bytes, detail: str) -> None:
        response = client.post(f"/integrations/alertmanager/{ALERTMANAGER_KEY}", body, content_type="application/json")

        assert response.status_code == 400
        assert response.json()["detail"].startswith(detail)
        assert Event.objects.get().outcome == EventOutcome.REJECTED

    def test_with_one_bad_alert_is_taken_for_the_others(self, notify: Post) -> None:
        response = notify(firing("web1"), {"labels": 7}, firing("web2"))

        assert response.status_code == 200
        assert Alert.objects.count() == 2
        assert outcomes() == ["opened", "opened", "rejected"]

    def test_without_alerts_is_fine(self, notify: Post) -> None:
        assert notify().status_code == 200

    def test_of_another_method_is_refused(self, client: Client) -> None:
        response = client.get(f"/integrations/alertmanager/{ALERTMANAGER_KEY}")

        assert (response.status_code, response.headers["Allow"]) == (405, "POST")

    def test_that_left_alerts_out_says_so(self, notify: Post) -> None:
        notify(firing(), truncatedAlerts=12)

        assert "12 more" in Event.objects.get().problem


class TestAlert:
    def test_is_read_from_labels_and_annotations(self, notify: Post) -> None:
        notify(firing())

        alert = Alert.objects.get()
        assert (alert.title, alert.severity_word, alert.source) == ("web1 is down", "critical", "web1")
        assert alert.group_key == '{}:{alertname="Down"}'
        assert alert.link == "http://prometheus.example/graph"
        assert alert.started_at.isoformat() == "2026-06-01T11:58:00+00:00"
        assert alert.payload["groupKey"] == alert.group_key

    def test_without_a_summary_is_named_by_its_labels(self, notify: Post) -> None:
        notify({**firing(job="node"), "annotations": None})

        assert Alert.objects.get().title == "Down instance=web1, job=node"

    @pytest.mark.parametrize("field", ["fingerprint", "annotations", "startsAt", "endsAt", "status", "generatorURL"])
    @pytest.mark.parametrize("value", [None, 7, [], {}])
    def test_with_a_field_of_the_wrong_kind_is_taken(self, notify: Post, field: str, value: Any) -> None:
        assert notify({**firing(), field: value}).status_code == 200
        assert Alert.objects.get().title

    def test_without_a_fingerprint_is_known_by_its_labels(self, notify: Post) -> None:
        for _ in range(2):
            notify({**firing(), "fingerprint": ""})

        assert Alert.objects.get().count == 2

    def test_with_a_long_group_key_keeps_groups_apart(self, notify: Post) -> None:
        notify(firing("web1"), groupKey="g" * 1_000 + "1")
        notify(firing("web2"), groupKey="g" * 1_000 + "2")

        assert Alert.objects.values("group_key").distinct().count() == 2

    def test_named_twice_in_one_body_counts_twice(self, notify: Post) -> None:
        notify(firing(), firing(), resolved())

        alert = Alert.objects.get()
        assert (alert.count, alert.status) == (2, "closed")
        assert outcomes() == ["opened", "repeated", "closed"]

    def test_ends_by_its_own_status(self, notify: Post) -> None:
        notify(firing("web1"), firing("web2"))
        notify(resolved("web1"), firing("web2"), status="firing")

        assert dict(Alert.objects.values_list("source", "status")) == {"web1": "closed", "web2": "open"}


class TestOrder:
    def test_a_replayed_beginning_that_ends_again_opens_nothing(self, notify: Post) -> None:
        for body in (firing(), resolved(), firing(), resolved()):
            notify(body)
        route_due(at=timezone.now() + timedelta(seconds=60))

        assert set(Alert.objects.values_list("status", flat=True)) == {"closed"}
        assert outcomes() == ["opened", "closed", "opened", "closed"]
        assert not Ticket.objects.exists()

    def test_an_end_before_its_beginning_leaves_nothing_open(self, notify: Post) -> None:
        for body in (resolved(), resolved(), firing(), resolved()):
            notify(body)

        alert = Alert.objects.get()
        assert (alert.status, alert.route_at) == ("closed", None)
        assert outcomes() == ["ignored", "ignored", "stale", "ignored"]

    def test_a_new_beginning_opens_another_alert(self, notify: Post) -> None:
        notify(firing())
        notify(resolved())
        notify(firing(starts="2026-06-01T12:30:00Z"))

        assert sorted(Alert.objects.values_list("status", flat=True)) == ["closed", "open"]

    def test_a_late_end_of_an_earlier_trouble_closes_nothing(self, notify: Post) -> None:
        notify(firing(starts="2026-06-01T12:30:00Z"))
        notify(resolved(ends="2026-06-01T12:10:00Z"))

        assert Alert.objects.get().status == "open"

    def test_a_trouble_that_goes_on_after_people_closed_it_opens_again(self, notify: Post) -> None:
        notify(firing())
        Alert.objects.update(status="closed", closed_at=NOON)
        notify(firing())

        assert sorted(Alert.objects.values_list("status", flat=True)) == ["closed", "open"]

    def test_the_end_of_what_people_closed_is_noted(self, notify: Post) -> None:
        notify(firing())
        Alert.objects.update(status="closed", closed_at=NOON, route_at=None)
        notify(resolved())
        notify(firing())

        alert, held = Alert.objects.order_by("pk")
        assert (alert.closed_at, alert.route_at) == (NOON, None)
        assert alert.sender_closed_at is not None
        assert held.explanation == "Reported again after its end."


class TestTrouble:
    @pytest.mark.parametrize("error", [OperationalError("away"), InterfaceError("closed")])
    @pytest.mark.parametrize(
        "path", [f"/integrations/alertmanager/{ALERTMANAGER_KEY}", "/v2/enqueue", "/v2/change/enqueue"]
    )
    def test_asks_the_sender_to_come_again(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, path: str
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr("incidents.intake.integration_keys._look_up", fail)
        body = {
            "alerts": [firing()],
            "routing_key": "a" * 32,
            "event_action": "resolve",
            "dedup_key": "x",
            "payload": {"summary": "x"},
        }

        response = client.post(path, json.dumps(body), content_type="application/json")

        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("is_known", [True, False])
    def test_of_a_refused_connection_asks_to_come_again_and_passes(
        self, notify: Post, monkeypatch: pytest.MonkeyPatch, is_known: bool
    ) -> None:
        if is_known:
            notify()
        connection.close()
        with monkeypatch.context() as away:
            away.setitem(connection.settings_dict, "HOST", "127.0.0.1")
            away.setitem(connection.settings_dict, "PORT", "1")
            assert notify(firing()).status_code == 503
        connection.close()

        assert notify(firing()).status_code == 200
        assert Alert.objects.get().count == 1

    def test_in_storing_is_never_answered_well(self, notify: Post, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object, **__: object) -> None:
            raise OperationalError("the connection was lost")

        monkeypatch.setattr(store, "_run", fail)

        assert notify(firing()).status_code == 503
        assert not Event.objects.exists()


def test_a_batch_costs_as_many_statements_as_one_alert(notify: Post, django_assert_num_queries: Any) -> None:
    notify(firing("first"))

    with django_assert_num_queries(1):
        notify(*(firing(f"web{n}") for n in range(100)))
