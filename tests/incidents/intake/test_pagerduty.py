"""PagerDuty's Events API v2: the errors to the letter, and what each action does to an alert."""

import json
import time

import pytest
from django.test import Client

from incidents.intake import integration_keys
from incidents.models import Alert, AlertStatus, Event, EventOutcome, Integration
from tests.factories import NOON
from tests.incidents.conftest import PAGERDUTY_KEY, Post, event

pytestmark = pytest.mark.usefixtures("pagerduty")


class TestErrors:
    @pytest.mark.parametrize(
        ("key", "errors"),
        [
            (None, ["'routing_key' is missing or blank"]),
            ("", ["'routing_key' is missing or blank"]),
            (7, ["'routing_key' is missing or blank"]),
            ("abc", ["Length of 'routing_key' is incorrect (should be 32 characters)"]),
            ("é" * 32, ["'routing_key' cannot contain non-alphanumeric characters."]),
            ("-" * 32, ["'routing_key' cannot contain non-alphanumeric characters."]),
            (
                "e+23",
                [
                    "Length of 'routing_key' is incorrect (should be 32 characters)",
                    "'routing_key' cannot contain non-alphanumeric characters.",
                ],
            ),
            ("f" * 32, ["Invalid routing key"]),
        ],
    )
    def test_name_what_is_wrong_with_the_key(self, enqueue: Post, key: str | None, errors: list[str]) -> None:
        response = enqueue(key=key, payload=event())

        assert response.status_code == 400
        assert response.json() == {"status": "invalid event", "message": "Event object is invalid", "errors": errors}

    @pytest.mark.parametrize(
        ("action", "body", "errors"),
        [
            ("", {"payload": event()}, ["'event_action' is missing or blank"]),
            ("0", {"payload": event()}, ["'event_action' is invalid"]),
            (["trigger"], {"payload": event()}, ["'event_action' is invalid"]),
            ("resolve", {}, ["'dedup_key' is missing or blank"]),
            ("resolve", {"dedup_key": {"a": 1}}, ["'dedup_key' is missing or blank"]),
            ("trigger", {"payload": event("")}, ["'payload.summary' is missing or blank"]),
            ("trigger", {"payload": event("\u200b\u202e")}, ["'payload.summary' is missing or blank"]),
            ("trigger", {"payload": event({"a": 1})}, ["'payload.summary' is missing or blank"]),
            ("trigger", {"payload": event(severity=None)}, ["'payload.severity' is missing or blank"]),
            (
                "trigger",
                {"payload": event(severity="none")},
                [
                    "'payload.severity' is invalid"
                    " (must be one of the following: 'critical', 'warning', 'error' or 'info')"
                ],
            ),
            (
                "trigger",
                {"payload": [1]},
                ["'payload.summary' is missing or blank", "'payload.severity' is missing or blank"],
            ),
        ],
    )
    def test_are_answered_and_kept_for_the_integration(
        self, enqueue: Post, action: str, body: dict[str, object], errors: list[str]
    ) -> None:
        response = enqueue(action, **body)

        assert response.status_code == 400
        assert response.json()["errors"] == errors
        event_row = Event.objects.get()
        assert (event_row.outcome, event_row.problem) == (EventOutcome.REJECTED, "; ".join(errors))
        assert PAGERDUTY_KEY not in json.dumps(event_row.payload)

    @pytest.mark.parametrize(
        "body",
        [
            b"", b"{", b"null", b"[]", b'"text"', b"7", b"\xff\xfe", "{}".encode("utf-16"), b'{"a": NaN}',
            b'{"a": 1e999}', b'{"a": "\\u0000"}', b'{"a": "\\ud800"}', b"[" * 100_000, b'{"a":' * 100_000,
            b'{"a": ' + b"9" * 5_000 + b"}", b"<event/>",
        ],
        ids=range(16),
    )  # fmt: skip
    def test_of_bad_json_say_so(self, client: Client, body: bytes) -> None:
        response = client.post("/v2/enqueue", body, content_type="application/json")

        assert response.status_code == 400
        assert response.json() == {
            "status": "Unrecognized object",
            "message": "Event object format is unrecognized",
            "errors": ["JSON parse error"],
        }

    def test_of_size_are_answered_without_reading_it_all(self, client: Client) -> None:
        response = client.post("/v2/enqueue", b" " * (600 * 1024), content_type="application/json")

        assert response.status_code == 413
        assert response.json()["errors"] == ["The body is too large: send at most 512 KiB."]

    def test_of_compression_are_answered(self, client: Client) -> None:
        response = client.post(
            "/v2/enqueue", b"x", content_type="application/json", headers={"content-encoding": "gzip"}
        )

        assert response.status_code == 415

    def test_of_a_paused_integration_are_kept(self, enqueue: Post, pagerduty: Integration) -> None:
        Integration.objects.filter(pk=pagerduty.pk).update(paused_at=NOON)

        response = enqueue(payload=event())

        assert response.status_code == 403
        refusal = Event.objects.get()
        assert (refusal.problem, refusal.while_paused) == ("This integration is paused.", True)
        assert not Alert.objects.exists()

    def test_of_method_name_the_one_that_works(self, client: Client) -> None:
        for path in ("/v2/enqueue", "/v2/change/enqueue"):
            response = client.get(path)

            assert (response.status_code, response.headers["Allow"]) == (405, "POST")


