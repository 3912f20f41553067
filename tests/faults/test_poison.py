"""F23: rows that no code expects - in policies, rotas, integrations and contact methods - stop nobody else's pages."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.faults import oracle, plans, senders
from tests.faults.oracle import Planned
from tests.faults.results import CEILING, Ledger, sized
from tests.faults.site import Site

FALLBACK_SECONDS = 5.0
HUGE = 200_000
"""Characters of a title, in a body that senders may still send."""
_CHECK = "oncall_contactmethod_kind"


def test_rows_nobody_expected(site: Site, ledger: Ledger) -> None:
    site.have_workers(2)
    *healthy, unknown, broken, offworld, listed, pigeons, huge = site.desks(sized(10, 40) + 6)
    running = senders.send_all(site, [*healthy, unknown, broken])
    assert not site.await_pages(senders.accepted(running), limit=30).lost

    with _poisoned(site, offworld, listed, pigeons):
        _break_policies(site, running[-2:])
        due_at = site.make_due([request.token for request in running])
        sent = senders.send_all(site, [offworld, listed, pigeons, *healthy])
        sent.append(senders.send(site, huge, title="x" * HUGE))
        others, poisoned = _plans(running, due_at, sent)
        plan = [*others, *poisoned]
        site.await_arrival(plan, limit=45)
    messages = site.messages()

    verdict, reached = oracle.judge(others, messages), oracle.judge(poisoned, messages)
    also = f"of {reached.planned} people behind a bad row, not reached {len(reached.lost)}"
    ledger.note("F23", "bad rows beside good ones", verdict, also=f"{also}, the last after {reached.late_at(1):.1f} s")
    assert [request.status for request in sent] == [202] * len(sent)
    assert not verdict.lost
    assert (verdict.duplicates, verdict.doubled) == (0, 0)
    assert verdict.late_at(0.99) <= FALLBACK_SECONDS * CEILING
    assert not reached.lost
    assert reached.late_at(1) <= FALLBACK_SECONDS * CEILING


def _plans(
    running: Sequence[senders.Sent], due_at: dict[str, float], sent: Sequence[senders.Sent]
) -> tuple[list[Planned], list[Planned]]:
    """The pages that have nothing to do with a bad row, and the people who must hear of one all the same."""
    *healthy, unknown, broken = running
    offworld, listed, pigeons, *rest = sent
    others = [
        page for request in healthy for page in plans.of_step(request.token, request.desk, 1, due_at[request.token])
    ]
    others += senders.accepted(rest)
    others += [page for page in pigeons.pages if page.ways[0][0] == "voice"]
    poisoned = [
        *plans.reached(unknown.token, unknown.desk["fallback"], due_at[unknown.token]),
        *plans.reached(broken.token, broken.desk["fallback"], due_at[broken.token]),
        *plans.reached(offworld.token, offworld.desk["fallback"], offworld.answered_at),
        *plans.reached(listed.token, listed.desk["steps"][0], listed.answered_at),
    ]
    return others, poisoned


def _break_policies(site: Site, requests: Sequence[senders.Sent]) -> None:
    """A target of a kind that does not exist; and a frozen policy that is no policy at all."""
    unknown, broken = requests
    robot = "jsonb_set(frozen_policy, '{steps,1,targets}', '[{\"robot\": 1}]')"
    site.sql(f"UPDATE oncall_escalation SET frozen_policy = {robot} WHERE title LIKE %s", f"%{unknown.token}%")  # noqa: S608 - ours
    site.sql("UPDATE oncall_escalation SET frozen_policy = '[]' WHERE title LIKE %s", f"%{broken.token}%")


@contextmanager
def _poisoned(site: Site, offworld: dict[str, Any], listed: dict[str, Any], pigeons: dict[str, Any]) -> Iterator[None]:
    """A rota in a time zone of another planet, a list where words are mapped, and a contact method by pigeon."""
    (schedule,) = json.loads(site.run("-m", "tests.faults.rosters", standard_input=json.dumps([offworld])))
    (definition,) = site.sql("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", _CHECK)[0]
    _set_zone(site, schedule, "Mars/Base")
    site.sql("UPDATE incidents_integration SET severities = '[\"critical\"]' WHERE id = %s", listed["integration"])
    site.sql(f"ALTER TABLE oncall_contactmethod DROP CONSTRAINT {_CHECK}")
    kinds = "UPDATE oncall_contactmethod SET kind = %s WHERE kind = %s AND user_id = ANY(%s)"
    people = pigeons["steps"][0]
    site.sql(kinds, "pigeon", "sms", people)
    try:
        yield
    finally:
        site.settle()
        site.sql(kinds, "sms", "pigeon", people)
        site.sql(f"ALTER TABLE oncall_contactmethod ADD CONSTRAINT {_CHECK} {definition}")
        site.sql("UPDATE incidents_integration SET severities = '{}' WHERE id = %s", listed["integration"])
        _set_zone(site, schedule, "UTC")


def _set_zone(site: Site, schedule: int, zone: str) -> None:
    """As by a program that went past every check: versions of a rota cannot be changed otherwise."""
    site.sql("ALTER TABLE oncall_scheduleversion DISABLE TRIGGER USER")
    site.sql("UPDATE oncall_scheduleversion SET time_zone = %s WHERE schedule_id = %s", zone, schedule)
    site.sql("ALTER TABLE oncall_scheduleversion ENABLE TRIGGER USER")
