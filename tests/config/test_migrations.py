"""What migrations make that models do not say: extensions, functions, triggers, first rows and rights."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from pytest_django import DjangoDbBlocker

from config.base.data import rights
from config.base.data.roles import Role
from config.embedded import test_databases

APPEND_ONLY = {
    "incidents_privatereading": "",
    "incidents_slabreach": "",
    "incidents_slatargetversion": "'withdrawn_at', 'withdrawn_by_id'",
    "incidents_slawarning": "",
    "incidents_timelineentry": "",
    "oncall_calendardate": "'withdrawn_at', 'withdrawn_by_id'",
    "oncall_calendarversion": "'withdrawn_at', 'withdrawn_by_id'",
    "oncall_deactivation": "'ends_at', 'reopened_by_id'",
    "oncall_escalationentry": "'relay_at'",
    "oncall_layer": "",
    "oncall_layermember": "",
    "oncall_override": "'cancelled_at', 'cancelled_by_id'",
    "oncall_overrideperson": "",
    "oncall_scheduleversion": "'withdrawn_at', 'withdrawn_by_id'",
    "postmortems_postmortemcomment": "",
    "postmortems_postmortemrevision": "",
}
"""Tables that refuse changes, with the columns that may change all the same."""
FILLED_ONCE = {
    "incidents_slatargetversion",
    "oncall_calendardate",
    "oncall_calendarversion",
    "oncall_deactivation",
    "oncall_override",
    "oncall_scheduleversion",
}

Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def fresh(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Connection]:
    """A database as `migrate` leaves it; the one of other tests may have been emptied by them."""
    name = f"test_fresh_{uuid.uuid4().hex}"
    with django_db_blocker.unblock():
        parameters = connection.get_connection_params()
    chosen = {key: parameters[key] for key in ("host", "port", "user", "password") if parameters.get(key)}
    with psycopg.connect(dbname="postgres", autocommit=True, **chosen) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [test_databases.TEMPLATE_LOCK])
        template = sql.Identifier(test_databases.template_name())
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), template))
        server.execute("SELECT pg_advisory_unlock(%s)", [test_databases.TEMPLATE_LOCK])
        with psycopg.connect(dbname=name, autocommit=True, **chosen) as database:
            yield database
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def triggers(fresh: Connection, name: str) -> dict[str, str]:
    """Tables with an enabled trigger of this name, and what it passes to its function."""
    rows = fresh.execute(
        "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s AND tgenabled = 'O'",
        [name],
    ).fetchall()
    return {table: definition.rpartition("(")[2].removesuffix(")") for table, definition in rows}


class TestMigrate:
    def test_makes_the_extensions(self, fresh: Connection) -> None:
        names = {row[0] for row in fresh.execute("SELECT extname FROM pg_extension")}

        assert names == {"plpgsql", "btree_gist", "pg_trgm", "unaccent"}

    def test_guards_what_is_written_once(self, fresh: Connection) -> None:
        once = {table: columns for table, columns in APPEND_ONLY.items() if table in FILLED_ONCE}

        assert triggers(fresh, "append_only") == APPEND_ONLY
        assert triggers(fresh, "fill_once") == once

    def test_has_tickets_keep_the_summary_right(self, fresh: Connection) -> None:
        names = [f"summary_{event}" for event in ("added", "taken_away", "changed", "emptied")]
        storage = fresh.execute(
            "SELECT attstorage FROM pg_attribute"
            " WHERE attrelid = 'incidents_reportrun'::regclass AND attname = 'seconds'"
        ).fetchone()

        assert [triggers(fresh, name) for name in names] == [{"incidents_ticket": ""}] * 4
        assert storage == ("e",)

    def test_has_tickets_and_their_notes_keep_their_words_right(self, fresh: Connection) -> None:
        tables = {"incidents_ticket": "", "incidents_timelineentry": ""}

        assert [triggers(fresh, name) for name in ("search_added", "search_changed")] == [tables] * 2

    def test_writes_the_rows_a_new_site_starts_with(self, fresh: Connection) -> None:
        counts = [
            fresh.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            for table in ("incidents_messagetemplate", "oncall_obligationrule", "oncall_rulereminder")
        ]

        assert fresh.execute("SELECT id, version FROM oncall_engineschema").fetchall() == [(1, 1)]
        assert counts == [(7,), (6,), (18,)]

    def test_gives_every_role_its_rights(self, fresh: Connection) -> None:
        rows = fresh.execute(
            "SELECT role.name, kind.app_label || '.' || permission.codename"
            " FROM auth_group_permissions AS held"
            " JOIN auth_group AS role ON role.id = held.group_id"
            " JOIN auth_permission AS permission ON permission.id = held.permission_id"
            " JOIN django_content_type AS kind ON kind.id = permission.content_type_id"
        )

        assert set(rows) == {(role.value, code) for role in Role for code in rights.codes_of(role)}


class TestTriggers:
    """The functions themselves, on a table of two columns that may be filled; one of them once."""

    @pytest.fixture
    def table(self, fresh: Connection) -> Iterator[Connection]:
        """One row: nothing is filled in it."""
        with fresh.transaction(force_rollback=True):
            fresh.execute(
                "CREATE TABLE facts (id int, text text, seen_at timestamptz, ended_at timestamptz);"
                "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON facts"
                " FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change('seen_at', 'ended_at');"
                "CREATE TRIGGER fill_once BEFORE UPDATE ON facts"
                " FOR EACH ROW EXECUTE FUNCTION holdfast_fill_once('ended_at');"
                "INSERT INTO facts VALUES (1, 'said')"
            )
            yield fresh

    @pytest.mark.parametrize("statement", ["UPDATE facts SET text = 'other', seen_at = now()", "DELETE FROM facts"])
    def test_refuse_changes(self, table: Connection, statement: str) -> None:
        with pytest.raises(psycopg.IntegrityError, match="facts is append-only"), table.transaction():
            table.execute(statement)

    def test_let_columns_be_filled_and_emptied(self, table: Connection) -> None:
        table.execute("UPDATE facts SET seen_at = now()")
        table.execute("UPDATE facts SET seen_at = NULL")

        assert table.execute("SELECT seen_at FROM facts").fetchall() == [(None,)]

    @pytest.mark.parametrize(
        "statement", ["UPDATE facts SET ended_at = NULL", "UPDATE facts SET ended_at = '2026-06-01'"]
    )
    def test_let_a_column_be_filled_once(self, table: Connection, statement: str) -> None:
        table.execute("UPDATE facts SET ended_at = now()")

        with pytest.raises(psycopg.IntegrityError, match=r"facts\.ended_at is already filled"), table.transaction():
            table.execute(statement)

    def test_give_way_to_a_transaction_with_a_reason(self, table: Connection) -> None:
        table.execute("UPDATE facts SET ended_at = now()")

        with table.transaction():
            table.execute("SET LOCAL holdfast.lift = 'erasure'")
            table.execute("UPDATE facts SET text = '', ended_at = NULL")
            table.execute("DELETE FROM facts")

        assert table.execute("SELECT count(*) FROM facts").fetchone() == (0,)
