"""F25: policies, rotas, accounts and contact methods change while an escalation runs."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.faults import oracle, plans, senders
from tests.faults.oracle import Planned
from tests.faults.results import CEILING, Ledger, full_only, sized
from tests.faults.site import Site, wait_for

NOBODY_SECONDS = 5.0
NEW = "+77"
"""How the numbers begin that people change to."""
_REMOVE_ROTAS = {
    "oncall_layermember": "DELETE FROM oncall_layermember USING oncall_layer layer, oncall_scheduleversion version"
    " WHERE layer_id = layer.id AND version_id = version.id AND schedule_id = ANY(%s)",
    "oncall_layer": "DELETE FROM oncall_layer USING oncall_scheduleversion version"
    " WHERE version_id = version.id AND schedule_id = ANY(%s)",
    "oncall_scheduleversion": "DELETE FROM oncall_scheduleversion WHERE schedule_id = ANY(%s)",
}
"""By table, whose history cannot be deleted otherwise."""
_CHANGE_NUMBERS = (
    "UPDATE oncall_contactmethod SET address = %s || substring(address FROM 4)"
    " WHERE kind = 'voice' AND user_id = ANY(%s)"
)
_REMOVE_NUMBERS = (
    "DELETE FROM oncall_notificationrule WHERE position = 1 AND user_id = ANY(%s)",
    "UPDATE oncall_page SET contact_method_id = NULL WHERE channel = 'voice' AND user_id = ANY(%s)",
    "DELETE FROM oncall_contactmethod WHERE kind = 'voice' AND user_id = ANY(%s)",
)


@dataclass(frozen=True)
class Running:
    """Escalations whose first step has paged, by what is changed next."""

    site: Site
    sent: Sequence[senders.Sent]

    @property
    def people(self) -> list[int]:
        """The second step's first person of each."""
        return [request.desk["steps"][1][0] for request in self.sent]

    def plan(self, due_at: dict[str, float], people: list[list[int]]) -> list[Planned]:
        """These people of each are paged when the next step is due."""
        return [
            page
            for request, of_request in zip(self.sent, people, strict=True)
            for page in plans.of_people(request.token, of_request, due_at[request.token])
        ]


@pytest.fixture
def running(site: Site) -> list[Running]:
    """Three groups of escalations after their first step."""
    site.have_workers(2)
    each = sized(4, 20)
    sent = senders.send_all(site, site.desks(3 * each))
    assert not site.await_pages(senders.accepted(sent), limit=30).lost
    return [Running(site, sent[start : start + each]) for start in range(0, 3 * each, each)]


def _tokens(groups: Sequence[Running]) -> list[str]:
    return [request.token for group in groups for request in group.sent]


def test_policies_and_accounts_change_between_two_steps(site: Site, ledger: Ledger, running: list[Running]) -> None:
    """The policy is frozen; a closed account is left out; when nobody is left the fallback is paged at once."""
    emptied, half_closed, closed = running
    policies = [request.desk["policy"] for request in emptied.sent]
    site.sql(
        "DELETE FROM oncall_escalationtarget USING oncall_escalationstep step"
        " WHERE step_id = step.id AND policy_id = ANY(%s)", policies,
    )  # fmt: skip
    site.sql("DELETE FROM oncall_escalationstep WHERE policy_id = ANY(%s)", policies)
    leavers = [*half_closed.people, *(user for request in closed.sent for user in request.desk["steps"][1])]
    site.sql("UPDATE oncall_user SET is_active = FALSE WHERE id = ANY(%s)", leavers)

    due_at = site.make_due(_tokens(running))
    plan = [
        *emptied.plan(due_at, [request.desk["steps"][1] for request in emptied.sent]),
        *half_closed.plan(due_at, [request.desk["steps"][1][1:] for request in half_closed.sent]),
        *closed.plan(due_at, [request.desk["fallback"] for request in closed.sent]),
    ]
    verdict = site.await_pages(plan, limit=30)
    site.sql("UPDATE oncall_user SET is_active = TRUE WHERE id = ANY(%s)", leavers)

    called = sum(message.address in plans.phones(leavers) for message in site.messages())
    ledger.note(
        "F25",
        "policies emptied and accounts closed between two steps",
        verdict,
        also=f"closed accounts paged {called}",
    )
    assert not verdict.lost
    assert (verdict.duplicates, verdict.doubled, called) == (0, 0, 0)
    assert verdict.late_at(0.99) <= NOBODY_SECONDS * CEILING


