"""A known error is reviewed from time to time, until it retires."""

from datetime import timedelta
from typing import Any

import pytest

from oncall import obligations
from oncall.models import Obligation
from problems.investigation import lifecycle
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def problem() -> Any:
    return make.ProblemFactory(status="analysis", assignee=make.UserFactory())


def _publish(problem: Any, *, at: Any = NOON) -> Any:
    return lifecycle.publish_known_error(
        problem_id=problem.pk, title="Pool", symptoms="Errors", workaround="Restart", actor=None, at=at
    )


def test_is_created_at_publication(problem: Any) -> None:
    known_error = _publish(problem)

    obligation = Obligation.objects.get()
    assert (obligation.owner, obligation.due_at) == (problem.assignee, NOON + 90 * DAY)
    assert obligation.get_absolute_url() == known_error.get_absolute_url()


def test_begins_again_after_a_review(problem: Any) -> None:
    _publish(problem)
    obligation = Obligation.objects.get()

    obligations.mark_done(obligation_id=obligation.pk, actor=make.UserFactory(), at=NOON + 80 * DAY)

    obligation.refresh_from_db()
    assert (obligation.status, obligation.round, obligation.due_at) == ("open", 1, NOON + 170 * DAY)


def test_begins_again_when_it_is_published_again(problem: Any) -> None:
    _publish(problem)
    _publish(problem, at=NOON + 10 * DAY)

    assert Obligation.objects.get().due_at == NOON + 100 * DAY


def test_is_withdrawn_when_it_retires(problem: Any) -> None:
    _publish(problem)
    lifecycle.start_fix(problem_id=problem.pk, actor=None, at=NOON)

    lifecycle.resolve(problem_id=problem.pk, actor=None, at=NOON + DAY)

    assert Obligation.objects.get().status == "withdrawn"
