"""Bad characters, numbers, nesting and sizes cost no alert, and refusals are on the page (bad input 2, 4, 5, 6, 7)."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from incidents.intake import requests, store
from incidents.models import Alert, Event, Integration
from tests.incidents.conftest import ALERTMANAGER_KEY, PAGERDUTY_KEY, Post, event, firing

CASES = Path(__file__).parent / "cases"
URL = f"/integrations/alertmanager/{ALERTMANAGER_KEY}"


def post(client: Client, body: bytes, url: str = "/v2/enqueue") -> int:
    return client.post(url, body, content_type="application/json").status_code


@pytest.mark.usefixtures("alertmanager")
class TestAlertmanager:
    def test_of_case_02_takes_all_three_and_marks_the_bad_one(self, client: Client) -> None:
        body = (CASES / "02-am-nul-in-one-annotation.json").read_bytes()

        assert post(client, body, URL) == 200
        assert Alert.objects.filter(status="open").count() == 3
        assert Event.objects.exclude(problem="").get().alert == Alert.objects.get(dedup_key="nul1")

    def test_of_case_07_takes_600_alerts(self, notify: Post) -> None:
        padding = {"annotations": {"description": "x" * 900}}
        assert notify(*({**firing(f"pod-{n}"), **padding} for n in range(600))).status_code == 200

        assert Alert.objects.count() == 600

    @pytest.mark.parametrize("name", ["INTAKE_ALERTMANAGER_MAX_BYTES", "INTAKE_ALERTMANAGER_MAX_ALERTS"])
    def test_beyond_a_limit_opens_one_alert_that_says_so(self, notify: Post, settings: Any, name: str) -> None:
        setattr(settings, name, 2)
        for _ in range(2):
            assert notify(firing("a"), firing("b"), firing("c")).status_code == 200

        alert = Alert.objects.get()
        assert (alert.count, alert.title.startswith("Alertmanager sent ")) == (2, True)

    def test_that_is_large_comes_alone_or_again(self, notify: Post, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(requests, "LARGE_BYTES", 10)
        monkeypatch.setattr(requests, "LARGE_WAIT_SECONDS", 0)
        with requests.large_body_alone(11):
            answer = notify(firing())

        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert notify(firing()).status_code == 200

    @pytest.mark.parametrize("method", ["GET", "PUT"])
    def test_of_another_method_stands_on_the_page(self, client: Client, method: str) -> None:
        assert client.generic(method, URL).status_code == 405
        assert Event.objects.get().problem.startswith(f"Method {method}")


@pytest.mark.usefixtures("pagerduty")
class TestPagerDuty:
    def test_of_case_03_is_taken_and_marked(self, client: Client) -> None:
        body = (CASES / "03-pd-nul-in-details.json").read_bytes().replace(b"<key>", PAGERDUTY_KEY.encode())

        assert post(client, body) == 202
        assert "replaced" in Event.objects.get().problem
        assert Alert.objects.get().payload["payload"]["custom_details"]["message"] == "Fault bucket \ufffd"

    def test_of_case_08_is_one_alert_that_its_resolve_closes(self, client: Client) -> None:
        for step in json.loads((CASES / "08-pd-integer-dedup-key.json").read_text())["send"]:
            assert post(client, json.dumps(step | {"routing_key": PAGERDUTY_KEY}).encode()) == 202

        alert = Alert.objects.get()
        assert (alert.dedup_key, alert.count, alert.status) == ("4711", 2, "closed")

    def test_in_other_case_and_with_outer_spaces_is_the_same(self, enqueue: Post) -> None:
        enqueue(" Trigger ", key=f" {PAGERDUTY_KEY} ", dedup_key=" disk", payload=event(severity="CRITICAL"))
        enqueue("RESOLVE", dedup_key="disk ")

        assert Alert.objects.get().status == "closed"

    @pytest.mark.parametrize(
        "detail",
        [
            b'"\\ud800"', b'"\\u0000"', b'"caf\xe9"', b"[" * 5_000 + b"]" * 5_000, b"9" * 5_000, b"1e999", b"NaN",
            b"-Infinity", b'"' + b"x" * 100_000 + b'"', b'{"\\u0000": {"\\udfff": 1}}',
        ],
        ids=range(10),
    )  # fmt: skip
    @pytest.mark.parametrize("form", ["plain", "mark", "utf-16"])
    def test_with_a_bad_detail_is_taken_and_marked(self, client: Client, detail: bytes, form: str) -> None:
        body = b'{"routing_key": "%s", "event_action": "trigger", "payload": {"summary": "Disk", "source": "h",' % (
            PAGERDUTY_KEY.encode()
        )
        body += b'"severity": "critical"}, "details": ' + detail + b"}"
        if form == "utf-16":
            body = body.decode("latin1").encode("utf-16")
        elif form == "mark":
            body = b"\xef\xbb\xbf" + body

        assert post(client, body) == 202
        assert Alert.objects.get().title == "Disk"
        assert Event.objects.get().problem or b"\xe9" in detail

    @pytest.mark.parametrize(
        "body", [b'{"routing_key": "%s", ', b"routing_key=%s&x", b'"{\\"routing_key\\": \\"%s\\"}"']
    )
    def test_that_cannot_be_read_stands_on_the_page(self, client: Client, body: bytes) -> None:
        assert post(client, body % PAGERDUTY_KEY.encode()) == 400

        refused = Event.objects.get()
        assert (refused.outcome, PAGERDUTY_KEY in f"{refused.payload}{refused.problem}") == ("rejected", False)

    def test_that_is_too_large_stands_on_the_page(self, client: Client) -> None:
        body = b'{"x": "%s", "routing_key": "%s"}' % (b"x" * 700_000, PAGERDUTY_KEY.encode())

        assert post(client, body) == 413
        assert "too large" in Event.objects.get().problem

    def test_in_a_flood_is_counted_on_the_last(self, enqueue: Post) -> None:
        for _ in range(70):
            enqueue("nothing")

        assert Event.objects.count() == 60
        assert "At least 8 more" in Event.objects.latest("pk").problem


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_costs_no_other_alert(
    notify: Post, alertmanager: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store._row

    def row(position: int, report: Any) -> dict[str, Any]:
        return real(position, report) | ({"payload": {"x": "\x00"}} if report.payload.get("bad") else {})

    monkeypatch.setattr(store, "_row", row)
    assert notify(firing("a"), {**firing("b"), "bad": 1}, firing("c")).status_code == 200

    assert Alert.objects.count() == 3
    assert Event.objects.exclude(problem="").get().problem == store.UNSTORABLE
