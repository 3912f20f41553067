"""The embedded servers: they start, keep their data, are shared, and end with their owner."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import accounts
from config.embedded.accounts import Account, can_reach, place_data, readable_copy
from config.embedded.errors import FolderInUse, ServersUnavailable
from config.embedded.servers import Servers, delete_data, running_servers, start_servers

ROOT = Path(__file__).resolve().parents[2]
OWNER = """
import sys, time
from pathlib import Path
from config.embedded.servers import start_servers
servers = start_servers(Path(sys.argv[1]), fsync=False)
print(servers.database_url, *(child.pid for child in servers.children), flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder, in an environment that names no servers."""
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    yield tmp_path / "data"
    # Root's servers keep their data elsewhere, because pytest's folders are closed to others.
    delete_data(tmp_path / "data")


@dataclass
class Owner:
    """Another process that owns servers."""

    process: "subprocess.Popen[str]"
    database_url: str
    servers: list[int]

    def kill(self) -> None:
        """End the process so that it cannot clean up."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def owner(folder: Path) -> Iterator[Owner]:
    """An owner of servers in the folder."""
    process = subprocess.Popen([sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    database_url, *pids = process.stdout.readline().split()
    owner = Owner(process, database_url, [int(pid) for pid in pids])
    yield owner
    owner.kill()


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """Look until something is so; return whether it came to be."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class TestStartServers:
    def test_keeps_data_between_runs(self, folder: Path) -> None:
        with running_servers(folder) as servers:
            with psycopg.connect(servers.database_url) as connection:
                connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")
            with redis.Redis.from_url(servers.redis_url) as client:
                client.set("note", "kept")

        with running_servers(folder) as servers:
            with psycopg.connect(servers.database_url) as connection:
                assert connection.execute("SELECT text FROM note").fetchone() == ("kept",)
            with redis.Redis.from_url(servers.redis_url) as client:
                assert client.get("note") == b"kept"

    def test_listens_on_private_sockets_only(self, folder: Path) -> None:
        with running_servers(folder, fsync=False) as servers:
            assert servers.postgres is not None
            mode = servers.postgres.socket_dir.stat().st_mode & 0o777
            with psycopg.connect(servers.database_url) as connection:
                addresses = connection.execute("SHOW listen_addresses").fetchone()
            sockets = servers.postgres.socket_dir

        assert mode == 0o700
        assert addresses == ("",)
        assert not sockets.exists()

    def test_forgets_data_on_reset(self, folder: Path) -> None:
        with running_servers(folder, fsync=False) as servers, psycopg.connect(servers.database_url) as connection:
            connection.execute("CREATE TABLE note (text text)")
        stranger = folder / "letter.txt"
        stranger.write_text("not ours")

        servers = start_servers(folder, fsync=False, reset=True)
        with psycopg.connect(servers.database_url) as connection:
            row = connection.execute("SELECT to_regclass('note')").fetchone()
        servers.stop()

        assert row == (None,)
        assert stranger.exists()

    def test_leaves_named_servers_alone(self, tmp_path: Path) -> None:
        with running_servers(tmp_path / "data") as servers:
            assert servers.children == []
            assert servers.database_url == os.environ["DATABASE_URL"]

    def test_says_what_to_do_without_programs(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOLDFAST_PG_BIN", str(folder))

        with pytest.raises(ServersUnavailable, match="no program named postgres"):
            start_servers(folder, fsync=False)

    def test_says_what_to_do_without_a_folder(self, folder: Path) -> None:
        folder.write_text("a file is in the way")

        with pytest.raises(ServersUnavailable, match="cannot be written"):
            start_servers(folder)


class TestOwnership:
    def test_is_refused_to_a_second_process(self, folder: Path, owner: Owner) -> None:
        with pytest.raises(FolderInUse, match=f"in use by process {owner.process.pid}"):
            start_servers(folder, fsync=False)

    def test_is_shared_on_request(self, folder: Path, owner: Owner) -> None:
        with running_servers(folder, share=True) as servers:
            assert servers.database_url == owner.database_url
            assert servers.children == []
        with psycopg.connect(owner.database_url) as connection:  # still there: it was not ours to stop
            assert connection.execute("SELECT 1").fetchone() == (1,)

    def test_ends_with_an_owner_that_is_killed(self, folder: Path, owner: Owner) -> None:
        assert len(owner.servers) == 2
        assert all(is_alive(pid) for pid in owner.servers)

        owner.kill()

        assert wait_until(lambda: not any(is_alive(pid) for pid in owner.servers))
        assert "database system is shut down" in (folder / "logs" / "postgres.log").read_text()

    @pytest.mark.parametrize("is_reset", [False, True])
    def test_passes_on_at_once_after_a_kill(self, folder: Path, owner: Owner, is_reset: bool) -> None:
        left_behind = Path(json.loads((folder / "servers.json").read_text())["sockets"])
        owner.kill()

        servers = start_servers(folder, fsync=False, reset=is_reset)
        with psycopg.connect(servers.database_url) as connection:
            answer = connection.execute("SELECT 1").fetchone()
        servers.stop()

        assert answer == (1,)
        assert not left_behind.exists()


class TestServers:
    def test_does_things_after_the_stop(self, folder: Path) -> None:
        done: list[str] = []
        servers = Servers("postgresql://", "redis://")
        servers.on_stop(done.append, "stopped")

        servers.stop()
        servers.stop()

        assert done == ["stopped"]


class TestAccounts:
    stranger = Account("stranger", 54321, 54321)

    def test_are_kept_out_by_a_closed_parent(self, tmp_path: Path) -> None:
        closed = tmp_path / "closed"
        inner = closed / "inner"
        inner.mkdir(parents=True)
        closed.chmod(0o700)

        assert not can_reach(inner, self.stranger)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root lends servers to another account")
    def test_get_a_stand_in_for_a_closed_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shared = tmp_path / "shared"
        shared.mkdir()
        monkeypatch.setattr(accounts, "SHARED_TEMPORARY", shared)
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)

        placed = place_data(closed / "data", self.stranger)

        assert placed.is_relative_to(shared)
        assert placed.stat().st_uid == self.stranger.uid
        assert placed.stat().st_mode & 0o777 == 0o700
        assert placed == place_data(closed / "data", self.stranger)

    @pytest.mark.parametrize("mode", [0o777, 0o775])
    def test_are_refused_a_folder_others_may_write(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
    ) -> None:
        monkeypatch.setattr(accounts, "SHARED_TEMPORARY", tmp_path)
        prepared = tmp_path / f"holdfast-{os.geteuid()}"
        prepared.mkdir()
        prepared.chmod(mode)

        with pytest.raises(ServersUnavailable, match="remove it"):
            readable_copy("programs", [tmp_path], self.stranger)

    def test_are_refused_a_link_in_place_of_the_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(accounts, "SHARED_TEMPORARY", tmp_path)
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir(mode=0o755)
        (tmp_path / f"holdfast-{os.geteuid()}").symlink_to(elsewhere)

        with pytest.raises(ServersUnavailable, match="remove it"):
            accounts.reachable_root()
