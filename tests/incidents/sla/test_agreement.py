"""The analytic clock against one that visits every minute, and the worked cases through the database."""

import json
from pathlib import Path
from random import Random

import pytest

from config.cases.answering import answer
from tests.incidents.sla import pure_cases
from tests.incidents.sla.minute_by_minute import evaluate
from tests.incidents.sla.random_cases import case_from

CASES = sorted((Path(__file__).parents[2] / "cases" / "sla").glob("*.json"))
EACH = 20


@pytest.mark.parametrize("first", range(0, 10 * EACH, EACH))
def test_random_cases_read_the_same_as_minute_by_minute(first: int) -> None:
    for seed in range(first, first + EACH):
        case = case_from(Random(seed))

        assert pure_cases.evaluate(case) == evaluate(case), f"case {seed}"


@pytest.mark.django_db
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_worked_cases_are_answered_through_the_database(path: Path) -> None:
    case = json.loads(path.read_text())

    assert answer(case["input"]) == case["expected"]
