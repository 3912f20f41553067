"""Changes of a problem: each with its old and new value on the timeline, under one lock that reads nothing twice."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from incidents import response
from incidents.models import Ticket
from problems.investigation import at_risk, factors, lifecycle
from problems.models import Problem
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

TEXTS: dict[str, Any] = {"title": "Pool runs empty", "symptoms": "Paying fails", "workaround": "Restart the pool"}


@pytest.fixture
def problem(db: None) -> Any:
    service = make.ServiceFactory(name="Checkout", slug="checkout")
    return make.ProblemFactory(title="Slow", service=service, team=service.team, workaround="Wait")


def newest(problem: Any, **match: Any) -> dict[str, Any]:
    """The data of the newest entry."""
    data: dict[str, Any] = problem.timeline.filter(**match).order_by("-pk")[0].data
    return data


class TestEdit:
    def test_records_old_and_new_of_each_field(self, problem: Any) -> None:
        values: dict[str, Any] = {
            "title": "Slower", "description": "Since Monday", "category": "network", "is_security": True,
            "affected_customers": "Spain", "service": make.ServiceFactory(name="Search"), "cause": "A leak",
            "severity": make.SeverityFactory(rank=4), "workaround": "",
        }  # fmt: skip
        before = {name: getattr(Problem.objects.get(pk=problem.pk), name) for name in values}

        lifecycle.edit(problem_id=problem.pk, changes=values, actor=None, at=NOON)

        assert set(values) == lifecycle.EDITABLE
        saved = Problem.objects.get(pk=problem.pk)
        assert {name: getattr(saved, name) for name in values} == values
        words = {True: "yes", False: "no"}
        entries = {entry.data["field"]: entry.data for entry in problem.timeline.all()}
        for name, value in values.items():
            expected = [words.get(side, str(side)) for side in (before[name], value)]
            assert [entries[name]["from"], entries[name]["to"]] == expected, name

    def test_records_and_saves_nothing_that_stays(self, problem: Any) -> None:
        lifecycle.edit(problem_id=problem.pk, changes={"title": "Slow", "cause": ""}, actor=None, at=NOON)

        assert not problem.timeline.exists()
        assert Ticket.objects.get(pk=problem.pk).updated_at == problem.updated_at

    def test_over_an_old_version_is_a_conflict(self, problem: Any) -> None:
        api = client_of(make.UserFactory(roles=[Role.RESPONDER]))
        address = f"/api/v1/problems/{problem.pk}/"
        tag = api.get(address)["ETag"]
        at = NOON + timedelta(minutes=1)
        lifecycle.edit(problem_id=problem.pk, changes={"cause": "Theirs"}, actor=None, at=at)

        answer = api.patch(address, {"cause": "Mine"}, format="json", headers={"If-Match": tag})

        assert answer.status_code == 412
        assert Problem.objects.get(pk=problem.pk).cause == "Theirs"


class TestVerbs:
    def test_record_both_statuses_and_both_people(self, problem: Any) -> None:
        ana, ben = make.UserFactory(name="Ana"), make.UserFactory(name="Ben")
        arguments: dict[str, Any] = {"problem_id": problem.pk, "actor": ana, "at": NOON}

        lifecycle.analyze(**arguments)
        response.assign(ticket_id=problem.pk, assignee=ben, actor=ana, at=NOON)
        lifecycle.start_fix(**arguments)
        lifecycle.resolve(**arguments)

        entries = [
            (row.data.get("field", "status"), row.data["from"], row.data["to"]) for row in problem.timeline.all()
        ]
        assert sorted(entries) == [
            ("assignee", "", "Ana"),
            ("assignee", "Ana", "Ben"),
            ("status", "analysis", "fix_in_progress"),
            ("status", "fix_in_progress", "resolved"),
            ("status", "new", "analysis"),
        ]

    def test_record_what_changed_in_the_known_error(self, problem: Any) -> None:
        arguments: dict[str, Any] = {"problem_id": problem.pk, "actor": None, "at": NOON}
        lifecycle.analyze(**arguments)

        lifecycle.publish_known_error(**arguments, **TEXTS)
        published = newest(problem)
        lifecycle.publish_known_error(**arguments, **TEXTS | {"symptoms": "Nothing is taken"})
        changed = newest(problem)
        lifecycle.resolve(**arguments)

        assert published["changes"] == {
            name: {"from": "", "to": text} for name, text in {**TEXTS, "status": "published"}.items()
        }
        assert changed["changes"] == {"symptoms": {"from": "Paying fails", "to": "Nothing is taken"}}
        retired = newest(problem, text__startswith="Known error retired")
        assert retired["changes"] == {"status": {"from": "published", "to": "retired"}}
        wait = problem.timeline.get(data__field="workaround").data
        assert (wait["from"], wait["to"]) == ("Wait", "Restart the pool")

    def test_record_factors_and_services_at_risk(self, problem: Any) -> None:
        arguments: dict[str, Any] = {"problem_id": problem.pk, "actor": None, "at": NOON}
        factor = factors.add(text="No limit", **arguments)
        added = newest(problem)
        factors.remove(factor_id=factor.pk, actor=None, at=NOON)
        removed = newest(problem)
        for name in ("search", "mail"):
            service = make.ServiceFactory(name=name, slug=name)
            at_risk.name_services(services=[service], due_on=date(2027, 1, 1), **arguments)

        assert (added["from"], added["to"]) == ("", "No limit")
        assert (removed["from"], removed["to"]) == ("No limit", "")
        named = newest(problem, data__field="services_at_risk")
        assert (named["from"], named["to"], named["services"]) == ("search", "search, mail", ["mail"])

    @pytest.mark.parametrize(
        "change",
        [
            lambda **rest: lifecycle.edit(changes={"title": "Slower", "cause": "A leak"}, **rest),
            lifecycle.analyze,
            lambda **rest: lifecycle.close(code="risk_accepted", note="Rare.", **rest),
            lambda **rest: factors.add(text="No limit", **rest),
        ],
        ids=["edit", "analyze", "close", "add-factor"],
    )
    def test_lock_once_and_look_up_once(self, problem: Any, change: Callable[..., Any]) -> None:
        with CaptureQueriesContext(connection) as queries:
            change(problem_id=problem.pk, actor=None, at=NOON)

        statements = [row["sql"] for row in queries]
        locks = [text for text in statements if "FOR NO KEY UPDATE" in text]
        assert len(locks) == 1
        assert 'OF "incidents_ticket", "problems_problem"' in locks[0]
        read = [
            row["sql"] for row in queries if row["sql"].startswith("SELECT") and '"problems_problem"' in row["sql"]
        ]
        assert read == locks


def _is_waiting() -> bool:
    with connection.cursor() as cursor:  # not pg_stat_activity, which stays as it was first read in a transaction
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
class TestRace:
    def test_reads_what_the_change_before_has_saved(self) -> None:
        """The second waits for the lock of the first, and its old value is the new value of the first."""
        problem = make.ProblemFactory()
        began = threading.Event()

        def second() -> None:
            began.wait(20)
            try:
                lifecycle.edit(problem_id=problem.pk, changes={"cause": "Second"}, actor=None, at=NOON)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(second)
            with transaction.atomic():
                lifecycle.edit(problem_id=problem.pk, changes={"cause": "First"}, actor=None, at=NOON)
                began.set()
                limit = time.monotonic() + 20
                while not _is_waiting() and time.monotonic() < limit:
                    time.sleep(0.01)
            waiting.result(20)

        entries = [(row.data["from"], row.data["to"]) for row in problem.timeline.order_by("pk")]
        assert entries == [("", "First"), ("First", "Second")]
        assert Problem.objects.get(pk=problem.pk).cause == "Second"
