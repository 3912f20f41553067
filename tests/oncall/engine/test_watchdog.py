"""The watchdog: what it finds, when it alerts, and when it sends the heartbeat."""

import json
import socket
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections

from oncall.engine import watchdog_alerts, watchdog_checks
from oncall.engine.check_catalog import FindingKind
from oncall.engine.health_checks import Finding, HealthResult
from oncall.engine.watchdog_checks import Checker
from tests.factories import NOON

STALE = Finding("engine_stale", "The engine last swept 40 seconds ago.", 1)
OVERDUE = Finding("page_overdue", "3 pages are late.", 3)
DEAD = Finding("dead_letters", "2 pages were given up.", 2, FindingKind.NOTICE, "It ends in a day.", "Ana")


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


class TestAct:
    def test_alerts_about_alarms_and_not_about_notices(self, outside):
        state = watchdog_alerts.WatchdogState()
        for _ in range(3):
            watchdog_alerts.act(state, [DEAD])
        assert outside == ["alive"]

        for _ in range(2):
            watchdog_alerts.act(state, [DEAD, OVERDUE])
        assert outside == ["alive", f"Holdfast: paging may not work. {OVERDUE.text}"]

    def test_tries_an_alert_that_nobody_took_again_at_the_next_check(self, outside, settings):
        address, settings.WATCHDOG_ALERT_URL = settings.WATCHDOG_ALERT_URL, "http://127.0.0.1:9/"
        state = watchdog_alerts.WatchdogState()
        for _ in range(2):
            watchdog_alerts.act(state, [OVERDUE])
        settings.WATCHDOG_ALERT_URL = address

        watchdog_alerts.act(state, [OVERDUE])
        watchdog_alerts.act(state, [OVERDUE])

        assert outside == [f"Holdfast: paging may not work. {OVERDUE.text}"]


def wait_until(is_true, seconds: float = 20) -> bool:
    """Whether it becomes true in time; the time is the machine's worst."""
    end = time.monotonic() + seconds
    while not is_true() and time.monotonic() < end:
        time.sleep(0.01)
    return is_true()


@pytest.mark.django_db
class TestFrozenDatabase:
    def test_is_a_finding_within_the_limit_and_never_more_than_a_few_threads(self):
        """As after SIGSTOP: the connection stands and nothing comes back."""
        thaw = threading.Event()
        asked = []

        def ask() -> HealthResult:
            asked.append(threading.current_thread())
            thaw.wait(60)
            return HealthResult(NOON, [])

        checker = Checker(ask, answer_seconds=0.05)
        codes = [[finding.code for finding in checker.run()] for _ in range(6)]

        assert codes == [["database"]] * 6
        assert len(asked) == checker.stuck == watchdog_checks.MAX_STUCK

        thaw.set()
        assert wait_until(lambda: checker.stuck == 0)
        assert Checker(lambda: HealthResult(NOON, [])).run() == []

    def test_is_left_by_the_thread_that_waits_for_it(self):
        """The wait for an answer ends when the watchdog gives up, though the server never says a word."""

        def ask() -> HealthResult:
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")
                cursor.execute("SELECT pg_sleep(60)")
            return HealthResult(NOON, [])

        checker = Checker(ask, answer_seconds=0.5)

        assert [finding.code for finding in checker.run()] == ["database"]
        assert wait_until(lambda: checker.stuck == 0)

    def test_is_a_finding_when_it_takes_connections_and_never_answers(self, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as server:
            address = {"HOST": "127.0.0.1", "PORT": str(server.getsockname()[1]), "TEST": {}}
            monkeypatch.setitem(connections.settings, DEFAULT_DB_ALIAS, connection.settings_dict | address)

            found = Checker(answer_seconds=0.2).run()

        assert [finding.code for finding in found] == ["database"]
        assert found[0].is_alarm
        assert found[0].ends

    def test_is_a_finding_when_the_question_itself_fails(self):
        def ask() -> HealthResult:
            raise ValueError("no such thing")

        assert "no such thing" in Checker(ask).run()[0].text


class TestCommand:
    @pytest.mark.django_db
    def test_prints_what_is_wrong_and_exits_with_1(self, capsys):
        with pytest.raises(SystemExit) as ended:
            call_command("watchdog", "--once")

        assert ended.value.code == 1
        assert "Alarm: No engine runs" in capsys.readouterr().out

    def test_says_that_every_promise_holds_only_when_all_were_asked(self, capsys, monkeypatch):
        answers = [HealthResult(NOON, []), HealthResult(NOON, [DEAD])]
        monkeypatch.setattr(Checker, "run", lambda self: answers.pop(0).findings)

        codes = []
        for _ in range(2):
            with pytest.raises(SystemExit) as ended:
                call_command("watchdog", "--once")
            codes.append(ended.value.code)

        assert codes == [0, 0]
        assert capsys.readouterr().out.splitlines() == [
            "Every promise holds.",
            "Notice: 2 pages were given up. It ends in a day. For Ana.",
        ]
