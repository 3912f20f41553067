"""A known error is looked at now and then, until it retires."""

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


def test_is_owed_from_its_publication(problem: Any) -> None:
    known = _publish(problem)

    found = Obligation.objects.get()
    assert (found.owner, found.due_at) == (problem.assignee, NOON + 90 * DAY)
    assert found.get_absolute_url() == known.get_absolute_url()


def test_begins_anew_when_somebody_has_looked(problem: Any) -> None:
    _publish(problem)
    found = Obligation.objects.get()

    obligations.finish(obligation_id=found.pk, actor=make.UserFactory(), at=NOON + 80 * DAY)

    found.refresh_from_db()
    assert (found.status, found.round, found.due_at) == ("open", 1, NOON + 170 * DAY)


def test_begins_anew_when_it_is_published_again(problem: Any) -> None:
    _publish(problem)
    _publish(problem, at=NOON + 10 * DAY)

    assert Obligation.objects.get().due_at == NOON + 100 * DAY


def test_is_no_longer_owed_once_it_retires(problem: Any) -> None:
    _publish(problem)
    lifecycle.start_fix(problem_id=problem.pk, actor=None, at=NOON)

    lifecycle.resolve(problem_id=problem.pk, actor=None, at=NOON + DAY)

    assert Obligation.objects.get().status == "withdrawn"
