"""A light test has seconds of CPU; the summary says what was spent, and how long CI took."""

import os
import time

import pytest

from tests.plugins import clock
from tests.plugins.clock import ANCHOR_SECONDS, RunClock, slowness
from tests.plugins.conftest import Run, last_line

# The limit grows with the slowness of a busy machine; here the machine is as quick as it is meant to be.
SPENDS = """
import time

from tests.plugins import budget

budget.slowness = lambda: 1.0

def spend(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
"""


@pytest.mark.faults
class TestLightTest:
    def test_fails_over_its_budget_with_a_plain_message(self, run: Run) -> None:
        ran = run(f"{SPENDS}\ndef test_spends():\n    spend(4.1)\n", "-n", "2")

        assert ran.returncode == 1
        assert "1 failed" in last_line(ran)
        assert "s of CPU, a light test may use 2 s: make it cheaper, or mark it as browser, faults" in ran.stdout

    def test_is_named_in_the_summary_before_it_fails(self, run: Run) -> None:
        ran = run(f"{SPENDS}\ndef test_spends():\n    spend(2.1)\n")

        assert ran.returncode == 0, ran.stdout
        assert "test_sample.py::test_spends  (over the limit: make it cheaper)" in ran.stdout

    def test_may_wait_and_may_have_an_expensive_setup(self, run: Run) -> None:
        source = f"""{SPENDS}
@pytest.fixture
def expensive():
    spend(4.1)

def test_is_cheap(expensive):
    spend(0.2)
    time.sleep(2)
"""

        ran = run(source)

        assert ran.returncode == 0, ran.stdout
        assert "test_sample.py::test_is_cheap" in ran.stdout

    def test_keeps_its_own_failure(self, run: Run) -> None:
        ran = run(f"{SPENDS}\ndef test_spends():\n    spend(4.1)\n    assert False, 'broken'\n")

        assert "AssertionError: broken" in ran.stdout
        assert "s of CPU, a light test" not in ran.stdout


class TestSlowness:
    def test_never_makes_the_limit_smaller(self) -> None:
        assert slowness() >= 1.0

    def test_grows_with_what_the_anchor_costs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        readings = iter([5.0, 5.0 + 3 * ANCHOR_SECONDS])
        with monkeypatch.context() as patch:
            patch.setattr(time, "thread_time", lambda: next(readings))
            measured = slowness()

        assert measured == pytest.approx(3.0)


@pytest.mark.faults
class TestHeavyTest:
    def test_has_no_budget_and_is_summed_apart(self, run: Run) -> None:
        ran = run(f"{SPENDS}\n@pytest.mark.walk\ndef test_spends():\n    spend(4.1)\n\ndef test_other():\n    pass\n")

        assert ran.returncode == 0, ran.stdout
        assert "Light tests 0 s, heavy tests 4 s" in ran.stdout
        assert "2 passed" in last_line(ran)


@pytest.mark.faults
class TestRunOfCI:
    def test_fails_when_it_took_too_long_and_ends_with_the_counts(self, run: Run) -> None:
        began = {clock.BEGAN: str(time.time() - 3 * 3600), clock.BUSY: str(clock.busy_ticks()), clock.ROOT: "1"}

        ran = run("def test_other():\n    pass\n", **began, **{clock.LIMIT: "25"})

        assert ran.returncode == 1
        assert "CI took 180 min" in ran.stdout
        assert "of at most 25 min: too long." in ran.stdout
        assert "1 passed" in last_line(ran)

    def test_passes_within_its_limit(self, run: Run) -> None:
        began = {clock.BEGAN: str(time.time() - 60), clock.BUSY: str(clock.busy_ticks()), clock.ROOT: "1"}

        ran = run("def test_other():\n    pass\n", **began, **{clock.LIMIT: "25"})

        assert ran.returncode == 0, ran.stdout
        assert "CI took 1 min" in ran.stdout


class TestClock:
    def test_does_not_judge_when_others_used_the_machine(self) -> None:
        half = 800 * os.sysconf("SC_CLK_TCK") * (os.cpu_count() or 1)
        no_process = -1  # its own processes use more than half of a slow machine by the end of a long run
        began = RunClock(time.time() - 1600, clock.busy_ticks() - half, root=no_process, limit_minutes=25)

        assert not began.is_over()
        assert "not judged, because other work took" in began.text()

    def test_judges_by_the_speed_of_the_machine(self) -> None:
        began = RunClock(time.time() - 40 * 60, clock.busy_ticks(), root=1, limit_minutes=25, slow=[1.0, 2.0, 2.0])

        assert not began.is_over()
        assert began.text().startswith("CI took 40 min 0 s, 20 min 0 s without the slowness of this machine (x 2.00)")

    def test_fails_a_long_run_on_a_slow_machine_too(self) -> None:
        began = RunClock(time.time() - 60 * 60, clock.busy_ticks(), root=1, limit_minutes=25, slow=[2.0])

        assert began.is_over()
        assert began.text().endswith("of at most 25 min: too long.")

    def test_measures_the_machine_from_time_to_time(self) -> None:
        run = RunClock(time.time(), clock.busy_ticks(), root=1, limit_minutes=25)

        run.measure()
        run.measure()

        assert len(run.slow) == 1

    def test_counts_its_own_processes_apart_from_others(self) -> None:
        before = clock.own_ticks(os.getpid())
        until = time.process_time() + 0.3
        while time.process_time() < until:
            pass

        spent = clock.own_ticks(os.getpid()) - before

        assert spent >= 0.2 * os.sysconf("SC_CLK_TCK")
        assert clock.own_ticks(1) >= clock.own_ticks(os.getpid())

    def test_is_not_there_for_tests_alone(self) -> None:
        assert RunClock.from_environment({}) is None
