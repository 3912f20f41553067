"""F10: deadlocks and lock time-outs while people and senders answer: tried again, and nobody sees an error 500."""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg

from tests.faults import answers, oracle, plans, senders
from tests.faults.results import Ledger, full_only, sized
from tests.faults.site import Site, TooLate, wait_for

HOLD_SECONDS = 3.7
"""Longer than the portal waits for a lock (3 s), shorter than two tries."""
WAITERS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name <> 'rival'"
Answer = Callable[[], int]


def _answers(site: Site, sent: Sequence[senders.Sent]) -> list[Answer]:
    """An acknowledgement of each, in turn by link, over the API, and by the sender."""
    links = {message.token: message.link for message in site.messages() if message.link}
    return [_answer(site, request, links[request.token], number % 3) for number, request in enumerate(sent)]


def _answer(site: Site, request: senders.Sent, link: str, way: int) -> Answer:
    if way == 0:
        return lambda: answers.by_link(link, "acknowledge")
    if way == 1:
        key, reference = answers.api_key(site, request.desk["first"]), f"INC-{_number(site, request)}"
        return lambda: answers.by_api(site, key, reference, "acknowledge")
    return lambda: answers.by_sender(site, request.desk, request.token, "acknowledge")


def _number(site: Site, request: senders.Sent) -> int:
    return int(
        site.sql(
            "SELECT number FROM incidents_ticket WHERE id = (SELECT subject_id FROM oncall_escalation"
            " WHERE title LIKE %s LIMIT 1)", f"%{request.token}%",
        )[0][0]
    )  # fmt: skip


def _opened(site: Site, count: int) -> list[senders.Sent]:
    sent = senders.send_all(site, site.desks(count))
    verdict = site.await_pages(senders.accepted(sent), limit=30)
    assert verdict.planned == count * plans.PER_STEP
    assert not verdict.lost
    return sent


def _judge(site: Site, ledger: Ledger, what: str, sent: list[senders.Sent], statuses: list[int]) -> None:
    """Nobody saw an error, and every answer counts: the second step does not ring."""
    due = site.make_due([request.token for request in sent])
    time.sleep(3)
    plan = [page for request in sent for page in request.pages]
    verdict = oracle.judge(plan, site.messages())
    errors = sum(status >= 500 or status == senders.NO_ANSWER for status in statuses)
    woken = oracle.strays(plan, site.messages())
    ledger.note("F10", what, verdict, also=f"answers {dict(Counter(statuses))}, errors {errors}, rang on {len(woken)}")
    assert errors == 0, statuses
    assert all(200 <= status < 300 for status in statuses), statuses
    assert not due, "an answer was given and the escalation goes on"
    assert not woken


def test_locks_in_the_opposite_order(site: Site, ledger: Ledger) -> None:
    """A rival locks escalation, then ticket; answers lock ticket, then escalation. The rival waits longer to look
    for a deadlock, so that it is always the answer which is refused and must be tried again."""
    site.have_workers(1)
    sent = _opened(site, sized(6, 30))
    calls = _answers(site, sent)
    statuses = [_answer_in_a_circle(site, request, call) for request, call in zip(sent, calls, strict=True)]
    _await_acknowledged(site, sent)

    _judge(site, ledger, "locks in the opposite order", sent, statuses)


def _answer_in_a_circle(site: Site, request: senders.Sent, call: Answer) -> int:
    with (
        psycopg.connect(site.servers.database_url, application_name="rival") as rival,
        ThreadPoolExecutor(1) as pool,
    ):
        rival.execute("SET LOCAL deadlock_timeout = '20s'")
        lock = "SELECT subject_id FROM oncall_escalation WHERE title LIKE %s FOR NO KEY UPDATE"
        ticket = rival.execute(lock, [f"%{request.token}%"]).fetchone()
        future = pool.submit(call)
        wait_for("the answer waits", lambda: site.sql(WAITERS)[0][0] or future.done(), limit=10)
        rival.execute("SELECT 1 FROM incidents_ticket WHERE id = %s FOR NO KEY UPDATE", ticket)
        rival.commit()
        return future.result()


@full_only
def test_locks_held_longer_than_the_portal_waits(site: Site, ledger: Ledger) -> None:
    site.have_workers(1)
    sent = _opened(site, sized(6, 24))
    calls = _answers(site, sent)
    begun = threading.Barrier(len(calls) + 1)

    def give(answer: Answer) -> int:
        begun.wait()
        return answer()

    with (
        psycopg.connect(site.servers.database_url, application_name="rival") as rival,
        ThreadPoolExecutor(len(calls)) as pool,
    ):
        rival.execute(
            "SELECT 1 FROM incidents_ticket ticket JOIN oncall_escalation escalation ON subject_id = ticket.id"
            " WHERE substring(escalation.title FROM 't[0-9a-f]{10}') = ANY(%s) FOR NO KEY UPDATE OF ticket",
            [[request.token for request in sent]],
        )
        futures = [pool.submit(give, answer) for answer in calls]
        begun.wait()
        time.sleep(HOLD_SECONDS)
        rival.commit()
        statuses = [future.result() for future in futures]
    _await_acknowledged(site, sent)

    _judge(site, ledger, f"locks held for {HOLD_SECONDS:g} s", sent, statuses)


def _await_acknowledged(site: Site, sent: list[senders.Sent]) -> None:
    """A sender's acknowledgement is carried out by the engine a moment after the answer."""
    open_still = (
        "SELECT 1 FROM oncall_escalation WHERE state = 'triggered'"
        " AND substring(title FROM 't[0-9a-f]{10}') = ANY(%s) LIMIT 1"
    )
    tokens = [request.token for request in sent]
    with contextlib.suppress(TooLate):
        wait_for("every acknowledgement", lambda: not site.sql(open_still, tokens), limit=20)