def test_a_rota_that_is_gone_raises_the_fallback(site: Site, ledger: Ledger) -> None:
    """Removed with all its versions: nobody is on call, and that is never silence."""
    site.have_workers(2)
    desks = site.desks(sized(4, 20))
    schedules = json.loads(site.run("-m", "tests.faults.rosters", standard_input=json.dumps(desks)))

    site.have_workers(0)
    sent = senders.send_all(site, desks)
    for table, statement in _REMOVE_ROTAS.items():
        site.sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        site.sql(statement, schedules[::2])
        site.sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    began = time.time()
    site.have_workers(2)
    plan = [
        page
        for number, request in enumerate(sent)
        for page in plans.of_people(
            request.token,
            request.desk["steps"][1] if number % 2 == 0 else request.desk["steps"][0],
            began,
        )
    ]
    verdict = site.await_pages(plan, limit=30)

    ledger.note("F25", "rotas removed while alerts wait", verdict)
    assert not verdict.lost
    assert (verdict.duplicates, verdict.doubled) == (0, 0)


@full_only
def test_accounts_and_numbers_are_read_again_before_a_page_is_sent(
    site: Site, ledger: Ledger, running: list[Running]
) -> None:
    """Text and call wait; the account is closed, the call's number changed or removed: the old number never rings."""
    closed, changed, removed = running
    everybody = [*closed.people, *changed.people, *removed.people]
    site.sql("UPDATE oncall_notificationrule SET after_minutes = 100 WHERE user_id = ANY(%s)", everybody)
    site.make_due(_tokens(running))
    waiting = "SELECT count(*) FROM oncall_page WHERE state = 'pending' AND user_id = ANY(%s)"
    pages = len(everybody) * len(plans.CHANNELS)
    wait_for("the pages that wait", lambda: site.sql(waiting, everybody)[0][0] == pages, limit=30)

    site.sql("UPDATE oncall_user SET is_active = FALSE WHERE id = ANY(%s)", closed.people)
    site.sql(_CHANGE_NUMBERS, NEW, changed.people)
    for statement in _REMOVE_NUMBERS:
        site.sql(statement, removed.people)
    edited_at = time.time()
    site.sql(
        "UPDATE oncall_page SET due_at = clock_timestamp() WHERE state = 'pending' AND user_id = ANY(%s)", everybody
    )
    plan = [*_reached(changed, edited_at, has_new_number=True), *_reached(removed, edited_at, has_new_number=False)]
    after = [message for message in _await(site, plan, edited_at) if message.arrived_at >= edited_at]
    verdict = oracle.judge(plan, after)
    site.sql("UPDATE oncall_user SET is_active = TRUE WHERE id = ANY(%s)", closed.people)

    closed_numbers, old_numbers = plans.phones(closed.people), plans.phones(everybody)
    wrong = sum(
        message.address in closed_numbers or (message.channel == "voice" and message.address in old_numbers)
        for message in after
    )
    what = "accounts closed, numbers changed and removed before the call"
    ledger.note("F25", what, verdict, also=f"wrong calls {wrong}")
    assert wrong == 0
    assert not verdict.lost
    assert verdict.doubled == 0


def _reached(group: Running, due_at: float, *, has_new_number: bool) -> list[Planned]:
    """Each is told by a method that is left: the text, or a call to the new number."""
    plan = []
    for request, person in zip(group.sent, group.people, strict=True):
        number = plans.phone(person)
        ways = [("sms", number), *([("voice", NEW + number[3:])] if has_new_number else [])]
        plan.append(Planned(request.token, tuple(ways), due_at))
    return plan


def _await(site: Site, plan: Sequence[Planned], since: float) -> list[oracle.Message]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        messages = [message for message in site.messages() if message.arrived_at >= since]
        if not oracle.judge(plan, messages).lost:
            break
        time.sleep(0.2)
    site.await_quiet()
    return site.messages()
