"""Starts all programs of the demo, keeps them running, and stops them in order."""

import importlib
import os
import signal
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import FrameType
from typing import cast
from urllib import error, request

import django

from config.demo import certificates, credentials, preparation_mark, programs
from config.demo.options import DemoRefused, Options, check_port, free_port
from config.demo.terminal import print_line, print_welcome
from config.embedded.processes import Child
from config.embedded.secret import load_secret
from config.embedded.servers import Servers, start_servers
from config.embedded.stop_signals import StopSignals

READY_LIMIT = 120
MAX_FAILURES = 3
CHECK_INTERVAL = 0.25
# After a run shorter than this the pause before the next start doubles.
SHORT_LIFE = 10
LONGEST_PAUSE = 30
# First what accepts work, then what does it, then what it depends on; the servers come after these.
STOP_ORDER = ({"alerts", "web", "watchdog"}, {"worker"}, {"fake-servers"})


class StopRequested(BaseException):
    """A signal to stop; not an Exception, so that no handler swallows it."""


@dataclass
class SupervisedProgram:
    """A program and when it may be restarted."""

    child: Child
    started_at: float = field(default_factory=time.monotonic)
    restart_at: float | None = None
    pause: float = 0.5


class Supervisor:
    """One run of the demo."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.watched: list[SupervisedProgram] = []
        self.watched_servers: list[SupervisedProgram] = []
        self.servers: Servers | None = None
        self.stop_signals = StopSignals(lambda _: StopRequested())

    def run(self) -> None:
        """Run the demo until a signal to stop."""
        self.stop_signals.listen(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        try:
            started_at = time.monotonic()
            logins = self._start()
            print_welcome(self.options, logins, time.monotonic() - started_at, [w.child for w in self.watched])
            while True:
                self.stop_signals.check()
                self._restart_ended()
                time.sleep(CHECK_INTERVAL)
        except StopRequested:
            print_line("\nStopping ...")
        finally:
            self._stop()

    def _start(self) -> dict[str, object]:
        options = self.options
        check_port(options)
        print_line("Starting PostgreSQL and Redis ...")
        self.servers = start_servers(options.folder, reset=options.is_reset)
        self.watched_servers = [SupervisedProgram(child) for child in self.servers.children]
        if options.is_tls:
            certificates.ensure_certificates(options.folder / "tls")
        ports = programs.Ports(smtp=free_port(), phone=free_port())
        environment = programs.make_environment(
            options,
            ports,
            self.servers.environment,
            secret_key=load_secret(options.folder / "secret-key"),
            encryption_key=load_secret(options.folder / "encryption-key"),
        )
        self._launch(programs.make_fake_servers(options, ports, environment))
        print_line("Starting the portal ...")
        # It imports the product on one core while the other prepares the database.
        web = self._launch(programs.make_web(options, environment))
        logins = self._prepare_database(environment, is_ours=self.servers.postgres is not None)
        self._await_ready(web)
        self._launch(programs.make_worker(options, environment))
        self._launch(programs.make_watchdog(options, environment))
        if options.plays_alerts:
            self._launch(programs.make_live_alerts(options, environment))
        return logins

    def _launch(self, child: Child) -> Child:
        self.stop_signals.check()
        child.start()
        self.watched.append(SupervisedProgram(child))
        return child

    def _prepare_database(self, environment: Mapping[str, str], *, is_ours: bool) -> dict[str, object]:
        """Migrate and load the company, unless a mark in our own database says that this was done."""
        if is_ours and preparation_mark.is_prepared(environment["DATABASE_URL"]):
            logins = None
        else:
            logins = _fill_database(environment)
            if is_ours:
                preparation_mark.mark_prepared(environment["DATABASE_URL"])
        if logins is None and not credentials.read_credentials(self.options.folder):
            raise DemoRefused("The file with the demo's logins is missing: start again with `make demo RESET=1`.")
        return credentials.write_credentials(self.options.folder, logins, self.options.site_url)

    def _await_ready(self, web: Child) -> None:
        deadline = time.monotonic() + READY_LIMIT
        failures = 0
        while time.monotonic() < deadline:
            self.stop_signals.check()
            if not web.is_running:
                raise DemoRefused(f"The web server stopped while starting. Its last output:\n{web.log_tail()}")
            status = self._ask_ready()
            if status == HTTPStatus.OK:
                return
            failures += status == HTTPStatus.INTERNAL_SERVER_ERROR
            if failures == MAX_FAILURES:  # waiting does not fix an error in the code
                raise DemoRefused(f"The portal fails while starting. Its last output:\n{web.log_tail()}")
            time.sleep(0.1)
        raise DemoRefused(f"The portal was not ready in {READY_LIMIT} s. Its last output:\n{web.log_tail()}")

    def _ask_ready(self) -> int:
        """Ask the portal whether it is ready and return the status, 0 for no answer."""
        options = self.options
        host = f"[{options.probe_host}]" if ":" in options.probe_host else options.probe_host
        context = None
        if options.is_tls:
            context = ssl.create_default_context(cafile=options.folder / "tls" / certificates.AUTHORITY_FILE)
            context.check_hostname = False  # the certificate may not contain the bound address
        address = f"{'https' if options.is_tls else 'http'}://{host}:{options.port}/readyz"
        opener = request.build_opener(request.ProxyHandler({}), request.HTTPSHandler(context=context))
        try:
            with opener.open(request.Request(address, headers={"Host": "localhost"}), timeout=10) as answer:
                return int(answer.status)
        except error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def _restart_ended(self) -> None:
        """Restart programs that have ended, and print it."""
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
                print_line(f"{child.name} ended ({_exit_text(code)}); restarting it.")
                if watched.pause > SHORT_LIFE:
                    print_line(f"Its last output, from {child.log_file}:\n{child.log_tail(5)}")
            elif now >= watched.restart_at:
                child.start()
                watched.started_at, watched.restart_at = now, None
                print_line(f"{child.name} runs again, process {child.pid}.")

    def _stop(self) -> None:
        """Stop everything in order, the servers last."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._kill_all)
        for stage in STOP_ORDER:
            ending = [watched.child for watched in self.watched if watched.child.name in stage]
            for child in ending:
                child.ask_to_stop()
            for child in ending:
                if child.stop(timeout=10) == -signal.SIGKILL:
                    print_line(f"{child.name} did not stop in time and was killed.")
        if self.servers is not None:
            self.servers.stop()
        print_line("Stopped.")

    def _kill_all(self, number: int, frame: FrameType | None) -> None:
        """On a second Ctrl-C, kill the programs at once, but still wait for the databases."""
        for watched in self.watched:
            watched.child.kill()


def _fill_database(environment: Mapping[str, str]) -> dict[str, object] | None:
    """Migrate and load in this process: importing Django again would cost seconds."""
    os.environ.update(environment)
    os.environ["PROCESS_ROLE"] = "command"
    django.setup()
    setup = importlib.import_module("config.demo.database_setup")
    if setup.needs_migration():
        print_line("Preparing the database ...")
        setup.migrate()
    print_line("Loading the company ...")
    try:
        return cast("dict[str, object] | None", setup.load_company())
    finally:
        setup.disconnect()


def _exit_text(code: int | None) -> str:
    if code is None:
        return "unknown"
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
