"""F19: answers race the engine; after the commit nobody new is paged, and nothing is notified twice."""

import contextlib
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.faults import plans, senders
from tests.faults.results import Ledger, sized
from tests.faults.site import ROOT, Site, wait_for

GRACE_SECONDS = 1.0
SPREAD_SECONDS = 0.03
"""The largest time between an action and its timer."""
AHEAD_SECONDS = 1.5
"""By how much a third of the actions come earlier: a timer that was not stopped would page after the grace time."""


@dataclass
class Verbs:
    """The process that acts as people do."""

    process: "subprocess.Popen[str]"
    answers: dict[str, dict[str, Any]]
    planned: list[dict[str, Any]] = field(default_factory=list)

    def plan(self, verb: str, *, name: str, at: float, **arguments: Any) -> None:
        """Plan an action at an instant."""
        self.planned.append({"id": name, "verb": verb, "at": at, "arguments": arguments})

    def carry_out(self) -> None:
        """Carry out the planned actions, each at its instant, and wait for the answers; an error fails the test."""
        assert self.process.stdin
        for call in sorted(self.planned, key=lambda call: float(call["at"])):
            self.process.stdin.write(json.dumps(call) + "\n")
        self.process.stdin.flush()
        wait_for("every verb was carried out", lambda: len(self.answers) >= len(self.planned), limit=120)
        errors = [answer["error"] for answer in self.answers.values() if answer["error"]]
        assert not errors, errors[:5]


@pytest.fixture
def verbs(site: Site) -> Iterator[Verbs]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.verbs"],
        env=site.environment, cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    answers: dict[str, dict[str, Any]] = {}

    def listen() -> None:
        assert process.stdout
        for line in process.stdout:
            answer = json.loads(line)
            answers[answer["id"]] = answer

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    with process:
        yield Verbs(process, answers)
        assert process.stdin
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        process.wait(20)
        listener.join(5)


def _open(site: Site, count: int) -> list[tuple[senders.Sent, int]]:
    """`count` incidents whose first person has been paged, with the key of each ticket."""
    sent = senders.send_all(site, site.desks(count))
    verdict = site.await_pages(senders.accepted(sent), limit=60)
    assert verdict.planned == count * plans.PER_STEP
    assert not verdict.lost
    rows = site.sql("SELECT substring(title FROM 't[0-9a-f]{10}'), subject_id FROM oncall_escalation")
    ids = dict(rows)
    return [(request, ids[request.token]) for request in sent]


def _set_timers(site: Site, tokens: Sequence[str], *, over: float) -> dict[str, float]:
    """Set the next step of each to a time from three seconds ahead on, spread over some seconds; returns them."""
    rows = site.sql(
        "UPDATE oncall_escalation SET next_at = clock_timestamp() + interval '3 s' + random() * %s * interval '1 s'"
        " WHERE substring(title FROM 't[0-9a-f]{10}') = ANY(%s) AND state = 'triggered'"
        " RETURNING substring(title FROM 't[0-9a-f]{10}'), extract(epoch FROM next_at)::float8",
        over, list(tokens),
    )  # fmt: skip
    site.sql("NOTIFY holdfast_pages")
    return dict(rows)


def _close_to(at: float) -> float:
    ahead = AHEAD_SECONDS if random.random() < 1 / 3 else 0.0
    return at - ahead + random.uniform(-SPREAD_SECONDS, SPREAD_SECONDS)


def _paged_after(site: Site, request: senders.Sent, committed: float) -> int:
    """How many messages came to the second step's people after the grace time."""
    addresses = plans.phones_of_step(request.desk, 1)
    return sum(
        message.token == request.token
        and message.address in addresses
        and message.arrived_at > committed + GRACE_SECONDS
        for message in site.messages()
    )


def _notifications(site: Site, ticket_id: int) -> Counter[str]:
    """The timeline's lines about status and handover, by their words."""
    rows = site.sql(
        "SELECT text FROM incidents_timelineentry WHERE ticket_id = %s AND kind IN ('status', 'handover')", ticket_id
    )
    return Counter(text for (text,) in rows)


