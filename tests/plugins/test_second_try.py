"""Heavy tests that fail are tried again, alone; nothing else is."""

import pytest

from tests.plugins.conftest import Run, last_line
from tests.plugins.second_try import MAX_TRIES

pytestmark = pytest.mark.faults

# Fails in the first process that runs it, as a browser does that comes too late.
FLAKY = """
import os
from pathlib import Path

def stumble():
    seen = Path("seen")
    first = not seen.exists()
    seen.touch()
    assert not first, "too late"

@pytest.mark.browser
def test_stumbles():
    stumble()

def test_other():
    pass
"""
BOTH = pytest.mark.parametrize("options", [[], ["-n", "2"]], ids=["one process", "two workers"])


class TestHeavyTest:
    @BOTH
    def test_that_passes_on_its_second_try_counts_as_passed_and_is_named(self, run: Run, options: list[str]) -> None:
        ran = run(FLAKY, *options)

        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "2 passed" in last_line(ran)
        assert "failed" not in last_line(ran)
        named = "test_sample.py::test_stumbles: passed on its second try; at first: AssertionError: too late"
        assert named in ran.stdout

    def test_that_fails_twice_fails_the_run_once(self, run: Run) -> None:
        ran = run("@pytest.mark.faults\ndef test_breaks():\n    assert False, 'broken'\n", "-n", "2")

        assert ran.returncode == 1, ran.stdout + ran.stderr
        assert "1 failed" in last_line(ran)
        assert "test_sample.py::test_breaks: failed twice; at first: AssertionError: broken" in ran.stdout

    def test_may_fail_in_its_setup_and_its_teardown(self, run: Run) -> None:
        source = FLAKY.replace(
            "def test_stumbles():\n    stumble()",
            "def test_stumbles(setup, teardown):\n    assert Path('seen').exists()",
        )
        fixtures = """
@pytest.fixture
def setup():
    Path("seen").touch()

@pytest.fixture
def teardown():
    yield
    first = not Path("ended").exists()
    Path("ended").touch()
    assert not first, "does not stop"
"""

        ran = run(source + fixtures)

        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "2 passed" in last_line(ran)
        assert "error" not in last_line(ran)

    @BOTH
    def test_runs_alone_when_all_others_have_ended(self, run: Run, options: list[str]) -> None:
        source = """
import os
import time
from pathlib import Path

@pytest.mark.drill
def test_wants_quiet():
    assert len(list(Path().glob("ended-*"))) == 4, "others have not ended"

@pytest.mark.parametrize("number", range(4))
def test_takes_a_while(number):
    time.sleep(0.2)
    Path(f"ended-{number}").touch()
"""

        ran = run(source, *options)

        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "5 passed" in last_line(ran)
        assert "test_wants_quiet: passed on its second try" in ran.stdout


class TestLightTest:
    def test_that_fails_is_not_tried_again(self, run: Run) -> None:
        ran = run(FLAKY.replace("@pytest.mark.browser\n", ""))

        assert ran.returncode == 1
        assert "1 failed, 1 passed" in last_line(ran)
        assert "second tr" not in ran.stdout

    def test_that_fails_fails_the_run_although_a_heavy_one_passed_in_the_end(self, run: Run) -> None:
        ran = run(FLAKY.replace("    pass", "    assert False"), "-n", "2")

        assert ran.returncode == 1
        assert "1 failed, 1 passed" in last_line(ran)
        assert "test_stumbles: passed on its second try" in ran.stdout


class TestOption:
    def test_counts_each_failure_where_asked(self, run: Run) -> None:
        ran = run(FLAKY, "--no-second-try")

        assert ran.returncode == 1
        assert "1 failed, 1 passed" in last_line(ran)

    def test_leaves_a_run_alone_that_ends_at_its_first_failure(self, run: Run) -> None:
        ran = run(FLAKY, "-x")

        assert ran.returncode == 1
        assert "1 failed" in last_line(ran)
        assert "second tr" not in ran.stdout


class TestSecondTry:
    def test_that_breaks_off_leaves_the_first_failure(self, run: Run) -> None:
        source = FLAKY.replace("    stumble()", "    first = not Path('seen').exists()\n    Path('seen').touch()\n"
                               "    if not first:\n        os._exit(3)\n    assert False, 'too late'")  # fmt: skip

        ran = run(source)

        assert ran.returncode == 1
        assert "1 failed, 1 passed" in last_line(ran)
        assert "test_stumbles: failed, and its second try did not end" in ran.stdout

    def test_is_not_given_when_everything_fails(self, run: Run) -> None:
        marks = f'@pytest.mark.walk\n@pytest.mark.parametrize("number", range({MAX_TRIES + 1}))\n'

        ran = run(f"{marks}def test_breaks(number):\n    assert False\n")

        assert f"{MAX_TRIES + 1} failed" in last_line(ran)
        assert "second tr" not in ran.stdout
