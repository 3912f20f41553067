"""Remembers in the database itself that it is migrated and loaded, so that a later start need not look."""

import hashlib
from pathlib import Path

import psycopg
from psycopg import sql

from config.demo.options import ROOT


def is_prepared(database_url: str) -> bool:
    """Say whether these very migrations and this company were loaded into the database.

    Django would answer the same after seconds of imports; this takes milliseconds.
    """
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    return row is not None and row[0] == mark_of(ROOT)


def note_prepared(database_url: str) -> None:
    """Note what `is_prepared` asks for, as the comment on the database."""
    with psycopg.connect(database_url) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(mark_of(ROOT))))


def mark_of(root: Path) -> str:
    """Return a mark that changes with our migrations and with the packages, which bring their own."""
    digest = hashlib.sha256((root / "requirements.lock").read_bytes())
    # Rights are granted after migrations.
    for path in sorted([*root.glob("*/migrations/*.py"), *root.glob("config/rights.py")]):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return f"demo {digest.hexdigest()[:32]}"
