"""Two at once: one obligation, one end, and no reminder made twice or after the end."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from config.base.data.lifecycle import Refusal
from oncall import obligations
from oncall.channels import SENDERS, Message, Outcome
from oncall.channels.base import accepted
from oncall.models import Obligation, Reminder
from oncall.obligations import reminders
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """What each of several threads that begin together gets, answers and refusals alike."""
    start, found = threading.Barrier(len(deeds)), []

    def run(act: Callable[[], object]) -> None:
        start.wait(10)
        try:
            found.append(act())
        except Refusal as refused:
            found.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def _planned() -> Obligation:
    team = make.TeamFactory()
    return make.planned(rule=make.ObligationRuleFactory(reminding=[(0, "days", "before", "owner")]), team=team)


def test_owing_becomes_one() -> None:
    make.ObligationRuleFactory()
    team = make.TeamFactory()

    made = at_once(
        *[
            lambda: obligations.create(
                kind="review", subject_type="ticket", subject_id=1, title="x", url="/", team=team, at=NOON
            )
        ]
        * AT_ONCE
    )

    assert set(made) == {Obligation.objects.get()}


def test_ending_happens_once() -> None:
    found, person = make.ObligationFactory(), make.UserFactory()

    ended = at_once(*[lambda: obligations.finish(obligation_id=found.pk, actor=person, at=NOON)] * AT_ONCE)

    assert sum(isinstance(one, Refusal) for one in ended) == AT_ONCE - 1


def test_sweeps_make_each_reminder_once() -> None:
    found = [_planned() for _ in range(5)]

    at_once(*[lambda: reminders.make_due(at=found[0].due_at)] * AT_ONCE)

    assert Reminder.objects.count() == 5


@pytest.mark.parametrize("attempt", range(5))
def test_an_end_and_a_sweep_leave_no_reminder_waiting(attempt: int) -> None:
    found = _planned()

    at_once(
        lambda: obligations.complete(kind="review", subject_type="ticket", subject_id=found.subject_id, at=NOON),
        lambda: reminders.make_due(at=found.due_at),
        lambda: reminders.claim_jobs(at=found.due_at, limit=5),
    )

    found.refresh_from_db()
    assert found.status == "done"
    assert found.next_reminder_at is None
    assert not Reminder.objects.filter(state="pending").exists()


class TestSender:
    def test_never_waits_for_a_provider(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = _planned()
        answer, sent = threading.Event(), []

        def slow(message: Message) -> Outcome:
            sent.append(message.title)
            answer.wait(10)
            return accepted("abc")

        monkeypatch.setitem(SENDERS, "email", slow)
        sender = reminders.Sender()

        first = sender.sweep(at=found.due_at)
        second = sender.sweep(at=found.due_at + timedelta(seconds=1))
        answer.set()
        for _ in range(100):
            if sender.sweep(at=found.due_at + timedelta(seconds=2)):
                break
            threading.Event().wait(0.02)

        assert (first, second) == (2, 0)
        assert sent == [f"Due now: {found.title}"]
        assert Reminder.objects.get().state == "accepted"
