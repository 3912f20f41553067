"""Run a command with PostgreSQL and Redis running: `python -m config.embedded COMMAND ...`."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from config.embedded.errors import ServersUnavailable
from config.embedded.secret import load_secret
from config.embedded.servers import running_servers

DATA_DIR = Path(__file__).resolve().parents[2] / ".run" / "development"


def main(command: list[str]) -> int:
    """Run the command and return its exit code; it uses the servers of an earlier call if they run."""
    if not command:
        sys.stderr.write("usage: python -m config.embedded COMMAND ...\n")
        return 2
    # A normal exit, so that command and servers are stopped.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, _leave)
    try:
        with running_servers(DATA_DIR, share=True) as servers:
            defaults = {"SECRET_KEY": load_secret(DATA_DIR / "secret-key")}
            environment = defaults | dict(os.environ) | servers.environment
            return subprocess.run(command, check=False, env=environment).returncode
    except ServersUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
