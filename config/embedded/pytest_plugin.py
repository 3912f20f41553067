"""Start PostgreSQL and Redis for a test run before Django reads its settings."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest

from config.embedded import test_databases
from config.embedded.errors import FolderInUse, ServersUnavailable
from config.embedded.servers import Servers, delete_data, start_servers

# Kept between runs: the migrated template in it saves the migrations.
DATA_DIR = Path(__file__).resolve().parents[2] / ".run" / "tests"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start the servers once, in the process that hands out the tests.

    A wrapper, because pytest-django loads the settings in this hook ahead of all others.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    arguments = early_config.known_args_namespace
    if worker is not None:
        # Database 0 belongs to a run without workers.
        os.environ["REDIS_URL"] = with_database(os.environ["REDIS_URL"], int(worker.removeprefix("gw")) + 1)
    elif not (arguments.help or arguments.version):
        try:
            servers = _start()
        except ServersUnavailable as error:
            raise pytest.UsageError(str(error)) from error
        early_config.add_cleanup(servers.stop)
        os.environ.update(servers.environment)
        os.environ.setdefault("SECRET_KEY", "for tests only, and therefore no secret at all")
        os.environ.setdefault("ENCRYPTION_KEYS", "for tests only and therefore no key at all")
    yield


def pytest_configure(config: pytest.Config) -> None:
    """Put our database fixtures over those of pytest-django, which is loaded later than this plugin."""
    config.pluginmanager.register(test_databases, "holdfast-databases")


def _start() -> Servers:
    try:
        return start_servers(DATA_DIR, fsync=False)
    except FolderInUse:
        # A second run at the same time gets servers that are thrown away.
        folder = Path(tempfile.mkdtemp(prefix="holdfast-tests-"))
        servers = start_servers(folder, fsync=False)
        servers.on_stop(shutil.rmtree, folder, ignore_errors=True)
        servers.on_stop(delete_data, folder)
        return servers


def with_database(url: str, number: int) -> str:
    """Return a Redis address with another database number."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        query = {**dict(parse_qsl(parts.query)), "db": str(number)}
        return f"unix://{parts.path}?{urlencode(query)}"
    return urlunsplit(parts._replace(path=f"/{number}"))
