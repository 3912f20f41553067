"""Answer worked cases on a database of its own: `manage.py evaluate_case` without a DATABASE_URL.

The settings ask for a database, so it is started before the settings are read.
"""

import importlib
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.errors import FolderInUse, ServersUnavailable
from config.embedded.servers import Servers, delete_data, start_servers

# Kept between runs, so that migrations run once.
DATA_DIR = Path(__file__).resolve().parents[2] / ".run" / "cases"


def main(arguments: list[str]) -> int:
    """Answer the cases and return the exit code."""
    try:
        with _environment() as is_ours:
            # It imports Django, whose settings need that environment.
            running = importlib.import_module("config.cases.running")
            return int(running.evaluate(arguments, is_ours=is_ours))
    except ServersUnavailable as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


@contextmanager
def _environment() -> Iterator[bool]:
    """The variables that the settings need; a database only if DATABASE_URL is not set.

    Yields whether the database is ours.
    """
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    if os.environ.get("DATABASE_URL"):
        yield False
        return
    servers = _start()
    try:
        os.environ.update(servers.environment)
        yield True
    finally:
        servers.stop()


def _start() -> Servers:
    try:
        return start_servers(DATA_DIR, fsync=False)
    except FolderInUse:
        # A second run at the same time gets temporary servers.
        folder = Path(tempfile.mkdtemp(prefix="holdfast-cases-"))
        servers = start_servers(folder, fsync=False)
        servers.on_stop(shutil.rmtree, folder, ignore_errors=True)
        servers.on_stop(delete_data, folder)
        return servers


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