class TestTrigger:
    def test_opens_an_alert_that_is_due_for_routing(self, enqueue: Post, pagerduty: Integration) -> None:
        enqueue(dedup_key="disk", payload=event(), client_url="https://nagios.example/1")

        alert = Alert.objects.get()
        assert (alert.integration_id, alert.dedup_key, alert.status) == (pagerduty.pk, "disk", AlertStatus.OPEN)
        assert (alert.title, alert.severity_word, alert.source) == ("Disk full", "critical", "host1")
        assert alert.link == "https://nagios.example/1"
        assert alert.route_at is not None
        assert "routing_key" not in alert.payload

    def test_again_counts_up_and_is_not_due_again(self, enqueue: Post) -> None:
        enqueue(dedup_key="disk", payload=event())
        Alert.objects.update(route_at=None, status=AlertStatus.ACKNOWLEDGED)
        enqueue(dedup_key="disk", payload=event("Disk still full"))

        alert = Alert.objects.get()
        assert (alert.count, alert.title) == (2, "Disk still full")
        assert (alert.status, alert.route_at) == (AlertStatus.ACKNOWLEDGED, None)
        assert list(Event.objects.order_by("pk").values_list("outcome", "alert")) == [
            ("opened", alert.pk),
            ("repeated", alert.pk),
        ]

    def test_in_a_flood_is_one_alert_and_is_always_answered(self, enqueue: Post) -> None:
        """Bad input 55: never 429, which some senders take as final (intake rule 3). Repeats only count up."""
        answers = {enqueue(dedup_key="disk", payload=event(str(number))).status_code for number in range(30)}

        assert answers == {202}
        assert list(Alert.objects.values_list("count", flat=True)) == [30]

    def test_again_with_another_severity_is_due_again(self, enqueue: Post) -> None:
        enqueue(dedup_key="disk", payload=event(severity="warning"))
        Alert.objects.update(route_at=None)
        enqueue(dedup_key="disk", payload=event(severity="critical"))

        assert Alert.objects.get().route_at is not None

    def test_after_the_end_opens_another_alert(self, enqueue: Post) -> None:
        for action in ("trigger", "resolve", "trigger"):
            enqueue(action, dedup_key="disk", payload=event(timestamp="2026-06-01T11:00:00Z"))

        assert list(Alert.objects.order_by("pk").values_list("status", "count")) == [("closed", 1), ("open", 1)]

    @pytest.mark.parametrize("source", [None, "", " ", {"a": 1}])
    def test_without_a_source_is_taken_with_a_warning(self, enqueue: Post, source: object) -> None:
        response = enqueue(dedup_key="disk", payload=event(source=source), client="Uptime Kuma")

        assert response.status_code == 202
        assert Alert.objects.get().source == "Uptime Kuma"
        assert Event.objects.get().problem == "The event names no source; it was taken with the source 'Uptime Kuma'."

    def test_with_a_long_summary_is_cut_and_taken(self, enqueue: Post) -> None:
        response = enqueue(payload=event("x" * 5_000))

        assert response.status_code == 202
        assert Alert.objects.get().title == "x" * 300
        assert "cut" in Event.objects.get().problem

    def test_with_long_keys_keeps_them_apart(self, enqueue: Post) -> None:
        """Bad input 56: a key takes 255 characters at most, however long it was sent."""
        first = enqueue(dedup_key="k" * 2_000 + "1", payload=event())
        enqueue(dedup_key="k" * 2_000 + "2", payload=event())
        enqueue("resolve", dedup_key="k" * 2_000 + "1")

        assert first.json()["dedup_key"] == "k" * 2_000 + "1"
        assert sorted(Alert.objects.values_list("status", flat=True)) == ["closed", "open"]
        assert max(len(key) for key in Alert.objects.values_list("dedup_key", flat=True)) <= 255

    def test_cleans_what_would_mislead_a_reader(self, enqueue: Post) -> None:
        enqueue(payload=event("Disk \x1b[31mfull\u202e\nnow"), links=[{"href": "javascript:alert(1)"}])

        alert = Alert.objects.get()
        assert (alert.title, alert.link) == ("Disk [31mfull now", "")

    @pytest.mark.parametrize("stamp", ["2015-07-17T08:42:58.315+0000", "0001-01-01T00:00:00+14:00", "soon", 7, None])
    def test_with_any_time_stamp_is_taken(self, enqueue: Post, stamp: object) -> None:
        assert enqueue(payload=event(timestamp=stamp)).status_code == 202


