"""Two at once: one obligation, one end, and no reminder created twice or after the end."""

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


def at_once(*actions: Callable[[], object]) -> list[object]:
    """The result of each of several threads that start together, refusals included."""
    start, results = threading.Barrier(len(actions)), []

    def run(act: Callable[[], object]) -> None:
        start.wait(10)
        try:
            results.append(act())
        except Refusal as refused:
            results.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def _planned() -> Obligation:
    team = make.TeamFactory()
    return make.planned(rule=make.ObligationRuleFactory(reminding=[(0, "days", "before", "owner")]), team=team)


def test_creating_at_once_creates_one() -> None:
    make.ObligationRuleFactory()
    team = make.TeamFactory()

    created = at_once(
        *[
            lambda: obligations.create(
                kind="review", subject_type="ticket", subject_id=1, title="x", url="/", team=team, at=NOON
            )
        ]
        * AT_ONCE
    )

    assert set(created) == {Obligation.objects.get()}


def test_ending_happens_once() -> None:
    obligation, person = make.ObligationFactory(), make.UserFactory()

    ended = at_once(*[lambda: obligations.mark_done(obligation_id=obligation.pk, actor=person, at=NOON)] * AT_ONCE)

    assert sum(isinstance(result, Refusal) for result in ended) == AT_ONCE - 1


def test_sweeps_make_each_reminder_once() -> None:
    planned = [_planned() for _ in range(5)]

    at_once(*[lambda: reminders.make_due(at=planned[0].due_at)] * AT_ONCE)

    assert Reminder.objects.count() == 5


@pytest.mark.parametrize("attempt", range(5))
def test_an_end_and_a_sweep_leave_no_reminder_waiting(attempt: int) -> None:
    obligation = _planned()

    at_once(
        lambda: obligations.complete(kind="review", subject_type="ticket", subject_id=obligation.subject_id, at=NOON),
        lambda: reminders.make_due(at=obligation.due_at),
        lambda: reminders.claim_jobs(at=obligation.due_at, limit=5),
    )

    obligation.refresh_from_db()
    assert obligation.status == "done"
    assert obligation.next_reminder_at is None
    assert not Reminder.objects.filter(state="pending").exists()


class TestSender:
    def test_never_waits_for_a_provider(self, monkeypatch: pytest.MonkeyPatch) -> None:
        obligation = _planned()
        answer, sent = threading.Event(), []

        def slow(message: Message) -> Outcome:
            sent.append(message.title)
            answer.wait(10)
            return accepted("abc")

        monkeypatch.setitem(SENDERS, "email", slow)
        sender = reminders.Sender()

        first = sender.sweep(at=obligation.due_at)
        second = sender.sweep(at=obligation.due_at + timedelta(seconds=1))
        answer.set()
        for _ in range(100):
            if sender.sweep(at=obligation.due_at + timedelta(seconds=2)):
                break
            threading.Event().wait(0.02)

        assert (first, second) == (2, 0)
        assert sent == [f"Due now: {obligation.title}"]
        assert Reminder.objects.get().state == "accepted"
