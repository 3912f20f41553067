"""Concerns about promises: severities that no target covers."""

from datetime import timedelta

import pytest

from config.base.data.clock import database_now
from incidents.sla import concerns
from tests import factories as make

pytestmark = pytest.mark.django_db


def without_target() -> list[str]:
    return [record.name for item in concerns.list_concerns(database_now()) for record in item.records]


class TestSeverities:
    @pytest.fixture(autouse=True)
    def _severities(self) -> None:
        self.worst, self.minor = make.SeverityFactory(rank=1), make.SeverityFactory(rank=3)

    def test_need_a_target(self) -> None:
        assert without_target() == ["SEV1", "SEV3"]

    def test_have_that_of_all_severities_or_their_own(self) -> None:
        version = make.SlaTargetVersionFactory(conditions={"severity": [self.worst.pk]})
        assert without_target() == ["SEV3"]

        make.SlaTargetVersionFactory(conditions={"tier": [1]})
        assert without_target() == []
        assert version.conditions == {"severity": [self.worst.pk]}

    def test_lose_a_target_that_ended_or_is_withdrawn_or_planned(self) -> None:
        at = database_now().replace(second=0, microsecond=0)
        ended = make.SlaTargetVersionFactory()
        make.SlaTargetVersionFactory(target=ended.target, is_retired=True, effective_from=at - timedelta(days=1))
        make.SlaTargetVersionFactory(
            created_at=at, effective_from=at + timedelta(days=2), withdrawn_at=at + timedelta(days=1)
        )
        make.SlaTargetVersionFactory(created_at=at, effective_from=at + timedelta(days=2))

        assert without_target() == ["SEV1", "SEV3"]

    def test_in_use_alone_count(self) -> None:
        self.minor.retired_at = database_now()
        self.minor.save()

        assert without_target() == ["SEV1"]
