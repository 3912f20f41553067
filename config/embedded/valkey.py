"""A private Redis-compatible server (Valkey) on a socket, with or without a log on disk."""

import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.embedded.accounts import Account, place_data
from config.embedded.binaries import valkey_program
from config.embedded.errors import ServersUnavailable
from config.embedded.processes import Child, await_predecessor

START_LIMIT = 30
# One database number for each test process.
DATABASES = 64
PID_FILE = "valkey.pid"


@dataclass
class Valkey:
    """One server and, when it is durable, its append-only file."""

    data_dir: Path
    socket_dir: Path
    log_file: Path
    account: Account | None
    durable: bool = True
    child: Child | None = None

    @property
    def socket(self) -> Path:
        """The socket file clients connect to."""
        return self.socket_dir / "redis.sock"

    @property
    def redis_url(self) -> str:
        """The address of database 0."""
        return f"unix://{quote(str(self.socket), safe='/')}?db=0"

    def start(self) -> Child:
        """Start the server and wait until it answers."""
        folder = place_data(self.data_dir / "valkey", self.account)
        # Two servers on one log would destroy it.
        await_predecessor(folder / PID_FILE, "valkey")
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "databases": str(DATABASES),
            "dir": str(folder),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "daemonize": "no",
            "pidfile": str(folder / PID_FILE),
        }
        child = self.child = Child(
            name="valkey",
            command=[
                str(valkey_program(self.account)),
                *(argument for key, value in options.items() for argument in (f"--{key}", value)),
            ],
            log_file=self.log_file,
            environment=dict(os.environ),
            account=self.account,
        )
        child.orphan_signal = child.stop_signal
        child.start()
        self._await_ready(child)
        return child

    def _await_ready(self, child: Child) -> None:
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            if not child.is_running:
                raise ServersUnavailable(f"Valkey stopped while starting. Its last output:\n{child.log_tail()}")
            if is_answering(self.socket):
                return
            time.sleep(0.02)
        raise ServersUnavailable(f"Valkey was not ready in {START_LIMIT} s. Its last output:\n{child.log_tail()}")


def is_answering(address: Path) -> bool:
    """Whether a server answers a ping on the socket and has loaded its data."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(address))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False
