"""Databases as files: what is in one, and one out of a file."""

import gzip
import re
from pathlib import Path
from typing import Any

import psycopg

FOLDER = Path(__file__).parent
# What only psql, or only the newest server, understands.
_NOT_SQL = re.compile(r"^(\\(un)?restrict .*|SET transaction_timeout .*)\n", re.MULTILINE)
# PostgreSQL reads back a condition of its own with the same sense and other casts.
_SPELLING = re.compile(r"::(text|character varying)(\[\])?|[()]")
_SCHEMA = """
SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
       || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
       || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), '')
       || CASE WHEN a.attidentity <> '' THEN ' identity' ELSE '' END
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
UNION ALL
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT pg_get_functiondef(oid) FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'holdfast%'
UNION ALL
SELECT 'extension ' || extname FROM pg_extension
UNION ALL
SELECT 'sequence ' || sequencename FROM pg_sequences WHERE schemaname = 'public'
"""


def path_of(version: str) -> Path:
    """Where a version's dump is."""
    return FOLDER / f"{version}.sql.gz"


def store(path: Path, script: str) -> None:
    """Keep what pg_dump wrote, as plain SQL that any client can run; the same rows give the same file."""
    path.write_bytes(gzip.compress(_NOT_SQL.sub("", script).encode(), mtime=0))


def restore(path: Path, connection: "psycopg.Connection[Any]") -> None:
    """Run a dump in an empty database."""
    connection.execute(gzip.decompress(path.read_bytes()).decode())


def schema_of(connection: "psycopg.Connection[Any]") -> set[str]:
    """Everything the database holds beside rows, a line each."""
    return {_SPELLING.sub("", str(row[0])) for row in connection.execute(_SCHEMA)}
