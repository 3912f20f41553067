"""PostgreSQL and Redis for demo, tests and development: those in the environment, or our own."""

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.embedded.accounts import current_data_folder, server_account
from config.embedded.errors import FolderInUse, ServersUnavailable
from config.embedded.postgres import Postgres
from config.embedded.processes import Child, await_predecessor
from config.embedded.valkey import PID_FILE, Valkey

ADDRESSES = "servers.json"
SOCKETS_PARENT = Path("/tmp")  # noqa: S108 - only ever with mkdtemp, which makes folders of mode 0700
SOCKETS_PREFIX = "holdfast-"
DATA_PATTERNS = ("postgres-*", "valkey", "logs", "mail", "phone", "media", "credentials.json", "secret-key")


@dataclass
class Servers:
    """The addresses of the two servers, and those that we started."""

    database_url: str
    redis_url: str
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    _clean_up: contextlib.ExitStack = field(default_factory=contextlib.ExitStack, repr=False)

    @property
    def children(self) -> list[Child]:
        """The server processes we started."""
        owned = [server.child for server in (self.postgres, self.valkey) if server is not None]
        return [child for child in owned if child is not None]

    @property
    def environment(self) -> dict[str, str]:
        """What a process of the product needs to find the servers."""
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}

    def on_stop(self, action: Callable[..., object], *arguments: object, **options: object) -> None:
        """Run an action after the servers have stopped."""
        with contextlib.ExitStack() as stack:
            stack.callback(action, *arguments, **options)
            stack.push(self._clean_up.pop_all())
            self._clean_up = stack.pop_all()

    def stop(self) -> None:
        """Stop what was started, in order; a second call does nothing."""
        self._clean_up.close()


def start_servers(data_dir: Path, *, fsync: bool = True, share: bool = False, reset: bool = False) -> Servers:
    """Start the servers that the environment does not name, with their data below `data_dir`.

    With `share` a second caller gets the addresses of the first one's servers; without it the
    second caller gets FolderInUse. `reset` deletes all earlier data in the folder. Call it from the main thread.
    """
    database_url = os.environ.get("DATABASE_URL", "")
    redis_url = os.environ.get("REDIS_URL", "")
    data_dir = data_dir.resolve()
    with contextlib.ExitStack() as stack:
        _make_folder(data_dir)
        lock = stack.enter_context((data_dir / "lock").open("a+"))
        if not _try_lock(lock):
            if share:
                return _await_addresses(data_dir)
            raise FolderInUse(_in_use_message(data_dir))
        servers = Servers(database_url, redis_url)
        if reset:
            delete_data(data_dir)
        _delete_earlier_sockets(data_dir)
        socket_dir = _make_socket_folder(data_dir)
        stack.callback(shutil.rmtree, socket_dir, ignore_errors=True)
        stack.callback((data_dir / ADDRESSES).unlink, missing_ok=True)
        account = server_account()
        logs = data_dir / "logs"
        if not redis_url:
            servers.valkey = Valkey(data_dir, socket_dir, logs / "valkey.log", account, durable=fsync)
            stack.callback(_stop, servers.valkey)
            servers.valkey.start()
            servers.redis_url = servers.valkey.redis_url
        if not database_url:
            servers.postgres = Postgres(data_dir, socket_dir, logs / "postgres.log", account, fsync=fsync)
            stack.callback(_stop, servers.postgres)
            servers.postgres.start()
            servers.database_url = servers.postgres.database_url
        _write_addresses(data_dir, servers, socket_dir)
        servers._clean_up = stack.pop_all()
        return servers
    raise AssertionError("unreachable")


@contextlib.contextmanager
def running_servers(data_dir: Path, *, fsync: bool = True, share: bool = False) -> Iterator[Servers]:
    """Run the servers for the length of a block."""
    servers = start_servers(data_dir, fsync=fsync, share=share)
    try:
        yield servers
    finally:
        servers.stop()


def _stop(server: Postgres | Valkey) -> None:
    if server.child is not None:
        server.child.stop(timeout=30)


def _make_folder(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        (data_dir / "lock").touch()
    except OSError as error:
        raise ServersUnavailable(
            f"The data folder {data_dir} cannot be written ({error.strerror}): change its rights or name another one."
        ) from error


def _try_lock(lock: IO[str]) -> bool:
    """Lock the folder for this process; the kernel releases it when the process ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return True


def _in_use_message(data_dir: Path) -> str:
    owner = (data_dir / "lock").read_text().strip() or "unknown"
    return f"The data folder {data_dir} is in use by process {owner}: stop it first, or name another folder."


def _make_socket_folder(data_dir: Path) -> Path:
    """Create a private folder with a short name: a socket's path may have only 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix=SOCKETS_PREFIX, dir=SOCKETS_PARENT))
    account = server_account()
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    (data_dir / "sockets").write_text(str(folder))
    return folder


def delete_data(data_dir: Path) -> None:
    """Delete our own files in a folder, by name: the folder may contain other files."""
    _delete_earlier_sockets(data_dir)
    for pattern in DATA_PATTERNS:
        for path in data_dir.glob(pattern):
            if not path.is_dir():
                path.unlink()
                continue
            placed = current_data_folder(path)
            await_predecessor(placed / "cluster" / "postmaster.pid", "postgres")
            await_predecessor(placed / PID_FILE, "valkey")
            shutil.rmtree(placed)
            shutil.rmtree(path, ignore_errors=True)


def _delete_earlier_sockets(data_dir: Path) -> None:
    """Remove the socket folder that a killed run left behind."""
    try:
        folder = Path((data_dir / "sockets").read_text().strip())
    except (FileNotFoundError, NotADirectoryError):
        return
    if folder.name.startswith(SOCKETS_PREFIX) and not folder.is_symlink() and folder.parent == SOCKETS_PARENT:
        shutil.rmtree(folder, ignore_errors=True)


def _write_addresses(data_dir: Path, servers: Servers, socket_dir: Path) -> None:
    unfinished = data_dir / f"{ADDRESSES}.new"
    unfinished.write_text(json.dumps(servers.environment | {"sockets": str(socket_dir)}))
    unfinished.replace(data_dir / ADDRESSES)


def _await_addresses(data_dir: Path) -> Servers:
    """Read the addresses of the process that owns the folder, which may still be starting."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            addresses = json.loads((data_dir / ADDRESSES).read_text())
        except (FileNotFoundError, ValueError):
            time.sleep(0.1)
            continue
        return Servers(addresses["DATABASE_URL"], addresses["REDIS_URL"])
    raise FolderInUse(_in_use_message(data_dir))