def test_acknowledge_against_escalate(site: Site, ledger: Ledger, verbs: Verbs) -> None:
    rounds = sized(40, 200)
    site.have_workers(2)
    opened = _open(site, rounds)
    timers = _set_timers(site, [request.token for request, _ in opened], over=rounds * 0.08)

    for request, ticket_id in opened:
        at = _close_to(timers[request.token])
        verbs.plan("acknowledge", name=request.token, at=at, ticket_id=ticket_id, actor=request.desk["first"])
    verbs.carry_out()
    time.sleep(GRACE_SECONDS + AHEAD_SECONDS + 1)
    site.await_quiet()

    second = [
        page for request, _ in opened for page in plans.of_step(request.token, request.desk, 1, timers[request.token])
    ]
    messages = site.messages()
    begun = {message.place for message in messages}
    escalated = [page for page in second if all((page.token, *way) in begun for way in page.ways)]
    woken = sum(_paged_after(site, request, verbs.answers[request.token]["committed"]) for request, _ in opened)
    twice = sum(max(_notifications(site, ticket_id).values(), default=0) > 1 for _, ticket_id in opened)
    verdict = site.await_pages(escalated, limit=1)
    first = len({page.token for page in escalated})
    also = f"{rounds} rounds, escalated first {first}, woken after the answer {woken}, told twice {twice}"
    ledger.note("F19", "acknowledge against escalate", verdict, also=also)
    assert (woken, twice, verdict.duplicates, verdict.doubled) == (0, 0, 0, 0)


def test_restore_against_acknowledge(site: Site, ledger: Ledger, verbs: Verbs) -> None:
    rounds = sized(25, 150)
    site.have_workers(2)
    opened = _open(site, rounds)
    timers = _set_timers(site, [request.token for request, _ in opened], over=rounds * 0.12)

    for request, ticket_id in opened:
        at = _close_to(timers[request.token])
        for verb in ("restore", "acknowledge"):
            moment = at + random.uniform(0, SPREAD_SECONDS)
            verbs.plan(
                verb, name=f"{verb} {request.token}", at=moment, ticket_id=ticket_id, actor=request.desk["first"]
            )
    verbs.carry_out()
    time.sleep(GRACE_SECONDS + AHEAD_SECONDS + 1)
    site.await_quiet()

    woken = sum(
        _paged_after(site, request, verbs.answers[f"restore {request.token}"]["committed"]) for request, _ in opened
    )
    twice = sum(max(_notifications(site, ticket_id).values(), default=0) > 1 for _, ticket_id in opened)
    ids = [ticket_id for _, ticket_id in opened]
    unrestored = site.sql(
        "SELECT id FROM incidents_ticket WHERE id = ANY(%s) AND status NOT IN ('restored', 'resolved')", ids
    )
    verdict = site.await_pages([page for request, _ in opened for page in request.pages], limit=1)
    also = f"{rounds} rounds, woken after the end {woken}, told twice {twice}, not restored {len(unrestored)}"
    ledger.note("F19", "restore against acknowledge", verdict, also=also)
    assert (woken, twice, len(unrestored), verdict.duplicates, verdict.doubled) == (0, 0, 0, 0, 0)


def test_reassign_against_page(site: Site, ledger: Ledger, verbs: Verbs) -> None:
    rounds = sized(20, 150)
    site.have_workers(2)
    opened = _open(site, rounds)
    others = site.desks(rounds)
    timers = _set_timers(site, [request.token for request, _ in opened], over=rounds * 0.12)

    for (request, ticket_id), other in zip(opened, others, strict=True):
        who = {"ticket_id": ticket_id, "actor": request.desk["first"], "team": other["team"]}
        verbs.plan("reassign", name=request.token, at=_close_to(timers[request.token]), reason="Yours.", **who)
    verbs.carry_out()
    plan = [
        page
        for (request, _), other in zip(opened, others, strict=True)
        for page in plans.of_step(request.token, other, 0, verbs.answers[request.token]["committed"])
    ]
    time.sleep(GRACE_SECONDS + AHEAD_SECONDS + 1)
    verdict = site.await_pages(plan, limit=30)

    woken = sum(_paged_after(site, request, verbs.answers[request.token]["committed"]) for request, _ in opened)
    twice = sum(max(_notifications(site, ticket_id).values(), default=0) > 1 for _, ticket_id in opened)
    also = f"{rounds} rounds, old team woken after the handover {woken}, told twice {twice}"
    ledger.note("F19", "hand-over against page", verdict, also=also)
    assert not verdict.lost
    assert (woken, twice, verdict.duplicates, verdict.doubled) == (0, 0, 0, 0)
