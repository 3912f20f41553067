"""Conflicts of transactions are tried again at the edges, and what stays in conflict is a 503 that says so."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from config.base.data import conflicts
from config.base.data.clock import database_now
from config.base.data.conflicts import retry_conflicts
from incidents import response
from incidents.models import Ticket
from oncall.escalation import fire_due
from oncall.models import Escalation, EscalationEntry, User
from oncall.paging.links import key_for
from tests import factories as make
from tests.clients import client_of


def conflict(kind: type[psycopg.Error] = psycopg.errors.DeadlockDetected) -> OperationalError:
    error = OperationalError("in the way")
    error.__cause__ = kind("in the way")
    return error


class Failing:
    """Raises each of these errors once, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflicts, "PAUSE_SECONDS", 0.001)


def in_threads(calls: list[Callable[[], Any]]) -> list[Any]:
    """The results of calls made at once, each with a connection of its own."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(30)
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
class TestRetry:
    @pytest.mark.parametrize(
        "kind",
        [psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.errors.LockNotAvailable],
    )
    def test_tries_three_times(self, kind: type[psycopg.Error]) -> None:
        twice = Failing(conflict(kind), conflict(kind))
        thrice = Failing(conflict(kind), conflict(kind), conflict(kind))

        assert (retry_conflicts(twice.__call__)(), twice.calls) == ("done", 3)
        with pytest.raises(OperationalError):
            retry_conflicts(thrice.__call__)()
        assert thrice.calls == 3

    @pytest.mark.parametrize(
        "error", [OperationalError("gone"), ValueError("wrong"), conflict(psycopg.errors.QueryCanceled)]
    )
    def test_leaves_other_errors_alone(self, error: Exception) -> None:
        function = Failing(error)

        with pytest.raises(type(error)):
            retry_conflicts(function.__call__)()
        assert function.calls == 1

    def test_never_tries_again_within_a_transaction(self) -> None:
        function = Failing(conflict())

        with transaction.atomic(), pytest.raises(OperationalError):
            retry_conflicts(function.__call__)()
        assert function.calls == 1

    def test_solves_a_deadlock(self) -> None:
        people = make.UserFactory.create_batch(2)
        met = threading.Barrier(2)
        tries: list[int] = []

        def lock_both(order: list[User]) -> None:
            tries.append(1)
            with transaction.atomic():
                User.objects.select_for_update().get(pk=order[0].pk)
                if len(tries) <= 2:
                    met.wait(30)
                User.objects.filter(pk=order[1].pk).update(country="DE")

        retried = retry_conflicts(lock_both)
        in_threads([lambda: retried(people), lambda: retried(people[::-1])])

        assert len(tries) == 3
        assert set(User.objects.values_list("country", flat=True)) == {"DE"}

    def test_solves_a_lock_that_was_not_had_in_time(self) -> None:
        person = make.UserFactory()
        is_locked, refused = threading.Event(), threading.Event()

        def hold() -> None:
            with transaction.atomic():
                User.objects.select_for_update().get(pk=person.pk)
                is_locked.set()
                refused.wait(30)

        def change() -> None:
            is_locked.wait(30)
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '50ms'")
                    User.objects.filter(pk=person.pk).update(country="DE")
            except OperationalError:
                refused.set()
                time.sleep(0.05)
                raise

        in_threads([hold, retry_conflicts(change)])

        assert User.objects.get().country == "DE"


@pytest.fixture
def ana(transactional_db: None) -> User:
    return make.UserFactory(is_superuser=True, is_staff=True)


@pytest.fixture
def ticket(ana: User) -> Ticket:
    policy = make.policy(ana, fallback=[ana])
    service = make.ServiceFactory(team=policy.team, escalation_policy=policy)
    return response.declare(
        title="Checkout is down", service=service, severity=make.SeverityFactory(rank=1), at=database_now()
    )


@pytest.fixture
def in_the_way(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[int]:
    """The domain call of an acknowledgement meets so many conflicts after it has written."""
    calls: list[int] = []
    real = response.acknowledge

    def acknowledge(**arguments: Any) -> Ticket:
        calls.append(1)
        with transaction.atomic():
            changed = real(**arguments)
            if len(calls) <= request.param:
                raise conflict()
        return changed

    monkeypatch.setattr(response, "acknowledge", acknowledge)
    return calls


class TestEdges:
    def by_portal(self, client: Client, ana: User, ticket: Ticket) -> Any:
        client.force_login(ana)
        return client.post(f"/tickets/{ticket.reference}/acknowledge/")

    def by_api(self, client: Client, ana: User, ticket: Ticket) -> Any:
        return client_of(ana).post(f"/api/v1/incidents/{ticket.pk}/acknowledge/", {})

    def by_api_with_key(self, client: Client, ana: User, ticket: Ticket) -> Any:
        url = f"/api/v1/incidents/{ticket.pk}/acknowledge/"
        return client_of(ana).post(url, {}, headers={"Idempotency-Key": "a-key"})

    def by_link(self, client: Client, ana: User, ticket: Ticket) -> Any:
        at = database_now()
        escalation = ticket.responses.get().escalation
        page = make.PageFactory(escalation=escalation, user=ana, created_at=at, due_at=at, accepted_at=at)
        return client.post(f"/p/{key_for(page)}/", {"verb": "acknowledge"})

    @pytest.mark.parametrize("edge", ["by_portal", "by_api", "by_api_with_key", "by_link"])
    @pytest.mark.parametrize("in_the_way", [2], indirect=True)
    def test_try_again(self, edge: str, client: Client, ana: User, ticket: Ticket, in_the_way: list[int]) -> None:
        answer = getattr(self, edge)(client, ana, ticket)

        assert answer.status_code in {200, 302}
        assert len(in_the_way) == 3
        assert EscalationEntry.objects.filter(event="ack").count() == 1
        assert Escalation.objects.get().state == "acknowledged"

    @pytest.mark.parametrize("edge", ["by_portal", "by_api", "by_api_with_key", "by_link"])
    @pytest.mark.parametrize("in_the_way", [3], indirect=True)
    def test_say_so_when_it_goes_on(
        self, edge: str, client: Client, ana: User, ticket: Ticket, in_the_way: list[int]
    ) -> None:
        answer = getattr(self, edge)(client, ana, ticket)

        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert len(in_the_way) == 3
        assert Escalation.objects.get().state == "triggered"
        if "api" in edge:
            assert answer.json()["code"] == "busy"
        else:
            assert "was not saved" in answer.content.decode()


class TestDueSecond:
    def test_36_acknowledgements_beside_the_sweep_all_succeed(self, ana: User) -> None:
        policy = make.policy(ana, fallback=[ana])
        service = make.ServiceFactory(team=policy.team, escalation_policy=policy)
        severity = make.SeverityFactory(rank=1)
        tickets = [
            response.declare(title=f"Part {n} is down", service=service, severity=severity, at=database_now())
            for n in range(12)
        ]
        key = client_of(ana)._credentials["HTTP_AUTHORIZATION"]  # type: ignore[attr-defined]  # set by `client_of`
        handler = Client().handler
        handler.load_middleware()  # once for all threads

        def acknowledge(ticket: Ticket) -> int:
            client = Client(headers={"Authorization": key})
            client.handler = handler
            url = f"/api/v1/incidents/{ticket.pk}/acknowledge/"
            return client.post(url, "{}", content_type="application/json").status_code

        rounds = [lambda ticket=ticket: acknowledge(ticket) for ticket in tickets for _ in range(3)]
        sweeps = [lambda: fire_due(at=database_now())] * 2
        codes = in_threads([*rounds, *sweeps])[: len(rounds)]

        assert set(codes) <= {200, 409}, "409: another acknowledgement of the same incident was first"
        assert codes.count(200) >= len(tickets)
        assert set(Escalation.objects.values_list("state", flat=True)) == {"acknowledged"}
