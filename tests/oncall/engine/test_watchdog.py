"""The watchdog: what it finds, when it alerts, and when it sends the heartbeat."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from django.core.management import call_command

from oncall.engine import watchdog_alerts
from oncall.engine.health_checks import Finding
from tests.factories import NOON

STALE = Finding("engine_stale", "The engine last swept 40 seconds ago.", 1)
OVERDUE = Finding("page_overdue", "3 pages are late.", 3)


class TestDecide:
    def test_sends_the_heartbeat_once_a_minute_while_all_checks_pass(self):
        state = watchdog_alerts.WatchdogState()

        actions = [state.decide([], at=NOON + timedelta(seconds=5 * n)) for n in range(13)]

        assert [n for n, names in enumerate(actions) if names == ["heartbeat"]] == [0, 12]

    def test_waits_for_a_second_check_then_alerts_and_stops_the_heartbeat(self):
        state = watchdog_alerts.WatchdogState()

        assert state.decide([STALE], at=NOON) == []
        assert state.decide([STALE], at=NOON + timedelta(seconds=5)) == ["alert"]
        assert state.decide([STALE], at=NOON + timedelta(seconds=65)) == []
        assert state.decide([STALE], at=NOON + timedelta(seconds=306)) == ["alert"]

    def test_alerts_at_once_about_a_new_finding(self):
        state = watchdog_alerts.WatchdogState()
        state.decide([STALE], at=NOON)
        state.decide([STALE], at=NOON + timedelta(seconds=5))

        assert state.decide([STALE, OVERDUE], at=NOON + timedelta(seconds=10)) == ["alert"]

    def test_sends_the_all_clear_only_after_an_alert(self):
        state = watchdog_alerts.WatchdogState(heartbeat_at=NOON)
        state.decide([STALE], at=NOON)

        assert state.decide([], at=NOON + timedelta(seconds=5)) == []
        state.decide([STALE], at=NOON)
        state.decide([STALE], at=NOON)
        assert "all_clear" in state.decide([], at=NOON + timedelta(seconds=9))


class Listener(BaseHTTPRequestHandler):
    """Records the texts it receives."""

    received: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def outside(settings):
    """A second provider and a heartbeat outside, both listening."""
    Listener.received.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    settings.OUTGOING_ALLOW = ["127.0.0.1/32"]
    settings.WATCHDOG_ALERT_URL = settings.HEARTBEAT_URL = address
    yield Listener.received
    server.shutdown()
    server.server_close()


class TestAlerts:
    def test_sends_the_alert_to_the_second_provider_and_by_mail(self, outside, settings, mailoutbox):
        settings.WATCHDOG_ALERT_EMAIL = ["operators@example.com"]

        assert watchdog_alerts.send_alert([STALE, OVERDUE])

        assert outside == [f"Holdfast: paging may not work. {STALE.text} {OVERDUE.text}"]
        assert mailoutbox[0].to == ["operators@example.com"]

    def test_returns_false_when_nobody_accepted_it(self, settings):
        settings.WATCHDOG_ALERT_URL = "http://127.0.0.1:9/"

        assert not watchdog_alerts.send_alert([STALE])

    def test_sends_the_heartbeat(self, outside):
        assert watchdog_alerts.send_heartbeat()
        assert outside == ["alive"]


class TestCommand:
    @pytest.mark.django_db
    def test_prints_what_is_wrong_and_exits_with_1(self, capsys):
        with pytest.raises(SystemExit) as ended:
            call_command("watchdog", "--once")

        assert ended.value.code == 1
        assert "No engine runs" in capsys.readouterr().out
