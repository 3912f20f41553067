"""Work over many rows: prepared together, and on any error one by one."""

from collections.abc import Sequence

import pytest
from django.db import DatabaseError, OperationalError, connection

from config.base.data.isolation import is_conflict, is_database_away, prepare_each, short_text


class TestPrepareEach:
    def test_prepares_sound_rows_in_one_call(self) -> None:
        calls: list[Sequence[int]] = []

        def prepare(keys: Sequence[int]) -> dict[int, int]:
            calls.append(list(keys))
            return {key: key * key for key in keys}

        assert prepare_each([1, 2, 3], prepare) == ({1: 1, 2: 4, 3: 9}, {})
        assert calls == [[1, 2, 3]]

    def test_names_the_bad_row_and_keeps_the_others(self) -> None:
        def prepare(keys: Sequence[int]) -> dict[int, float]:
            return {key: 1 / key for key in keys}

        prepared, failed = prepare_each([2, 0, 4], prepare)

        assert prepared == {2: 0.5, 4: 0.25}
        assert list(failed) == [0]
        assert isinstance(failed[0], ZeroDivisionError)

    def test_asks_nothing_for_no_rows(self) -> None:
        def prepare(keys: Sequence[int]) -> dict[int, int]:
            raise AssertionError("asked for nothing")

        assert prepare_each([], prepare) == ({}, {})

    @pytest.mark.django_db
    def test_goes_on_in_a_transaction_after_a_statement_has_failed(self) -> None:
        """Without a savepoint the first error would spoil every later statement."""

        def prepare(keys: Sequence[int]) -> dict[int, int]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT n, 100 / n FROM unnest(%s::int[]) AS n", [list(keys)])
                return dict(cursor.fetchall())

        prepared, failed = prepare_each([10, 0, 20], prepare)

        assert prepared == {10: 10, 20: 5}
        assert isinstance(failed[0], DatabaseError)

    @pytest.mark.django_db(transaction=True)
    def test_blames_no_row_while_the_database_is_away(self) -> None:
        def prepare(keys: Sequence[int]) -> dict[int, int]:
            connection.connection.close()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return {}

        connection.ensure_connection()
        with pytest.raises(DatabaseError):
            prepare_each([1, 2], prepare)
        connection.close()


class TestErrors:
    def test_of_locks_are_conflicts_and_not_the_databases_absence(self) -> None:
        class Cause(Exception):
            sqlstate = "55P03"

        error = OperationalError("canceling statement due to lock timeout")
        error.__cause__ = Cause()

        assert is_conflict(error)
        assert not is_conflict(OperationalError("gone"))
        assert not is_database_away(ValueError("x"))

    def test_are_kept_short_and_without_a_nul(self) -> None:
        text = short_text(ValueError("bad\x00" + "x" * 1_000))

        assert text.startswith("ValueError: badxxx")
        assert len(text) == 300
