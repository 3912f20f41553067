"""Percentiles over many sorted runs: the same as over all values sorted into one."""

from array import array
from collections.abc import Iterator
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.reports import percentiles

values = st.integers(0, 40).map(float)
# A busy machine must not fail it.
busy_machine = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
many = st.lists(st.lists(values, max_size=30).map(sorted), min_size=1, max_size=12)


@pytest.fixture(autouse=True, scope="module")
def _few() -> Iterator[None]:
    """Let even a few values be searched, not merged."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(percentiles, "_MAX_TO_SORT", 3)
        yield


class TestPair:
    @busy_machine
    @given(many)
    def test_finds_every_rank_and_the_one_after(self, runs: list[list[float]]) -> None:
        together = sorted(value for run in runs for value in run)

        pairs = [percentiles.values_at_rank([array("d", run) for run in runs], rank) for rank in range(len(together))]

        assert pairs == list(zip(together, [*together[1:], *together[-1:]], strict=True))


class TestPercentile:
    @busy_machine
    @given(many)
    def test_in_the_middle_is_the_median(self, runs: list[list[float]]) -> None:
        together = [value for run in runs for value in run]

        assert percentiles.percentile(runs, 0.5) == (median(together) if together else None)

    def test_goes_on_in_a_straight_line_between_two_values(self) -> None:
        assert percentiles.percentile([[0.0, 10.0], [20.0]], 0.9) == pytest.approx(18.0)
