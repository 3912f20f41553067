"""Records in the database that it is migrated and loaded, so that a later start can skip the check."""

import hashlib
from pathlib import Path

import psycopg
from psycopg import sql

from config.demo.options import ROOT


def is_prepared(database_url: str) -> bool:
    """Whether the current migrations and the company were loaded into the database.

    Asking Django would take seconds of imports; this takes milliseconds.
    """
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    return row is not None and row[0] == current_mark(ROOT)


def mark_prepared(database_url: str) -> None:
    """Write the mark that `is_prepared` reads, as the comment on the database."""
    with psycopg.connect(database_url) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(current_mark(ROOT))))


def current_mark(root: Path) -> str:
    """Return a mark that changes with our migrations and with the packages, which have migrations too."""
    digest = hashlib.sha256((root / "requirements.lock").read_bytes())
    # Rights are granted after migrations.
    for path in sorted([*root.glob("*/migrations/*.py"), *root.glob("*/rights.py")]):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return f"demo {digest.hexdigest()[:32]}"