class TestResolve:
    def test_closes_the_alert_and_makes_it_due(self, enqueue: Post) -> None:
        enqueue(dedup_key="disk", payload=event())
        Alert.objects.update(route_at=None)
        response = enqueue("resolve", dedup_key="disk")

        alert = Alert.objects.get()
        assert response.status_code == 202
        assert (alert.status, alert.closed_at is not None, alert.route_at is not None) == ("closed", True, True)

    @pytest.mark.parametrize("action", ["resolve", "acknowledge"])
    def test_without_an_open_alert_is_taken_and_dropped(self, enqueue: Post, action: str) -> None:
        response = enqueue(action, dedup_key="nothing")

        assert response.json() == {"status": "success", "message": "Event processed", "dedup_key": "nothing"}
        assert not Alert.objects.exists()
        assert Event.objects.get().outcome == EventOutcome.IGNORED


class TestAcknowledge:
    def test_marks_the_alert_and_makes_it_due(self, enqueue: Post) -> None:
        enqueue(dedup_key="disk", payload=event())
        Alert.objects.update(route_at=None)
        enqueue("acknowledge", dedup_key="disk")

        alert = Alert.objects.get()
        assert (alert.status, alert.route_at is not None) == (AlertStatus.ACKNOWLEDGED, True)


class TestChange:
    def test_is_kept_and_raises_nothing(self, enqueue: Post) -> None:
        response = enqueue(path="/v2/change/enqueue", payload={"summary": "Deploy 7"})

        assert response.json() == {"status": "success", "message": "Change event processed"}
        assert Event.objects.get().outcome == EventOutcome.KEPT
        assert not Alert.objects.exists()


class TestKeys:
    def test_work_until_they_are_changed_and_no_longer_than_remembered(
        self, enqueue: Post, pagerduty: Integration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        enqueue(payload=event())
        Integration.objects.filter(pk=pagerduty.pk).update(key_digest="0" * 64)
        assert enqueue(payload=event()).status_code == 202

        now = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: now + integration_keys.CACHE_SECONDS)

        assert enqueue(payload=event()).json()["errors"] == ["Invalid routing key"]

    def test_of_another_dialect_open_nothing(self, enqueue: Post, alertmanager: Integration) -> None:
        assert enqueue(key="b" * 32, payload=event()).json()["errors"] == ["Invalid routing key"]

    def test_cost_no_look_up_for_each_event(self, enqueue: Post, django_assert_num_queries: object) -> None:
        enqueue(dedup_key="disk", payload=event())

        with django_assert_num_queries(1):  # type: ignore[operator]
            enqueue(dedup_key="disk", payload=event())


class TestAddress:
    def test_is_answered_without_what_browsers_get(self, enqueue: Post) -> None:
        response = enqueue(payload=event())

        assert not response.cookies
        assert "Content-Security-Policy" not in response.headers
        assert response.headers["Cache-Control"] == "no-store, private"

    def test_that_does_not_exist_is_not_found(self, client: Client) -> None:
        assert client.post("/v2/nothing", b"{}", content_type="application/json").status_code == 404
