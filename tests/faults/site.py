"""A whole installation for the fault tests: servers and programs that can be killed, frozen and started again.

It lives in a folder of its own and is built from the product's own classes for child processes, which end
with this process whatever happens. Programs are started from the main thread only.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from config.embedded.postgres import copy_clusters
from config.embedded.processes import Child
from config.embedded.servers import Servers, delete_data, start_servers
from tests.faults import oracle

ROOT = Path(__file__).resolve().parents[2]
_OURS = ("DATABASE_URL", "REDIS_URL")


class TooLate(AssertionError):
    """Something did not happen within its limit."""


def wait_for(what: str, happens: Callable[[], Any], *, limit: float, pause: float = 0.05) -> float:
    """Wait until it happens and return after how many seconds; raises TooLate."""
    began = time.monotonic()
    while not happens():
        if time.monotonic() - began > limit:
            raise TooLate(f"{what}: not within {limit:g} s")
        time.sleep(pause)
    return time.monotonic() - began


def free_port() -> int:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """The servers, the provider, and the programs of the product that run now."""

    folder: Path
    servers: Servers
    web_port: int = field(default_factory=free_port)
    phone_port: int = field(default_factory=free_port)
    web: Child | None = None
    workers: list[Child] = field(default_factory=list)
    others: list[Child] = field(default_factory=list)
    overrides: dict[str, str] = field(default_factory=dict)
    _desks: list[dict[str, Any]] = field(default_factory=list)
    _started: int = 0

    # --- programs -----------------------------------------------------------------------------
    @property
    def environment(self) -> dict[str, str]:
        """The environment of every program."""
        return {
            **os.environ,
            **self.servers.environment,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONUNBUFFERED": "1",
            "SECRET_KEY": "for fault tests only, and therefore no secret at all",
            "SITE_URL": self.address,
            "ALLOWED_HOSTS": "127.0.0.1",
            "LOG_LEVEL": "INFO",
            "EMAIL_URL": "smtp://127.0.0.1:9",
            "PHONE_GATEWAY_URL": f"http://127.0.0.1:{self.phone_port}/messages",
            "WATCHDOG_ALERT_URL": f"http://127.0.0.1:{self.phone_port}{oracle.ALARMS}",
            "HEARTBEAT_URL": f"http://127.0.0.1:{self.phone_port}{oracle.ALARMS}",
            "OUTGOING_ALLOW": "127.0.0.0/8",
            "OUTGOING_PORTS": f"80,443,{self.phone_port}",
            **self.overrides,
        }

    @property
    def address(self) -> str:
        """The portal's address."""
        return f"http://127.0.0.1:{self.web_port}"

    def program(self, name: str, *arguments: str) -> Child:
        """Start a Python program of the product in the background."""
        self._started += 1
        child = Child(
            name=name,
            command=[sys.executable, *arguments],
            log_file=self.folder / "logs" / f"{name}-{self._started}.log",
            environment=self.environment,
            folder=ROOT,
        )
        child.start()
        return child

    def run(self, *arguments: str, standard_input: str = "") -> str:
        """Run a Python program to its end, with this text on its input, and return what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False, input=standard_input,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def start_web(self) -> None:
        """Start the portal if it does not answer, and wait for it."""
        if self.web is None or not self.web.is_running:
            self.web = self.program(
                "web", "-m", "gunicorn", "config.wsgi:application", "-w", "2", "--no-control-socket", "--preload",
                f"--bind=127.0.0.1:{self.web_port}",
            )  # fmt: skip
        web = self.web
        wait_for("the portal answers", lambda: get(f"{self.address}/healthz") == 200 or not web.is_running, limit=60)
        assert web.is_running, web.log_tail(40)

    def is_ready(self) -> bool:
        """Whether the portal says that it is ready."""
        return get(f"{self.address}/readyz") == 200

    def start_worker(self, *, wait: bool = True, concurrency: int = 1) -> Child:
        """Start one more Celery worker, which carries the engine."""
        child = self.program(
            "worker", "-m", "celery", "-A", "config", "worker", "--without-gossip", "--without-mingle",
            "-c", str(concurrency), "-Q", "default,customers",
        )  # fmt: skip
        self.workers.append(child)
        if wait:
            self.await_engine(child)
        return child

    def start_watchdog(self) -> None:
        """Start the watchdog, and wait until it has found everything in order."""
        before = len(oracle.read_alarms(self.log))
        self.others.append(self.program("watchdog", "manage.py", "watchdog"))
        wait_for("the watchdog's heartbeat", lambda: len(oracle.read_alarms(self.log)) > before, limit=30)

    def make_due(self, tokens: Sequence[str], *, seconds: float = 0.0) -> dict[str, float]:
        """Let the next step of these incidents fall due so many seconds from now, without NOTIFY; returns when."""
        rows = self.sql(
            "UPDATE oncall_escalation SET next_at = clock_timestamp() + %s * interval '1 s'"
            " WHERE substring(title FROM 't[0-9a-f]{10}') = ANY(%s) AND state = 'triggered'"
            " RETURNING substring(title FROM 't[0-9a-f]{10}'), extract(epoch FROM next_at)::float8",
            seconds, list(tokens),
        )  # fmt: skip
        return dict(rows)

    def have_workers(self, count: int) -> None:
        """Start or stop workers until exactly so many engines run."""
        self.workers = [worker for worker in self.workers if worker.is_running]
        for worker in self.workers[count:]:
            self.kill(worker)
        self.workers = self.workers[:count]
        for _ in range(count - len(self.workers)):
            self.start_worker(wait=False)
        for worker in self.workers:
            self.await_engine(worker)

    def await_engine(self, worker: Child) -> None:
        """Wait until a worker's `pages` and `intake` lanes have swept."""
        name = f"{socket.gethostname()}:{worker.pid}"
        question = "SELECT count(*) FROM oncall_enginelane WHERE worker = %s"

        def sweeps() -> bool:
            assert worker.is_running, worker.log_tail(40)
            return bool(self.sql(question, name)[0][0] >= 3)

        wait_for("the engine sweeps", sweeps, limit=60, pause=0.1)

    def freeze(self, *programs: Child) -> None:
        """Stop programs in the middle of what they do (SIGSTOP)."""
        self._signal(programs, signal.SIGSTOP)

    def thaw(self, *programs: Child) -> None:
        """Let frozen programs go on."""
        self._signal(programs, signal.SIGCONT)

    def _signal(self, programs: Iterable[Child], number: signal.Signals) -> None:
        for program in programs:
            for pid in (program.pid or 0, *self.children_of(program)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

    def kill(self, child: Child) -> None:
        """End a program and all it started with SIGKILL."""
        child.kill()

    def stop_programs(self) -> None:
        """End everything of the product, but not the servers."""
        for child in [self.web, *self.workers, *self.others]:
            if child is not None:
                child.kill()
        self.web, self.workers, self.others = None, [], []
        self.overrides = {}

    def children_of(self, program: Child) -> list[int]:
        """The processes a program has started."""
        return _children_of(program.pid or 0)

    # --- servers ------------------------------------------------------------------------------
    @property
    def postgres(self) -> Child:
        """PostgreSQL's first process."""
        server = self.servers.postgres
        assert server is not None
        assert server.child is not None
        return server.child

    def kill_postgres(self) -> None:
        """End PostgreSQL as a crash would: every process of it at once."""
        postmaster = self.postgres
        pids = [postmaster.pid, *self.children_of(postmaster)]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid or 0, signal.SIGKILL)
        postmaster.kill()

    def stop_postgres(self) -> None:
        """Stop PostgreSQL as for a restart: sessions are ended, everything is written down."""
        self.postgres.stop(timeout=30)

    def start_postgres(self) -> None:
        """Start it again over the same data; the last backends of a crash may take a moment to go."""
        assert self.servers.postgres
        self.servers.postgres.start()

    @property
    def valkey(self) -> Child:
        """The Redis server's process."""
        server = self.servers.valkey
        assert server is not None
        assert server.child is not None
        return server.child

    def start_valkey(self) -> None:
        """Start it again over the same data."""
        assert self.servers.valkey
        self.servers.valkey.start()

    def cut_connections(self) -> None:
        """End every session of the database but the one that asks for it."""
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Query the database, or prepare data in it; never to judge a fault."""
        with psycopg.connect(self.servers.database_url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def settle(self) -> None:
        """End what earlier tests left running, so that no timer of theirs falls into the next test."""
        self.sql(
            "UPDATE oncall_escalation SET state = 'ended', next_at = NULL, ended_at = clock_timestamp()"
            " WHERE state <> 'ended'"
        )
        self.sql(
            "UPDATE oncall_page SET state = 'cancelled', ended_at = clock_timestamp()"
            " WHERE state IN ('pending', 'sending')"
        )

    # --- people and the provider ------------------------------------------------------------------
    def desks(self, count: int) -> list[dict[str, Any]]:
        """Return `count` teams that no test has used."""
        if len(self._desks) < count:
            self._desks += json.loads(self.run("-m", "tests.faults.paging_teams", str(max(count, 300))))
        taken, self._desks = self._desks[:count], self._desks[count:]
        return taken

    @property
    def log(self) -> Path:
        """The provider's log."""
        return self.folder / "provider.log"

    def messages(self) -> list[oracle.Message]:
        """The messages that the provider has accepted so far."""
        return oracle.read(self.log)

    def tell_provider(self, **mode: Any) -> None:
        """Set the provider's mode; without options it works normally."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.phone_port}/mode", json.dumps(mode).encode(), method="PUT"
        )
        with urllib.request.urlopen(request, timeout=5):
            pass

    def await_pages(self, plan: Sequence[oracle.Planned], *, limit: float) -> oracle.Verdict:
        """Wait until every planned page has come or the limit has passed, then until nothing is under way."""
        self.await_arrival(plan, limit=limit)
        self.await_quiet()
        return oracle.judge(plan, self.messages())

    def await_arrival(self, plan: Sequence[oracle.Planned], *, limit: float) -> None:
        """Wait until every planned page has come or the limit has passed."""

        def all_there() -> bool:
            return not oracle.judge(plan, self.messages()).lost

        with contextlib.suppress(TooLate):
            wait_for("every planned page", all_there, limit=limit, pause=0.1)

    def await_quiet(self) -> None:
        """Wait until no text or call is being sent, so that every repeat has arrived; there is no mail server."""
        under_way = (
            "SELECT 1 FROM oncall_page WHERE state IN ('pending', 'sending') AND channel IN ('sms', 'voice')"
            " AND due_at < now() + interval '1 minute' LIMIT 1"
        )
        with contextlib.suppress(TooLate):
            wait_for("no page is under way", lambda: not self.sql(under_way), limit=25, pause=0.2)


@contextlib.contextmanager
def running_site(*, data: Path | None = None, keep: Path | None = None) -> Iterator[Site]:
    """A migrated site with its servers and the provider; no program of the product runs yet.

    With `data` it begins with a copy of that stopped site's database instead. With `keep` it runs in that folder, and
    its data stay there.
    """
    folder = keep or Path(tempfile.mkdtemp(prefix="holdfast-faults-"))
    with contextlib.ExitStack() as stack:
        if keep is None and not os.environ.get("FAULTS_KEEP"):  # to read the logs of a failure
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            stack.callback(delete_data, folder)
        if data is not None:
            copy_clusters(data, folder)
        with _without(_OURS):
            servers = start_servers(folder)
        stack.callback(servers.stop)
        site = Site(folder, servers)
        stack.callback(site.stop_programs)
        provider = site.program("provider", "-m", "tests.faults.provider", str(site.phone_port), str(site.log))
        stack.callback(provider.kill)
        if data is None:
            site.run("manage.py", "migrate", "--verbosity=0")
        wait_for("the provider answers", lambda: get(f"http://127.0.0.1:{site.phone_port}/") == 200, limit=20)
        yield site


@contextlib.contextmanager
def _without(names: Sequence[str]) -> Iterator[None]:
    """Hide variables that name other servers."""
    removed: Mapping[str, str] = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(removed)


def get(url: str, *, timeout: float = 20) -> int:
    """The status of a page, 0 when there is no answer."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


def _children_of(parent: int) -> list[int]:
    pids = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                pids.append(int(folder.name))
    return pids
