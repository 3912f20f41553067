"""A private PostgreSQL: creates its cluster, starts and stops it, listens only on a socket."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.embedded.accounts import Account, current_data_folder, place_data, server_account
from config.embedded.binaries import postgres_folder
from config.embedded.errors import ServersUnavailable
from config.embedded.processes import Child, await_predecessor

ROLE = "holdfast"
BUILTIN_LOCALES_SINCE = 17
START_LIMIT = 60
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "jit": "off",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on"}
# For temporary data: a crash of the machine may damage it, a crash of a process may not.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class Postgres:
    """One cluster and its server."""

    data_dir: Path
    socket_dir: Path
    log_file: Path
    account: Account | None
    fsync: bool = True
    child: Child | None = None

    @property
    def database_url(self) -> str:
        """The address of the product's database."""
        return f"postgresql://{ROLE}@/{ROLE}?host={quote(str(self.socket_dir), safe='/')}"

    def start(self) -> Child:
        """Start the server; create cluster and database first if they are missing."""
        programs = postgres_folder(self.account)
        major = _major_version(programs, self.account)
        # One cluster per major version: a server cannot read another version's files.
        folder = place_data(self.data_dir / f"postgres-{major}", self.account)
        cluster = folder / "cluster"
        await_predecessor(cluster / "postmaster.pid", "postgres")
        self._mark_unsafe(folder)
        if not (cluster / "PG_VERSION").exists():
            self._make_cluster(programs, cluster, major)
        settings = {**SETTINGS, **(DURABLE if self.fsync else FAST), "unix_socket_directories": str(self.socket_dir)}
        child = self.child = Child(
            name="postgres",
            command=[
                str(programs / "postgres"),
                "-D",
                str(cluster),
                *(argument for key, value in settings.items() for argument in ("-c", f"{key}={value}")),
            ],
            log_file=self.log_file,
            environment=clean_environment(),
            account=self.account,
            # "Fast" shutdown: end the sessions, write everything down, stop.
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGINT,
        )
        child.start()
        _await_ready(child, cluster)
        self._make_database()
        return child

    def _mark_unsafe(self, folder: Path) -> None:
        """Delete a cluster without fsync if the machine was restarted since its last use."""
        mark = folder / "used-without-fsync"
        if self.fsync:
            return
        boot = _boot_id()
        if mark.exists() and mark.read_text() != boot:
            shutil.rmtree(folder / "cluster", ignore_errors=True)
        mark.write_text(boot)

    def _make_cluster(self, programs: Path, cluster: Path, major: int) -> None:
        """Create the cluster in another folder, then move it, so that an incomplete one is never used."""
        unfinished = cluster.with_name("unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(cluster, ignore_errors=True)
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if major >= BUILTIN_LOCALES_SINCE
            else ["--locale=C"]
        )
        done = _run(
            [
                str(programs / "initdb"),
                f"--pgdata={unfinished}",
                f"--username={ROLE}",
                "--auth=trust",
                "--encoding=UTF8",
                *locale,
                *([] if self.fsync else ["--no-sync"]),
            ],
            self.account,
        )
        if done.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise ServersUnavailable(_explain("PostgreSQL could not create its data folder", done.stdout))
        unfinished.rename(cluster)

    def _make_database(self) -> None:
        with psycopg.connect(host=str(self.socket_dir), user=ROLE, dbname="postgres", autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [ROLE]).fetchone() is None:
                connection.execute(f"CREATE DATABASE {ROLE}")


def copy_clusters(source: Path, target: Path) -> None:
    """Give a new data folder a copy of the clusters of another one, whose servers have stopped."""
    for folder in source.glob("postgres-*"):
        placed = place_data(target / folder.name, server_account())
        # With owners and modes, which PostgreSQL insists on.
        subprocess.run(["cp", "-a", current_data_folder(folder) / "cluster", placed], check=True)


def _await_ready(child: Child, cluster: Path) -> None:
    """Wait until the server says "ready" in its lock file, as pg_ctl does."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        if not child.is_running:
            raise ServersUnavailable(_explain("PostgreSQL stopped while starting", child.log_tail()))
        try:
            lines = (cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            lines = []
        if lines and lines[0].strip() == str(child.pid) and lines[-1].strip() == "ready":
            return
        time.sleep(0.02)
    raise ServersUnavailable(_explain(f"PostgreSQL was not ready in {START_LIMIT} s", child.log_tail()))


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return str(time.time())


def clean_environment() -> Mapping[str, str]:
    """Return the environment without anything that changes a server's locale or defaults."""
    return {
        key: value
        for key, value in os.environ.items()
        if key not in {"LANG", "LANGUAGE"} and not key.startswith(("LC_", "PG"))
    } | {"LC_ALL": "C"}


def _run(command: list[str], account: Account | None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        check=False,
        env=clean_environment(),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def _major_version(programs: Path, account: Account | None) -> int:
    try:
        done = _run([str(programs / "postgres"), "--version"], account)
    except OSError as error:
        raise ServersUnavailable(
            f"PostgreSQL's programs in {programs} cannot be started ({error}): set HOLDFAST_PG_BIN or DATABASE_URL."
        ) from error
    if done.returncode != 0:
        raise ServersUnavailable(_explain(f"PostgreSQL's programs in {programs} do not run here", done.stdout))
    # A distribution adds its own number behind the version.
    version = next(word for word in done.stdout.split() if word[0].isdigit())
    return int(version.split(".")[0])


def _explain(what: str, log: str) -> str:
    if "No space left on device" in log:
        return f"{what}: the disk is full. Free some space and start again."
    return f"{what}. Its last output:\n{log.strip()}"
