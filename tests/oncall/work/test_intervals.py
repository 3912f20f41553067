"""Work intervals: started, stopped, and never two at once for one person and subject."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from oncall.models import User, WorkInterval
from oncall.work import intervals
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana")


def start(user: User, *, at: Any = NOON, subject_id: int = 1) -> None:
    """Start work on an incident."""
    intervals.start(user=user, subject_type="ticket", subject_id=subject_id, title="INC-1 Down", url="/", at=at)


def stop(user: User | None = None, *, at: Any, subject_id: int = 1) -> int:
    """Stop work on an incident."""
    return intervals.stop(subject_type="ticket", subject_id=subject_id, user=user, at=at)


class TestStart:
    def test_starts_an_interval_without_an_end(self, ana: Any) -> None:
        start(ana)

        row = WorkInterval.objects.get()
        assert (row.user, row.started_at, row.ended_at, row.source) == (ana, NOON, None, "timeline")

    def test_changes_nothing_while_an_interval_runs(self, ana: Any) -> None:
        start(ana)

        start(ana, at=NOON + HOUR)

        assert WorkInterval.objects.get().started_at == NOON

    def test_starts_again_after_a_stop(self, ana: Any) -> None:
        start(ana)
        stop(ana, at=NOON + HOUR)

        start(ana, at=NOON + 2 * HOUR)

        assert WorkInterval.objects.filter(user=ana).count() == 2

    def test_runs_at_once_for_two_people_and_for_two_subjects(self, ana: Any) -> None:
        start(ana)
        start(make.UserFactory())
        start(ana, subject_id=2)

        assert WorkInterval.objects.filter(ended_at=None).count() == 3


class TestStop:
    def test_ends_the_intervals_of_one_person(self, ana: Any) -> None:
        other = make.UserFactory()
        start(ana)
        start(other)

        assert stop(ana, at=NOON + HOUR) == 1

        assert WorkInterval.objects.get(user=ana).ended_at == NOON + HOUR
        assert WorkInterval.objects.get(user=other).ended_at is None

    def test_ends_the_intervals_of_everybody_on_that_subject(self, ana: Any) -> None:
        start(ana)
        start(make.UserFactory())
        start(ana, subject_id=2)

        assert stop(at=NOON + HOUR) == 2

        assert WorkInterval.objects.get(ended_at=None).subject_id == 2

    def test_ends_nothing_twice(self, ana: Any) -> None:
        start(ana)
        stop(ana, at=NOON + HOUR)

        assert stop(ana, at=NOON + 2 * HOUR) == 0
        assert WorkInterval.objects.get().ended_at == NOON + HOUR

    def test_never_ends_before_the_start(self, ana: Any) -> None:
        start(ana)

        stop(ana, at=NOON - HOUR)

        assert WorkInterval.objects.get().ended_at == NOON


class TestDatabase:
    def test_refuses_overlapping_intervals(self, ana: Any) -> None:
        make.WorkIntervalFactory(user=ana, subject_id=1)

        with pytest.raises(IntegrityError, match="no_overlap"), transaction.atomic():
            make.WorkIntervalFactory(user=ana, subject_id=1, started_at=NOON + HOUR / 2, ended_at=None)
