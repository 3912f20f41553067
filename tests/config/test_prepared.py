"""A prepared statement is planned once for its connection, and otherwise behaves as any of Django's."""

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config.base.data.prepared import prepared_cursor
from oncall.models import Team


def plans_of(text: str) -> list[tuple[int, ...]]:
    """How often PostgreSQL has run each prepared statement with this text in it, on this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE position(%s in statement) > 0",
            [text],
        )
        return cursor.fetchall()


@pytest.mark.django_db
class TestPreparedCursor:
    def test_prepares_a_statement_once(self) -> None:
        for _ in range(3):
            with prepared_cursor() as cursor:
                cursor.execute("SELECT %(number)s + 1 AS once", {"number": 41})
                assert cursor.fetchone() == (42,)

        assert plans_of("AS once") == [(3,)]

    def test_raises_djangos_errors_and_leaves_the_savepoint_usable(self) -> None:
        team = Team.objects.create(slug="taken", name="Taken")

        with pytest.raises(IntegrityError) as raised, transaction.atomic(), prepared_cursor() as cursor:
            cursor.execute("UPDATE oncall_team SET slug = NULL WHERE id = %(id)s", {"id": team.pk})

        assert isinstance(raised.value.__cause__, psycopg.errors.NotNullViolation)
        assert Team.objects.get().slug == "taken"

    def test_is_part_of_the_transaction_and_of_what_is_logged(self) -> None:
        team = Team.objects.create(slug="old", name="Old")

        with CaptureQueriesContext(connection) as queries, prepared_cursor() as cursor:
            cursor.execute("UPDATE oncall_team SET slug = %(slug)s WHERE id = %(id)s", {"id": team.pk, "slug": "new"})

        assert [query["sql"].partition(" SET")[0] for query in queries] == ["UPDATE oncall_team"]
        assert Team.objects.get().slug == "new"


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_prepares_anew() -> None:
    for _ in range(2):
        with prepared_cursor() as cursor:
            cursor.execute("SELECT %(number)s AS anew", {"number": 1})
        assert plans_of("AS anew") == [(1,)]
        connection.close()
