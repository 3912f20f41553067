"""Rows that failed rest, ever longer, until they are fine again."""

from datetime import timedelta

from config.base.data import rests
from tests.factories import NOON


def test_a_row_that_failed_rests_and_is_tried_again() -> None:
    resting = rests.Rests[int](first=5.0, longest=60.0)

    until = resting.put_off(7, NOON)

    assert until == NOON + timedelta(seconds=5)
    assert resting.resting(NOON) == [7]
    assert resting.is_resting(7, NOON)
    assert not resting.is_resting(7, until)
    assert not resting.is_resting(8, NOON)


def test_the_rest_grows_up_to_its_limit() -> None:
    resting = rests.Rests[int](first=5.0, longest=60.0)

    lengths = [(resting.put_off(7, NOON) - NOON).total_seconds() for _ in range(9)]

    assert lengths[0] < lengths[-1]
    assert all(30.0 <= length <= 60.0 for length in lengths[-3:])


def test_a_row_that_is_fine_again_starts_anew() -> None:
    resting = rests.Rests[int](first=5.0)
    for _ in range(5):
        resting.put_off(7, NOON)
    resting.clear(7)

    assert not resting.is_resting(7, NOON)
    assert resting.put_off(7, NOON) == NOON + timedelta(seconds=5)


def test_only_so_many_rows_are_remembered() -> None:
    resting = rests.Rests[int]()
    for key in range(rests.MAX_KEYS + 10):
        resting.put_off(key, NOON)

    assert len(resting.resting(NOON)) == rests.MAX_KEYS
