"""The demo's options, read from the environment."""

import errno
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAST_PORT = 65535
OFF = {"", "0", "no", "off", "false"}


class DemoRefused(Exception):
    """The demo cannot run like this; the message says what to do."""


@dataclass(frozen=True)
class Options:
    """Address, folder and switches of one run."""

    port: int
    bind: str
    folder: Path
    is_tls: bool
    is_reset: bool
    plays_alerts: bool
    site_url: str
    allowed_hosts: str

    @property
    def probe_host(self) -> str:
        """The host name at which this machine reaches its own portal."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.bind, self.bind)  # noqa: S104 - compared, not bound


def read_options(environment: Mapping[str, str]) -> Options:
    """Read and check the options."""
    port = environment.get("PORT") or "8000"
    if not (port.isascii() and port.isdecimal()) or not 1 <= int(port) <= LAST_PORT:
        raise DemoRefused(f"PORT is {port!r}: choose a number between 1 and {LAST_PORT}, as in `make demo PORT=8001`.")
    bind = environment.get("BIND") or "127.0.0.1"
    is_tls = environment.get("TLS", "").lower() not in OFF
    hosts = ["localhost", "127.0.0.1", "[::1]", socket.gethostname(), bind]
    return Options(
        port=int(port),
        bind=bind,
        folder=Path(environment.get("DEMO_DIR") or ROOT / ".demo").expanduser().resolve(),
        is_tls=is_tls,
        is_reset=environment.get("RESET", "").lower() not in OFF,
        plays_alerts=environment.get("ALERTS", "1").lower() not in OFF,
        site_url=environment.get("SITE_URL") or f"{'https' if is_tls else 'http'}://localhost:{port}",
        allowed_hosts=environment.get("ALLOWED_HOSTS") or ",".join(dict.fromkeys(hosts)),
    )


def check_port(options: Options) -> None:
    """Check that the port is free before anything is started."""
    try:
        family = socket.getaddrinfo(options.bind, options.port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((options.bind, options.port))
            probe.listen(1)
    except PermissionError as error:
        raise DemoRefused(f"Port {options.port} needs root: choose one above 1023: `make demo PORT=8000`.") from error
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise DemoRefused(
                f"BIND is {options.bind!r}, which is not an address of this machine: leave it out."
            ) from error
        raise DemoRefused(
            f"Port {options.port} is in use: stop the program that uses it, or choose another, "
            f"as in `make demo PORT={min(options.port + 1, LAST_PORT)}`."
        ) from error


def free_port() -> int:
    """Return a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def current_options() -> Options:
    """Read the options of this process."""
    return read_options(os.environ)
