"""Every address, as every kind of reader: a private record shows nowhere, and to those who may see it everywhere."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from tests import factories as make
from tests.walk import company as companies
from tests.walk import readers, steps
from tests.walk.company import PRIVATE, Company
from tests.walk.readers import STRANGERS

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

NEVER_SHOWN = {"incidents.TimelineEntry.facts", "oncall.Escalation.failure"}
"""Columns that not even a superuser sees at any address; the facts of an entry repeat what its text says."""


@pytest.fixture
def company() -> Iterator[Company]:
    """The company, an hour after everything in it began; the clock stands still."""
    with time_machine.travel(make.NOON + timedelta(hours=1), tick=False):
        yield companies.build()


@pytest.mark.parametrize("name", [name for name in STRANGERS if steps.IS_DEEP or name != "all rights"])
class TestStrangers:
    def test_see_nothing_of_a_private_record_at_any_address(self, company: Company, name: str) -> None:
        reader = STRANGERS[name]()
        leaks_by_path, failed = {}, []

        for path, answer in steps.visit_as_stranger(reader):
            if leaked := steps.leaks(company, path, answer):
                leaks_by_path[path] = leaked
            if answer.status >= 500:
                failed.append(path)

        assert leaks_by_path == {}
        assert failed == []


class TestCompany:
    def test_shows_its_private_records_to_those_who_may_see_them(self, company: Company) -> None:
        """A responder of the team in portal and API, and a superuser in the administration."""
        seen: set[str] = set()

        place = "" if steps.IS_DEEP else "admin/"
        for reader, prefix in ((readers.member(company), ""), (readers.superuser(), place)):
            for path, answer in steps.visit(reader, PRIVATE, is_brief=True, below=prefix):
                seen |= company.labels(answer.text)
                assert answer.status < 500, path

        assert set(company.columns.values()) - seen == NEVER_SHOWN
