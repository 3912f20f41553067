"""A process notices each new or withdrawn version, in whatever order those who wrote them committed."""

from datetime import timedelta

import pytest

from incidents.models import SlaTargetVersion
from incidents.sla.loading import load_definitions
from tests import factories as make

pytestmark = pytest.mark.django_db


def keys() -> set[int]:
    return {version.key for target in load_definitions().targets for version in target.versions}


class TestLoadDefinitions:
    def test_sees_a_version_whose_number_is_smaller_than_one_that_was_read(self) -> None:
        target = make.SlaTargetFactory()
        later = make.SlaTargetVersionFactory(target=target, pk=900_002)
        assert keys() == {later.pk}

        earlier = make.SlaTargetVersionFactory(
            target=target, pk=900_001, effective_from=later.effective_from + timedelta(days=1)
        )

        assert keys() == {earlier.pk, later.pk}

    def test_sees_a_holiday_whose_number_is_smaller_than_one_that_was_read(self) -> None:
        holidays = make.CalendarFactory()
        make.CalendarVersionFactory(calendar=(hours := make.CalendarFactory()), holidays=holidays)
        make.SlaTargetVersionFactory(calendar=hours)
        make.CalendarDateFactory(calendar=holidays, pk=900_002, date="2030-05-01")
        before = load_definitions()

        make.CalendarDateFactory(calendar=holidays, pk=900_001, date="2030-05-02")

        assert load_definitions() is not before

    def test_sees_what_was_withdrawn_before_something_that_was_read(self) -> None:
        target = make.SlaTargetFactory()
        first = make.SlaTargetVersionFactory(target=target)
        start = first.effective_from
        planned = [
            make.SlaTargetVersionFactory(target=target, effective_from=start + timedelta(days=800 + n))
            for n in range(2)
        ]
        SlaTargetVersion.objects.filter(pk=planned[0].pk).update(withdrawn_at=start + timedelta(days=2))
        before = load_definitions()

        SlaTargetVersion.objects.filter(pk=planned[1].pk).update(withdrawn_at=start + timedelta(days=1))

        assert load_definitions() is not before

    def test_reads_once_what_nobody_changes(self) -> None:
        make.SlaTargetVersionFactory()

        assert load_definitions() is load_definitions()
