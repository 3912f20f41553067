"""The door for worked cases: every case, several at once, bad ones, and nothing kept."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from oncall.models import Schedule, User

ROOT = Path(__file__).parents[2]
CASES = sorted(path for kind in ("schedule", "fairness") for path in (ROOT / "tests/cases" / kind).glob("*.json"))


def evaluate(*files):
    output = StringIO()
    call_command("evaluate_case", *map(str, files), stdout=output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


@pytest.mark.django_db
class TestEvaluateCase:
    @pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
    def test_answers_as_the_case_expects(self, path):
        assert evaluate(path) == [json.loads(path.read_text())["expected"]]

    def test_answers_several_in_order_and_keeps_nothing(self):
        before = (Schedule.objects.count(), User.objects.count())

        answers = evaluate(*CASES[:3], CASES[0])

        assert answers[0] == answers[3]
        assert (Schedule.objects.count(), User.objects.count()) == before

    def test_says_what_is_wrong_and_answers_the_others(self, tmp_path):
        bad = tmp_path / "bad.json"
        bad.write_text(json.dumps({"name": "x", "input": {"kind": "horoscope"}}))
        output = StringIO()

        with pytest.raises(CommandError, match="1 of 2"):
            call_command("evaluate_case", str(bad), str(CASES[0]), stdout=output)

        first, second = map(json.loads, output.getvalue().splitlines())
        assert "horoscope" in first["error"]
        assert second == json.loads(CASES[0].read_text())["expected"]


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_needs_neither_settings_nor_a_database():
    """docs/cases.md: it starts PostgreSQL for the run."""
    bare = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    }

    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "evaluate_case"],
        input=CASES[0].read_text(), capture_output=True, text=True, env=bare, cwd="/", check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(CASES[0].read_text())["expected"]
