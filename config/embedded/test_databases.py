"""Test databases cloned from one migrated template, which is made once and kept."""

import hashlib
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE_PREFIX = "holdfast_template_"
# Any number: the process that holds this lock may make or clone the template.
TEMPLATE_LOCK = 5_207_311
# Which apps there are, how the first migrations make tables, and which roles become groups.
SHAPING = ("rights.py", "settings.py", "batched_migration.py", "roles.py")


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Migrate before the first test, so that no test's time-out has to pay for it."""
    if any(_wants_database(item) for item in session.items):
        with session.config.stash[blocking_manager_key].unblock(), _maintenance() as maintenance:
            _lock(maintenance)
            _ensure_template(maintenance)
    return (yield)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Give this process a test database of its own: a clone of the migrated template."""
    name = f"test_{settings.DATABASES['default']['NAME']}"
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is not None:
        name = f"{name}_{worker}"
    with django_db_blocker.unblock():
        with _maintenance() as maintenance:
            _lock(maintenance)
            template = _ensure_template(maintenance)
            _drop(maintenance, name)
            _create(maintenance, name, template)
        _use(name)
        if any(_wants_serialized_rollback(item) for item in request.session.items):
            connection._test_serialized_contents = connection.creation.serialize_db_to_string()  # type: ignore[attr-defined]  # where Django's tests look for it
    yield
    with django_db_blocker.unblock():
        connection.close()
        with _maintenance() as maintenance:
            _drop(maintenance, name)


@pytest.fixture(scope="session")
def server_environment(django_db_setup: None) -> dict[str, str]:
    """What a process started by a test needs to work on the test's own database and Redis."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = settings.DATABASES["default"]["NAME"]
    return {
        **os.environ,
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}")),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings"),
    }


def template_name() -> str:
    """Name the template after everything that shapes a migrated database."""
    digest = hashlib.sha256()
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        for path in sorted((Path(app.path) / "migrations").glob("*.py")):
            digest.update(f"{app.label}/{path.name}\n".encode())
            digest.update(path.read_bytes())
    # Receivers of post_migrate write rows too.
    for path in sorted(_own_sources()):
        text = path.read_bytes()
        if b"post_migrate" in text or path.name in SHAPING:
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(text)
    return TEMPLATE_PREFIX + digest.hexdigest()[:16]


def _own_sources() -> Iterator[Path]:
    for app in apps.get_app_configs():
        folder = Path(app.path)
        if folder.is_relative_to(ROOT) and ".venv" not in folder.relative_to(ROOT).parts:
            yield from folder.rglob("*.py")


def _ensure_template(maintenance: "psycopg.Connection") -> str:
    """Return the template's name; make it, and forget older ones, where it is missing."""
    name = template_name()
    rows = maintenance.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEMPLATE_PREFIX]
    ).fetchall()
    existing = {str(row[0]) for row in rows}
    if name in existing:
        return name
    for older in existing:
        _drop(maintenance, older)
    unfinished = f"{TEMPLATE_PREFIX}unfinished"
    _create(maintenance, unfinished, "template1")
    previous = settings.DATABASES["default"]["NAME"]
    _use(unfinished)
    try:
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        connection.close()
        _use(previous)
    maintenance.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name))
    )
    return name


def _lock(maintenance: "psycopg.Connection") -> None:
    """Let one process migrate while the others wait; held until the connection is closed."""
    maintenance.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])


def _maintenance() -> "psycopg.Connection":
    """Connect beside the product's own connection, to a database that is always there."""
    parameters = connection.get_connection_params()
    chosen = {key: parameters[key] for key in ("host", "port", "user", "password") if parameters.get(key)}
    return psycopg.connect(dbname="postgres", autocommit=True, **chosen)


def _use(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _create(maintenance: "psycopg.Connection", name: str, template: str) -> None:
    maintenance.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    )


def _drop(maintenance: "psycopg.Connection", name: str) -> None:
    maintenance.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _wants_database(item: pytest.Item) -> bool:
    return item.get_closest_marker("django_db") is not None or "django_db_setup" in getattr(item, "fixturenames", ())


def _wants_serialized_rollback(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return marker is not None and bool(marker.kwargs.get("serialized_rollback"))
