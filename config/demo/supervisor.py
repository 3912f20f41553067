"""Starts everything the demo is made of, keeps it running, and stops it in order."""

import importlib
import os
import signal
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import FrameType
from typing import Any, cast
from urllib import error, request

import django

from config.demo import certificates, credentials, prepared, programs
from config.demo.options import DemoRefused, Options, check_port, free_port
from config.demo.terminal import print_welcome, say
from config.embedded.processes import Child
from config.embedded.secret import kept_secret
from config.embedded.servers import Servers, start_servers

READY_LIMIT = 120
FAILURES_ENOUGH = 3
LOOK_EVERY = 0.25
# A program that lives shorter than this is started again ever more slowly.
SHORT_LIFE = 10
LONGEST_PAUSE = 30
# What takes work first, what does it next, and last what it needs; the servers come after these.
STOP_ORDER = ({"alerts", "web", "watchdog"}, {"worker"}, {"peers"})


class Stopped(BaseException):
    """A signal asked the supervisor to stop; not an Exception, so nothing on the way swallows it."""


@dataclass
class Watched:
    """A program and when it may be started again."""

    child: Child
    started_at: float = field(default_factory=time.monotonic)
    restart_at: float | None = None
    pause: float = 0.5


class Supervisor:
    """One run of the demo."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.watched: list[Watched] = []
        self.watched_servers: list[Watched] = []
        self.servers: Servers | None = None

    def run(self) -> None:
        """Run the demo until a signal ends it."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _raise_stopped)
        try:
            started_at = time.monotonic()
            found = self._start()
            print_welcome(self.options, found, time.monotonic() - started_at, [w.child for w in self.watched])
            while True:
                self._look()
                time.sleep(LOOK_EVERY)
        except Stopped:
            say("\nStopping ...")
        finally:
            self._stop()

    def _start(self) -> dict[str, Any]:
        options = self.options
        check_port(options)
        say("Starting PostgreSQL and Redis ...")
        self.servers = start_servers(options.folder, reset=options.is_reset)
        self.watched_servers = [Watched(child) for child in self.servers.children]
        if options.is_tls:
            certificates.ensure_certificates(options.folder / "tls")
        ports = programs.Ports(smtp=free_port(), phone=free_port())
        environment = programs.make_environment(
            options, ports, self.servers.environment, kept_secret(options.folder / "secret-key")
        )
        self._launch(programs.make_peers(options, ports, environment))
        say("Starting the portal ...")
        # It imports the product on one core while the other prepares the database.
        web = self._launch(programs.make_web(options, environment))
        found = self._prepare_database(environment, is_ours=self.servers.postgres is not None)
        self._await_ready(web)
        self._launch(programs.make_worker(options, environment))
        self._launch(programs.make_watchdog(options, environment))
        if options.plays_alerts:
            self._launch(programs.make_live_alerts(options, environment))
        return found

    def _launch(self, child: Child) -> Child:
        child.start()
        self.watched.append(Watched(child))
        return child

    def _prepare_database(self, environment: Mapping[str, str], *, is_ours: bool) -> dict[str, Any]:
        """Migrate and load the company, unless a note in our own database says that this was done."""
        if is_ours and prepared.is_prepared(environment["DATABASE_URL"]):
            found = None
        else:
            found = _fill_database(environment)
            if is_ours:
                prepared.note_prepared(environment["DATABASE_URL"])
        if found is None and not credentials.read_credentials(self.options.folder):
            raise DemoRefused("The file with the demo's sign-ins is gone: start afresh with `make demo RESET=1`.")
        return credentials.write_credentials(self.options.folder, found, self.options.site_url)

    def _await_ready(self, web: Child) -> None:
        deadline = time.monotonic() + READY_LIMIT
        failures = 0
        while time.monotonic() < deadline:
            if not web.is_running:
                raise DemoRefused(f"The web server stopped while starting. Its last words:\n{web.log_tail()}")
            status = self._ask_ready()
            if status == HTTPStatus.OK:
                return
            failures += status == HTTPStatus.INTERNAL_SERVER_ERROR
            if failures == FAILURES_ENOUGH:  # waiting does not mend an error in the code
                raise DemoRefused(f"The portal fails while starting. Its last words:\n{web.log_tail()}")
            time.sleep(0.1)
        raise DemoRefused(f"The portal was not ready in {READY_LIMIT} s. Its last words:\n{web.log_tail()}")

    def _ask_ready(self) -> int:
        """Ask the portal whether it is ready and return the status, 0 for no answer."""
        options = self.options
        host = f"[{options.probe_host}]" if ":" in options.probe_host else options.probe_host
        context = None
        if options.is_tls:
            context = ssl.create_default_context(cafile=options.folder / "tls" / certificates.AUTHORITY_FILE)
            context.check_hostname = False  # the address bound to need not be a name in the certificate
        address = f"{'https' if options.is_tls else 'http'}://{host}:{options.port}/readyz"
        opener = request.build_opener(request.ProxyHandler({}), request.HTTPSHandler(context=context))
        try:
            with opener.open(request.Request(address, headers={"Host": "localhost"}), timeout=10) as answer:
                return int(answer.status)
        except error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def _look(self) -> None:
        """Start again what has ended, and say so."""
        now = time.monotonic()
        for watched in [*self.watched_servers, *self.watched]:
            child = watched.child
            if child.is_running:
                continue
            if watched.restart_at is None:
                lived = now - watched.started_at
                watched.pause = min(watched.pause * 2, LONGEST_PAUSE) if lived < SHORT_LIFE else 0.5
                watched.restart_at = now + watched.pause
                code = child.process.returncode if child.process else None
                say(f"{child.name} ended ({_describe(code)}); starting it again.")
                if watched.pause > SHORT_LIFE:
                    say(f"Its last words, from {child.log_file}:\n{child.log_tail(5)}")
            elif now >= watched.restart_at:
                child.start()
                watched.started_at, watched.restart_at = now, None
                say(f"{child.name} runs again, process {child.pid}.")

    def _stop(self) -> None:
        """Stop everything: what takes work first, what keeps it last."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._kill_all)
        for stage in STOP_ORDER:
            ending = [watched.child for watched in self.watched if watched.child.name in stage]
            for child in ending:
                child.ask_to_stop()
            for child in ending:
                if child.stop(timeout=10) == -signal.SIGKILL:
                    say(f"{child.name} did not stop by itself and was ended.")
        if self.servers is not None:
            self.servers.stop()
        say("Stopped.")

    def _kill_all(self, number: int, frame: FrameType | None) -> None:
        """Answer a second Ctrl-C: no more waiting for the programs, but still for the databases."""
        for watched in self.watched:
            watched.child.kill()


def _fill_database(environment: Mapping[str, str]) -> dict[str, Any] | None:
    """Migrate and load in this process: importing Django once more would cost seconds."""
    os.environ.update(environment)
    os.environ["PROCESS_ROLE"] = "command"
    django.setup()
    content = importlib.import_module("config.demo.content")
    if content.needs_migration():
        say("Preparing the database ...")
        content.migrate()
    say("Loading the company ...")
    try:
        return cast("dict[str, Any] | None", content.load_company())
    finally:
        content.disconnect()


def _raise_stopped(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _describe(code: int | None) -> str:
    if code is None:
        return "unknown"
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
