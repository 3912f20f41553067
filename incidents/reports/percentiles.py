"""Exact percentiles over many sorted runs, without sorting them into one."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain

_MAX_TO_SORT = 2048
Runs = Sequence[Sequence[float]]


def merge_runs(runs: Iterable[Sequence[float]]) -> list[float]:
    """All values in one ascending list; Python's sort is fast for runs that are sorted already."""
    return sorted(chain.from_iterable(runs))


def values_at_rank(runs: Runs, rank: int) -> tuple[float, float]:
    """The values at `rank` (from 0) and right after it (or the last again) in the merged order of all runs.

    The pivot is the weighted median of the runs' middles, so each round drops at least a quarter of the values.
    """
    slices = [(run, 0, len(run)) for run in runs if run]
    size, next_value = sum(end for _, _, end in slices), None
    while size > _MAX_TO_SORT and len(slices) > 1:
        pivot = _pivot(slices)
        below = [bisect_left(run, pivot, start, end) for run, start, end in slices]
        upto = [bisect_right(run, pivot, at, end) for at, (run, _, end) in zip(below, slices, strict=True)]
        dropped = sum(start for _, start, _ in slices)
        smaller, not_greater = sum(below) - dropped, sum(upto) - dropped
        if smaller <= rank < not_greater - 1:
            return pivot, pivot
        if rank < smaller:
            slices = [(run, start, at) for at, (run, start, _) in zip(below, slices, strict=True) if at > start]
            size, next_value = smaller, pivot
        elif rank == not_greater - 1:
            greater = [run[at] for at, (run, _, end) in zip(upto, slices, strict=True) if at < end]
            return pivot, min(greater, default=pivot if next_value is None else next_value)
        else:
            slices = [(run, at, end) for at, (run, _, end) in zip(upto, slices, strict=True) if end > at]
            rank, size = rank - not_greater, size - not_greater
    if len(slices) == 1:
        run, start, end = slices[0]
        values: Sequence[float] = run[start + rank : min(start + rank + 2, end)]
    else:
        values = merge_runs(run[start:end] for run, start, end in slices)[rank : rank + 2]
    return values[0], values[1] if len(values) > 1 else values[0] if next_value is None else next_value


def _pivot(slices: list[tuple[Sequence[float], int, int]]) -> float:
    middles = sorted((run[(start + end) // 2], end - start) for run, start, end in slices)
    half = sum(weight for _, weight in middles) / 2
    weight_so_far = 0
    for value, weight in middles:
        weight_so_far += weight
        if weight_so_far >= half:
            return value
    raise AssertionError("There are no values.")


def percentile(runs: Runs, share: float) -> float | None:
    """The percentile as PostgreSQL's `percentile_cont`, interpolated between two values; None without values."""
    count = sum(map(len, runs))
    if not count:
        return None
    position = share * (count - 1)
    rank = int(position)
    low, high = values_at_rank(runs, rank)
    return low + (position - rank) * (high - low)
