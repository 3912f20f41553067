"""Notices: created once, sent once, retried after a failure, and queued again when overdue."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config.base.data.clock import database_now
from config.base.net import broker
from oncall.channels import SENDERS, Message, Outcome
from oncall.channels.base import accepted, refused
from oncall.messages import notices
from oncall.models import Notice, User
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana Silva", email="ana@example.com")


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """The messages that the channels have accepted."""
    messages: list[Message] = []

    def accept(message: Message) -> Outcome:
        messages.append(message)
        return accepted("id")

    for kind in SENDERS:
        monkeypatch.setitem(SENDERS, kind, accept)
    return messages


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The tasks that were put into the queue."""
    tasks: list[object] = []

    def enqueue(task: object, *, queue: str) -> None:
        tasks.append(task)

    monkeypatch.setattr(broker, "enqueue", enqueue)
    return tasks


def notify(*users: User, key: str = "swap:1") -> None:
    """Create a notice that is due now."""
    notices.notify(
        users=users, key=key, title="Your swap", text=lambda user: user.name, path="/swaps/1/", at=database_now()
    )


def refuse(outcome: Outcome) -> Callable[[Message], Outcome]:
    """A channel that always gives this outcome."""
    return lambda message: outcome


class TestNotify:
    def test_creates_one_per_active_person_and_key(self, ana: Any) -> None:
        closed = make.UserFactory(is_active=False)

        notify(ana, closed)
        notify(ana, closed)

        assert list(Notice.objects.values_list("key", "text")) == [(f"swap:1:{ana.pk}", "Ana Silva")]

    def test_queues_the_sending_task_after_the_commit(
        self, ana: Any, queued: list[object], django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            notify(ana)
            assert queued == []

        assert queued == [notices.send_due]


class TestSendDue:
    def test_sends_each_once(self, ana: Any, messages: list[Message]) -> None:
        notify(ana)

        notices.send_due()
        notices.send_due()

        assert [(message.address, message.type, message.text) for message in messages] == [
            ("ana@example.com", "notice", "Ana Silva")
        ]
        assert Notice.objects.get().state == "accepted"

    def test_retries_later_under_the_same_key(
        self, ana: Any, messages: list[Message], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        notify(ana)
        accept = SENDERS["email"]
        monkeypatch.setitem(SENDERS, "email", refuse(refused("Try later.")))
        notices.send_due()
        row = Notice.objects.get()
        assert (row.state, row.attempts, row.last_error) == ("pending", 1, "Try later.")
        assert row.due_at > database_now()

        monkeypatch.setitem(SENDERS, "email", accept)
        Notice.objects.update(due_at=database_now())
        notices.send_due()

        assert [message.key for message in messages] == [f"notice:{row.key}"]
        assert Notice.objects.get().state == "accepted"

    def test_becomes_a_dead_letter_after_the_last_attempt(self, ana: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(SENDERS, "email", refuse(refused("Try later.")))
        notify(ana)
        Notice.objects.update(attempts=notices.MAX_ATTEMPTS - 1)

        notices.send_due()

        assert Notice.objects.get().state == "dead"

    def test_falls_back_to_the_accounts_address_after_a_permanent_failure(
        self, ana: Any, messages: list[Message], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make.NotificationRuleFactory(contact_method=make.ContactMethodFactory(user=ana), urgency="low")
        monkeypatch.setitem(SENDERS, "sms", refuse(refused("No such number.", is_permanent=True)))
        notify(ana)

        notices.send_due()

        assert [(message.kind, message.address) for message in messages] == [("email", "ana@example.com")]


class TestChase:
    @pytest.mark.parametrize(
        ("state", "lease_seconds", "is_queued"),
        [
            ("pending", None, True),
            ("sending", 0, True),
            ("sending", 60, False),
            ("accepted", None, False),
            ("dead", None, False),
        ],
    )
    def test_queues_the_task_again_only_for_overdue_notices(
        self, ana: Any, queued: list[object], state: str, lease_seconds: int | None, is_queued: bool
    ) -> None:
        notify(ana)
        row = Notice.objects.get()
        lease_until = None if lease_seconds is None else row.due_at + timedelta(seconds=lease_seconds)
        Notice.objects.update(state=state, lease_until=lease_until)

        notices.requeue_stale(at=row.due_at + notices.STALE_AFTER)

        assert bool(queued) is is_queued

    def test_waits_until_a_notice_is_overdue(self, ana: Any, queued: list[object]) -> None:
        notify(ana)

        notices.requeue_stale(at=Notice.objects.get().due_at + notices.STALE_AFTER - timedelta(seconds=1))

        assert queued == []
