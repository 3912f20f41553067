"""Exact percentiles over many sorted runs, without sorting them into one."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain

_FEW = 2048
Runs = Sequence[Sequence[float]]


def merge_runs(runs: Iterable[Sequence[float]]) -> list[float]:
    """All in one ascending list; Python's sort is quick with runs that are sorted already."""
    return sorted(chain.from_iterable(runs))


def values_at_rank(runs: Runs, rank: int) -> tuple[float, float]:
    """The values that stand at `rank`, from 0, and right after it (the last again), if all were sorted into one.

    The middles of the runs, weighed by their lengths, name a pivot which leaves at least a quarter behind each time.
    """
    left = [(run, 0, len(run)) for run in runs if run]
    size, after = sum(end for _, _, end in left), None
    while size > _FEW and len(left) > 1:
        pivot = _pivot(left)
        below = [bisect_left(run, pivot, start, end) for run, start, end in left]
        upto = [bisect_right(run, pivot, at, end) for at, (run, _, end) in zip(below, left, strict=True)]
        passed = sum(start for _, start, _ in left)
        smaller, not_greater = sum(below) - passed, sum(upto) - passed
        if smaller <= rank < not_greater - 1:
            return pivot, pivot
        if rank < smaller:
            left = [(run, start, at) for at, (run, start, _) in zip(below, left, strict=True) if at > start]
            size, after = smaller, pivot
        elif rank == not_greater - 1:
            greater = [run[at] for at, (run, _, end) in zip(upto, left, strict=True) if at < end]
            return pivot, min(greater, default=pivot if after is None else after)
        else:
            left = [(run, at, end) for at, (run, _, end) in zip(upto, left, strict=True) if end > at]
            rank, size = rank - not_greater, size - not_greater
    if len(left) == 1:
        run, start, end = left[0]
        rest: Sequence[float] = run[start + rank : min(start + rank + 2, end)]
    else:
        rest = merge_runs(run[start:end] for run, start, end in left)[rank : rank + 2]
    return rest[0], rest[1] if len(rest) > 1 else rest[0] if after is None else after


def _pivot(left: list[tuple[Sequence[float], int, int]]) -> float:
    middles = sorted((run[(start + end) // 2], end - start) for run, start, end in left)
    half = sum(weight for _, weight in middles) / 2
    passed = 0
    for value, weight in middles:
        passed += weight
        if passed >= half:
            return value
    raise AssertionError("There is nothing to choose from.")


def percentile(runs: Runs, share: float) -> float | None:
    """As PostgreSQL's `percentile_cont`: between two values it goes on in a straight line."""
    count = sum(map(len, runs))
    if not count:
        return None
    position = share * (count - 1)
    rank = int(position)
    low, high = values_at_rank(runs, rank)
    return low + (position - rank) * (high - low)
