"""Every address, as every kind of reader: a private record shows nowhere, and to those who may see it everywhere."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from tests import factories as make
from tests.walk import company as companies
from tests.walk import readers, steps
from tests.walk.company import PRIVATE, Company
from tests.walk.readers import STRANGERS, Answer, Reader

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

NEVER_SHOWN = {"oncall.Escalation.failure"}
"""Columns that not even a superuser sees at any address."""
COUNTS_ALL = {
    "/system-health/": "Administrators see how many escalations wait, private ones too; they are named by key only.",
    "/api/v1/engine/": "The same for programs that watch the engine.",
    "/admin/": "Its first page has the same figures.",
    "/admin/incidents/integration/add/": "It shows an object of Python with its place in memory.",
}
"""Addresses that differ when the private records are gone, and why that is meant."""


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
    def test_is_the_same_for_a_stranger_with_the_private_records_and_without(self, company: Company) -> None:
        names = list(STRANGERS) if steps.IS_DEEP else ["all rights"]
        strangers = [STRANGERS[name]() for name in names]
        before = {reader.name: dict(steps.visit_twice(reader)) for reader in strangers}
        pairs = [pair for seen in before.values() for pair in seen.items()]
        assert [path for path, answer in pairs if steps.leaks(company, path, answer)] == []
        assert [path for path, answer in pairs if answer.status >= 500] == []

        companies.erase()

        assert {path for reader in strangers for path in _differences(reader, before[reader.name])} == set()

    def test_shows_its_private_records_to_those_who_may_see_them(self, company: Company) -> None:
        seen: set[str] = set()

        for reader in (readers.superuser(), readers.member(company)):
            for path, answer in steps.visit(reader, PRIVATE, is_brief=True):
                seen |= company.labels(answer.text)
                assert answer.status < 500, path

        assert set(company.columns.values()) - seen == NEVER_SHOWN


def _differences(reader: Reader, before: dict[str, Answer]) -> Iterator[str]:
    for path, answer in steps.visit_twice(reader):
        was = before[path]
        is_meant = path in COUNTS_ALL or path.startswith(steps.STATUS_PAGE)
        if not is_meant and (was.status, was.stable) != (answer.status, answer.stable):
            yield path
