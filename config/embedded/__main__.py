"""Run a command with PostgreSQL and Redis running: `python -m config.embedded COMMAND ...`."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from config.embedded.errors import ServersUnavailable
from config.embedded.secret import load_secret
from config.embedded.servers import running_servers
from config.embedded.stop_signals import StopSignals

DATA_DIR = Path(__file__).resolve().parents[2] / ".run" / "development"


def main(command: list[str]) -> int:
    """Run the command and return its exit code; it uses the servers of an earlier call if they run."""
    if not command:
        sys.stderr.write("usage: python -m config.embedded COMMAND ...\n")
        return 2
    # A normal exit, so that command and servers are stopped.
    stop_signals = StopSignals(lambda number: SystemExit(128 + number))
    stop_signals.listen(signal.SIGTERM, signal.SIGHUP)
    try:
        with running_servers(DATA_DIR, share=True) as servers:
            defaults = {
                "SECRET_KEY": load_secret(DATA_DIR / "secret-key"),
                "ENCRYPTION_KEYS": load_secret(DATA_DIR / "encryption-key"),
            }
            environment = defaults | dict(os.environ) | servers.environment
            stop_signals.check()
            return subprocess.run(command, check=False, env=environment).returncode
    except ServersUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
