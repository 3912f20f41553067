"""F12 and F13: a provider fails in every way, or accepts and loses its answer; somebody is reached all the same."""

import time

import pytest

from tests.faults import oracle, plans, senders
from tests.faults.oracle import Planned
from tests.faults.provider import BROKEN
from tests.faults.results import CEILING, IS_FULL, Ledger, full_only, sized
from tests.faults.site import Site

ALTERNATIVE_SECONDS = 15.0
ATTEMPTS_PER_MINUTE = 12
"""For one page: pauses of 1.5 to 30 s between its attempts."""
AWAY_SECONDS = 12
EACH_SECONDS = 0.25
"""From one incident to the next: a burst would measure the backlog, not the provider's failure."""
TRIED_AGAIN_SECONDS = 30.0
FAULTS = ("fails", "refuses", "hangs", "resets", "hangs-up", "babbles", "no-tls", "no-name")


def _webhook(site: Site, fault: str, number: int) -> str:
    """An address that fails in this way; each fault has a host of its own."""
    host = f"127.0.1.{10 + number}:{site.phone_port}"
    if fault == "no-tls":
        return f"https://{host}/"
    return "http://no-such-host.invalid/" if fault == "no-name" else f"http://{host}/broken/{fault}/"


def _prefer_webhooks(site: Site, people: list[int], address: str) -> None:
    """Give each of them one rule, a webhook at once; texts stay as a verified method without a rule."""
    site.sql("DELETE FROM oncall_notificationrule WHERE user_id = ANY(%s) AND position = 1", people)
    site.sql("DELETE FROM oncall_contactmethod WHERE user_id = ANY(%s) AND kind = 'voice'", people)
    site.sql(
        "WITH method AS (INSERT INTO oncall_contactmethod (user_id, kind, address, secret, verified_at)"
        " SELECT unnest(%s::bigint[]), 'webhook', %s || 'person', '', now() RETURNING id, user_id)"
        " UPDATE oncall_notificationrule rule SET contact_method_id = method.id FROM method"
        " WHERE rule.user_id = method.user_id",
        people, address,
    )  # fmt: skip


def test_each_failure_of_a_host_tries_the_next_channel(site: Site, ledger: Ledger) -> None:
    site.have_workers(2)
    each = sized(2, 10)
    desks = site.desks(each * len(FAULTS))
    for number, fault in enumerate(FAULTS):
        for desk in desks[number * each : (number + 1) * each]:
            _prefer_webhooks(site, desk["steps"][0], _webhook(site, fault, number))

    began = time.time()
    with senders.Stream(site, desks, each=EACH_SECONDS) as stream:
        stream.finish()
    sent = stream.sent
    plan = [page for request in sent for page in _texts(request)]
    site.await_arrival(plan, limit=30)
    minutes = max(1.0, (time.time() - began) / 60)
    messages = site.messages()
    verdict = oracle.judge(plan, messages)

    attempts = max(
        oracle.count_requests(site.log, f"/broken/{fault}/") / (2 * each * minutes) for fault in FAULTS[:-2]
    )
    ledger.note(
        "F12", f"a person's first provider {', '.join(FAULTS)}, by host", verdict,
        also=f"at most {attempts:.1f} attempts a minute and page",
    )  # fmt: skip
    assert verdict.planned == 2 * len(desks)
    assert not verdict.lost
    assert (verdict.duplicates, verdict.doubled) == (0, 0)
    assert not _paged_later_steps(messages, sent)
    assert verdict.late_at(1) <= ALTERNATIVE_SECONDS * CEILING
    assert attempts <= ATTEMPTS_PER_MINUTE


def _texts(request: senders.Sent) -> list[Planned]:
    people = request.desk["steps"][0]
    return [Planned(request.token, (("sms", plans.phone(person)),), request.answered_at) for person in people]


@full_only
@pytest.mark.parametrize("fault", ["fails", "refuses", "hangs", "resets"] if IS_FULL else ["fails"])
def test_an_outage_of_the_only_provider_burns_no_policy(site: Site, ledger: Ledger, fault: str) -> None:
    """R-E8: the people on call are reached when the provider is back, and nobody else is woken in their place."""
    site.have_workers(2)

    site.tell_provider(**BROKEN[fault])
    sent = senders.send_all(site, site.desks(sized(10, 40)))
    time.sleep(AWAY_SECONDS)
    site.tell_provider()
    back_at = time.time()
    plan = [page for request in sent for page in plans.reached(request.token, request.desk["steps"][0], back_at)]
    site.await_arrival(plan, limit=60)
    messages = site.messages()
    verdict = oracle.judge(plan, messages)

    others = _paged_later_steps(messages, sent)
    ledger.note(
        "F12", f"the only provider {fault} for {AWAY_SECONDS} s", verdict, also=f"later steps paged {len(others)}"
    )
    assert not verdict.lost
    assert verdict.doubled == 0
    assert not others
    assert verdict.late_at(1) <= TRIED_AGAIN_SECONDS * CEILING


def _paged_later_steps(messages: list[oracle.Message], sent: list[senders.Sent]) -> list[oracle.Message]:
    """Messages to people of the second step and the fallback."""
    later = {
        address
        for request in sent
        for address in plans.phones_of_step(request.desk, 1) | plans.phones(request.desk["fallback"])
    }
    tokens = {request.token for request in sent}
    return [message for message in messages if message.token in tokens and message.address in later]


def test_a_lost_answer_repeats_under_the_same_key(site: Site, ledger: Ledger) -> None:
    site.have_workers(2)
    desks = site.desks(sized(10, 80))

    site.tell_provider(lose="answer", share=0.4)
    with senders.Stream(site, desks, each=0.3) as stream:
        stream.finish()
    time.sleep(3)
    site.tell_provider()
    verdict = site.await_pages(senders.accepted(stream.sent), limit=60)

    tokens = {request.token for request in stream.sent}
    answers_lost = sum(message.is_answer_lost for message in site.messages() if message.token in tokens)
    ledger.note("F13", "accepted, and the answer lost", verdict, also=f"answers lost {answers_lost}")
    assert answers_lost
    assert not verdict.lost
    assert verdict.doubled == 0
    assert verdict.duplicates <= answers_lost
