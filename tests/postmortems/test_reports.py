"""The report on prevention: days to each step of a postmortem (S37), and how many incidents repeat (S38)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from config.base.data.roles import Role
from postmortems import reports
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def reader() -> Any:
    return make.UserFactory(roles=[Role.AGENT])


def scope(user: Any, **fields: Any) -> reports.Scope:
    defaults: dict[str, Any] = {"since": date(2026, 6, 1), "until": date(2026, 6, 30)}
    return reports.Scope(user, **defaults | fields)


def share(report: reports.Report, name: str) -> reports.Share:
    return next(row for row in report.shares if row.name == name)


def incident(days: int = 0, *problems: Any, **fields: Any) -> Any:
    row = make.IncidentFactory(created_at=NOON + days * DAY, **fields)
    for problem in problems:
        make.TicketLinkFactory(from_ticket=row, to_ticket=problem)
    return row


def rows(client: Client, url: str) -> int:
    """The number of rows in the list behind a figure."""
    return len(client.get(f"{url}&export=csv").content.decode().splitlines()) - 1


class TestTimeliness:
    def test_gives_medians_with_n_and_what_is_waited_for(self, reader: Any) -> None:
        for days in (1, 2, 9):
            make.PostmortemFactory(drafted_at=NOON + days * DAY)
        make.PostmortemFactory()
        make.PostmortemFactory(restored_at=NOON - 40 * DAY, drafted_at=NOON)

        drafted, submitted, approved = reports.timeliness(scope(reader))

        assert (drafted.n, drafted.median, drafted.p90, drafted.waiting) == (3, 2.0, 7.6, 1)
        assert (submitted.n, submitted.median, submitted.waiting) == (0, None, 4)
        assert approved.title == "Approved"

    def test_leaves_out_what_the_reader_may_not_know_of(self) -> None:
        ticket = incident(visibility="private", visibility_reason="HR", status="restored", restored_at=NOON)
        make.PostmortemFactory(ticket=ticket, drafted_at=NOON)

        assert reports.timeliness(scope(make.UserFactory()))[0].n == 0


class TestShares:
    def test_counts_incidents_whose_cause_had_struck_before(self, reader: Any) -> None:
        problem = make.ProblemFactory()
        incident(-60, problem)
        incident(1, problem)
        incident(2, problem)
        incident(3)
        incident(4, make.ProblemFactory())
        incident(5, problem, status="closed", closed_at=NOON + 5 * DAY, closure_code="duplicate")

        result = share(reports.build_report(scope(reader)), "repeat_incidents")

        assert (result.part, result.n, result.percent) == (2, 4, 50.0)

    def test_counts_actions_that_are_done_or_late(self, reader: Any) -> None:
        due_on = date(2026, 6, 10)
        on_its_day = NOON.replace(day=10)
        make.ActionItemFactory(due_on=due_on, status="done", done_at=on_its_day)
        make.ActionItemFactory(due_on=due_on, status="done", done_at=on_its_day + DAY)
        make.ActionItemFactory(due_on=due_on)
        make.ActionItemFactory(due_on=due_on, status="declined", done_at=on_its_day, reason="No.")

        result = share(reports.build_report(scope(reader)), "actions_on_time")

        assert (result.part, result.n) == (1, 3)

    def test_counts_problems_that_came_before_their_incidents(self, reader: Any) -> None:
        early, later = make.ProblemFactory(created_at=NOON), make.ProblemFactory(created_at=NOON + DAY)
        incident(2, early)
        incident(0, later)
        make.ProblemFactory()

        result = share(reports.build_report(scope(reader)), "proactive_problems")

        assert (result.part, result.n) == (2, 3)

    def test_of_nothing_is_no_number(self, reader: Any) -> None:
        assert share(reports.build_report(scope(reader)), "actions_on_time").percent is None

    def test_of_a_team_are_its_own(self, reader: Any) -> None:
        of_team = incident(1)
        incident(1)

        assert share(reports.build_report(scope(reader, team=of_team.team)), "repeat_incidents").n == 1


class TestKnownErrors:
    def test_are_counted_by_their_uses_in_the_period(self, reader: Any) -> None:
        often, seldom = make.KnownErrorFactory(), make.KnownErrorFactory()
        for _ in range(3):
            make.KnownErrorUseFactory(known_error=often)
        make.KnownErrorUseFactory(known_error=seldom)
        make.KnownErrorUseFactory(known_error=seldom, used_at=NOON - 90 * DAY)

        report = reports.build_report(scope(reader))

        assert [(row, row.uses_here) for row in report.known_errors] == [(often, 3), (seldom, 1)]  # type: ignore[attr-defined]
        assert report.uses == 4


class TestLists:
    def test_hold_exactly_what_a_number_counts(self, client: Client, reader: Any) -> None:
        client.force_login(reader)
        problem = make.ProblemFactory()
        for days in (-60, 1, 2):
            incident(days, problem)
        incident(3, status="closed", closed_at=NOON, closure_code="cancelled")
        make.ActionItemFactory(due_on=date(2026, 6, 10), status="done", done_at=NOON)
        make.ActionItemFactory(due_on=date(2026, 6, 10))
        make.KnownErrorUseFactory(known_error__problem=problem)
        make.PostmortemFactory(drafted_at=NOON + DAY)
        make.PostmortemFactory()

        report = reports.build_report(scope(reader))

        for row in report.shares:
            assert (rows(client, row.part_url), rows(client, row.n_url)) == (row.part, row.n), row.name
        for step in report.steps:
            assert (rows(client, step.n_url), rows(client, step.waiting_url)) == (step.n, step.waiting), step.name
        assert rows(client, report.known_errors_url) == 1
        assert rows(client, report.overdue_url) == report.overdue_count


class TestPage:
    URL = "/reports/prevention/"

    def test_shows_numbers_and_what_is_overdue(self, client: Client, reader: Any) -> None:
        client.force_login(reader)
        overdue = make.PostmortemFactory(ticket__title="Checkout was down", due_on=date(2026, 6, 2))

        page = client.get(self.URL, {"since": "2026-06-01", "until": "2026-06-30"}).content.decode()

        assert "Days from restoration" in page
        assert overdue.get_absolute_url() in page
        assert 'href="/reports/prevention/"' in client.get("/reports/").content.decode()

    @pytest.mark.parametrize(
        "query",
        [{"since": "x"}, {"since": "2026-06-30", "until": "2026-06-01"}, {"team": "none"}, {"until": "9999-12-31"}],
    )
    def test_accepts_nonsense(self, client: Client, reader: Any, query: dict[str, str]) -> None:
        client.force_login(reader)

        assert client.get(self.URL, query).status_code == 200
        assert client_of(reader).get("/api/v1/prevention-report/", query).status_code == 400

    def test_sends_strangers_to_sign_in(self, client: Client) -> None:
        assert client.get(self.URL).status_code == 302

    def test_is_answered_by_the_api(self, reader: Any) -> None:
        make.PostmortemFactory(drafted_at=NOON + DAY)

        answer = (
            client_of(reader).get("/api/v1/prevention-report/", {"since": "2026-06-01", "until": "2026-06-30"}).json()
        )

        assert answer["days_from_restore"][0] | {"n_url": "", "waiting_url": ""} == {
            "name": "drafted", "n": 1, "median": 1.0, "p90": 1.0, "waiting": 0, "n_url": "", "waiting_url": "",
        }  # fmt: skip
        assert {row["name"] for row in answer["shares"]} == {
            "repeat_incidents", "actions_on_time", "proactive_problems",
        }  # fmt: skip
