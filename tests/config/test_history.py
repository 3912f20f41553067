"""Reasons in the history: those of a block, of one record, and none."""

from typing import Any

import pytest

from config.base.data import history
from tests import factories as make

pytestmark = pytest.mark.django_db


def reasons(record: Any) -> list[str | None]:
    """The reasons in the record's history, the newest first."""
    return [version.history_change_reason for version in record.history.all()]


class TestBecause:
    def test_gives_every_version_of_its_block_the_reason_and_one_moment(self) -> None:
        team, member = make.TeamFactory(), make.MembershipFactory()

        with history.because("Retail has its own on-call"):
            team.save()
            member.save()

        newest = [record.history.first() for record in (team, member)]
        assert {version.history_change_reason for version in newest} == {"Retail has its own on-call"}
        assert len({version.history_date for version in newest}) == 1

    def test_covers_what_is_deleted_with_the_record(self) -> None:
        member = make.MembershipFactory()

        with history.because("The team was closed"):
            pk = member.pk
            member.team.delete()

        versions = type(member).history.filter(id=pk, history_type="-")
        assert [version.history_change_reason for version in versions] == ["The team was closed"]

    def test_ends_with_its_block(self) -> None:
        team = make.TeamFactory()

        with history.because("One change"):
            team.save()
        team.save()

        assert reasons(team)[:2] == [None, "One change"]

    def test_keeps_one_line_of_what_fits(self) -> None:
        team = make.TeamFactory()

        with history.because("  Two\nlines " + "x" * 200):
            team.save()

        assert reasons(team)[0] == ("Two lines " + "x" * 200)[: history.REASON_LENGTH]


class TestSignHistory:
    def test_goes_with_the_next_version(self) -> None:
        team = make.TeamFactory()

        somebody = make.UserFactory()
        history.sign_history(team, actor=somebody, reason="Renamed by the import")
        team.save()

        assert reasons(team)[0] == "Renamed by the import"
        assert team.history.first().history_user == somebody

    def test_stands_before_the_reason_of_the_block(self) -> None:
        team = make.TeamFactory()
        history.sign_history(team, actor=None, reason="Paused.")

        with history.because("Too many alerts"):
            team.save()

        assert reasons(team)[0] == "Paused. Too many alerts"
