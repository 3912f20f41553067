"""The whole demo, started as a person starts it, and ended in every way it can end."""

import json
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib import error, request

import psycopg
import pytest

from config.demo.options import free_port
from config.embedded.servers import delete_data, start_servers
from tests.config.test_servers import ROOT, is_alive, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]
READY_WITHIN = 150


class Demo:
    """A running demo and the processes that belong to it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.output = folder.with_suffix(".out")
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL", "DJANGO_SETTINGS_MODULE"}
        }
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=ROOT,
                env={**inherited, "PORT": str(self.port), "DEMO_DIR": str(folder), **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> None:
        """Wait for the address on the terminal."""
        ready = wait_until(lambda: "is ready" in self.text or self.process.poll() is not None, READY_WITHIN)
        assert ready, self.text
        assert "is ready" in self.text, self.text

    @property
    def text(self) -> str:
        """What the demo has printed."""
        return self.output.read_text()

    def processes(self) -> set[int]:
        """Every live process whose environment or command line names this demo's folder or sockets.

        Children, and children's children: the command line of a PostgreSQL backend is its own,
        the environment of a pool process is inherited.
        """
        marks = [os.fsencode(self.folder)]
        if (self.folder / "sockets").exists():
            marks.append((self.folder / "sockets").read_bytes())
        pids = set()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal() or int(entry.name) == os.getpid():
                continue
            try:
                text = (entry / "cmdline").read_bytes() + b"\0" + (entry / "environ").read_bytes()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if any(mark in text for mark in marks) and is_alive(int(entry.name)):
                pids.add(int(entry.name))
        return pids

    def get(self, path: str, context: ssl.SSLContext | None = None) -> int:
        """Ask the portal and return the status."""
        address = f"{'https' if context else 'http'}://localhost:{self.port}{path}"
        try:
            with request.urlopen(address, timeout=10, context=context) as answer:
                return int(answer.status)
        except error.HTTPError as refused:
            with refused:
                return refused.code

    def pid_of(self, name: str) -> int:
        """Return the process number printed last for a program."""
        return int(re.findall(rf"{name}(?: runs again, process)? (\d+)", self.text)[-1])

    def __enter__(self) -> "Demo":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        wait_until(lambda: not self.processes(), 20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One data folder for all: the first start is the slow one."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    yield folder
    delete_data(folder)


def pool_of(pid: int) -> set[int]:
    """Return the children of a process."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return {int(word) for word in children.read_text().split()}


class TestDemo:
    def test_serves_restarts_and_leaves_nothing_when_killed(self, folder: Path) -> None:
        with Demo(folder) as demo:
            demo.wait_until_ready()
            assert demo.get("/readyz") == 200
            credentials = json.loads((folder / "credentials.json").read_text())
            assert credentials["base_url"] == f"http://localhost:{demo.port}"

            worker = demo.pid_of("worker")
            assert wait_until(lambda: len(pool_of(worker)) >= 2, 60)
            pool = pool_of(worker)
            os.kill(worker, signal.SIGKILL)
            assert wait_until(lambda: "worker runs again" in demo.text, 20)
            assert "worker ended (signal SIGKILL)" in demo.text
            assert wait_until(lambda: not any(is_alive(pid) for pid in pool), 10)

            second = demo.pid_of("worker")
            assert wait_until(lambda: len(pool_of(second)) >= 2, 60)
            everything = demo.processes()
            assert pool_of(second) <= everything
            assert pool_of(demo.pid_of("web")) <= everything
            os.kill(demo.process.pid, signal.SIGKILL)
            demo.process.wait()
            assert wait_until(lambda: not demo.processes(), 20), demo.processes()
            # A process on its way out has no command line any more but still counts as alive.
            assert wait_until(lambda: not any(is_alive(pid) for pid in everything), 20)

    def test_stops_in_order_on_ctrl_c(self, folder: Path) -> None:
        with Demo(folder) as demo:
            demo.wait_until_ready()
            demo.process.send_signal(signal.SIGINT)

            assert demo.process.wait(60) == 0
            assert demo.text.rstrip().endswith("Stopped.")
            assert not demo.processes()
            assert "database system is shut down" in (folder / "logs" / "postgres.log").read_text()

    def test_stops_while_it_starts_when_the_terminal_closes(self, folder: Path) -> None:
        with Demo(folder) as demo:
            assert wait_until(lambda: "Starting the portal" in demo.text, READY_WITHIN)
            demo.process.send_signal(signal.SIGHUP)

            assert demo.process.wait(60) == 0
            assert not demo.processes()

    def test_serves_https_until_it_is_stopped(self, folder: Path) -> None:
        with Demo(folder, TLS="1") as demo:
            demo.wait_until_ready()

            assert (
                demo.get("/readyz", context=ssl.create_default_context(cafile=folder / "tls" / "authority.pem")) == 200
            )
            assert f"https://localhost:{demo.port}" in demo.text
            demo.process.send_signal(signal.SIGTERM)
            assert demo.process.wait(60) == 0
            assert not demo.processes()

    def test_says_what_to_do_about_a_broken_cluster(self, tmp_path: Path) -> None:
        with Demo(tmp_path / "data", HOLDFAST_PG_BIN=str(tmp_path)) as demo:
            assert demo.process.wait(60) == 1
            assert "no program named postgres" in demo.text
            assert "Traceback" not in demo.text
        delete_data(tmp_path / "data")

    def test_says_what_to_do_about_broken_data(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = tmp_path / "data"
        monkeypatch.delenv("DATABASE_URL")
        monkeypatch.delenv("REDIS_URL")
        servers = start_servers(folder, fsync=False)
        with psycopg.connect(servers.database_url) as connection:
            (cluster,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        servers.stop()
        (Path(cluster) / "global" / "pg_control").write_bytes(b"broken")

        with Demo(folder) as demo:
            assert demo.process.wait(60) == 1
            assert "PANIC" in demo.text
            assert demo.text.rstrip().endswith("`make demo RESET=1` deletes it and starts again.")
        delete_data(folder)
