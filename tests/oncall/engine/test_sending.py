"""Senders: one deadline for a whole send, a cap and a pause for each host, and what is left when the engine stops."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from config.base.data.outbox import LEASE, SEND_DEADLINE, Claim
from oncall.channels import HOST_LIMITS, SENDERS, Message, Outcome
from oncall.channels.base import accepted, refused
from oncall.engine import sending
from oncall.engine.sending import FAILURES_TO_OPEN, MAX_PER_HOST, Senders
from oncall.paging import Job


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Set at the end, so that no thread of a test outlives it."""
    event = threading.Event()
    yield event
    event.set()


def job(number: int, *, channel: str = "webhook", host: str = "a.example", attempts: int = 1) -> Job:
    message = Message(key=f"{number}", kind=channel, address=host, person="", title="", link="")
    return Job(Claim(number, attempts), channel, message, host)


def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[Message], Outcome], channel: str = "webhook") -> None:
    monkeypatch.setitem(SENDERS, channel, answer)


def results(senders: Senders, count: int) -> dict[int, Outcome]:
    """The outcomes of `count` sends by number, as they arrive."""
    outcomes: dict[int, Outcome] = {}
    ends_at = time.monotonic() + 20
    while len(outcomes) < count and time.monotonic() < ends_at:
        outcomes |= {job.held.row_id: outcome for job, outcome in senders.take_results()}
        time.sleep(0.005)
    return outcomes


class TestDeadline:
    def test_ends_a_send_that_hangs(self, monkeypatch: pytest.MonkeyPatch, release: threading.Event) -> None:
        """Paging rule 4: a send has less time than its lease, whatever the provider does."""
        monkeypatch.setattr(sending, "SEND_DEADLINE", timedelta(seconds=0.1))
        answering(monkeypatch, lambda _: accepted() if release.wait(30) else refused(""))
        senders = Senders(on_result=lambda: None)

        senders.start(job(1))

        assert not results(senders, 1)[1].is_accepted
        assert senders.busy == 0

    def test_ignores_the_answer_that_comes_too_late(
        self, monkeypatch: pytest.MonkeyPatch, release: threading.Event
    ) -> None:
        answered = threading.Event()
        monkeypatch.setattr(sending, "SEND_DEADLINE", timedelta(seconds=0.05))
        answering(monkeypatch, lambda _: accepted() if release.wait(30) else refused(""))
        senders = Senders(on_result=answered.set)
        senders.start(job(1))
        results(senders, 1)

        release.set()
        answered.wait(20)

        assert senders.take_results() == []

    def test_is_shorter_than_the_lease(self) -> None:
        assert timedelta(0) < SEND_DEADLINE < LEASE


class TestCap:
    def test_is_for_each_host(self, monkeypatch: pytest.MonkeyPatch, release: threading.Event) -> None:
        answering(monkeypatch, lambda _: accepted() if release.wait(30) else refused(""))
        senders = Senders(on_result=lambda: None)
        for number in range(4):
            senders.start(job(number, host="slow.example"))

        rooms = senders.rooms()

        assert rooms.left["webhook slow.example"] == 0
        assert rooms.left.get("webhook well.example", rooms.caps["webhook"]) == 4
        assert rooms.caps["sms"] == MAX_PER_HOST

    def test_is_given_back_with_the_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answering(monkeypatch, lambda _: accepted())
        senders = Senders(on_result=lambda: None)
        senders.start(job(1))
        results(senders, 1)

        assert senders.rooms().left == {}

    def test_of_all_hosts_together_is_what_is_free(
        self, monkeypatch: pytest.MonkeyPatch, release: threading.Event
    ) -> None:
        answering(monkeypatch, lambda _: accepted() if release.wait(30) else refused(""))
        senders = Senders(on_result=lambda: None)
        for number in range(10):
            senders.start(job(number, host=f"{number}.example"))

        assert senders.free == sending.MAX_AT_ONCE - 10

    def test_makes_nobody_wait_behind_sends_that_all_hang(
        self, monkeypatch: pytest.MonkeyPatch, release: threading.Event
    ) -> None:
        """What waits would hang in its turn; refused at once, the person's next channel is tried."""
        answering(monkeypatch, lambda _: accepted() if release.wait(30) else refused(""))
        monkeypatch.setattr(sending, "SLOW_SECONDS", 0.05)
        senders = Senders(on_result=lambda: None)
        for number in range(HOST_LIMITS["webhook"]):
            senders.start(job(number))
        assert senders.rooms().left["webhook a.example"] == 0
        time.sleep(0.06)

        assert senders.rooms().left["webhook a.example"] > 0
        senders.start(job(99))

        outcome = results(senders, 1)[99]
        assert outcome.retry_after is not None
        assert timedelta(0) < outcome.retry_after <= SEND_DEADLINE

    def test_lets_them_wait_while_one_place_was_taken_a_moment_ago(
        self, monkeypatch: pytest.MonkeyPatch, release: threading.Event
    ) -> None:
        """The host is busy, not stuck."""
        answering(monkeypatch, lambda _: accepted() if release.wait(30) else refused(""))
        monkeypatch.setattr(sending, "SLOW_SECONDS", 0.2)
        senders = Senders(on_result=lambda: None)
        for number in range(HOST_LIMITS["webhook"] - 1):
            senders.start(job(number))
        time.sleep(0.21)

        senders.start(job(98))

        assert senders.rooms().left["webhook a.example"] == 0


class TestBreaker:
    @pytest.fixture
    def calls(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The hosts that were called; "down.example" always fails."""
        called: list[str] = []

        def send(message: Message) -> Outcome:
            called.append(message.address)
            return refused("503") if message.address == "down.example" else accepted()

        answering(monkeypatch, send)
        return called

    def break_down(self, senders: Senders, count: int) -> None:
        for number in range(count):
            senders.start(job(number, host="down.example"))
            results(senders, 1)

    def test_pauses_a_host_after_failures_in_a_row(self, calls: list[str]) -> None:
        senders = Senders(on_result=lambda: None)

        self.break_down(senders, FAILURES_TO_OPEN + 3)

        assert len(calls) == FAILURES_TO_OPEN

    def test_refuses_at_once_what_waits_for_a_paused_host(self, calls: list[str]) -> None:
        """So that another channel of the same person is tried."""
        senders = Senders(on_result=lambda: None)
        self.break_down(senders, FAILURES_TO_OPEN)

        senders.start(job(99, host="down.example"))

        outcome = results(senders, 1)[99]
        assert (outcome.is_accepted, outcome.is_permanent) == (False, False)
        assert "fails" in outcome.error

    def test_has_what_waits_for_a_paused_host_tried_again_soon(self, calls: list[str]) -> None:
        """Another engine may reach the host."""
        senders = Senders(on_result=lambda: None)
        self.break_down(senders, FAILURES_TO_OPEN)

        senders.start(job(99, host="down.example"))

        assert results(senders, 1)[99].retry_after == timedelta(seconds=1.5)

    def test_has_it_tried_again_when_the_pause_ends_at_the_latest(
        self, calls: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not half a minute later: the page has not failed by itself, and its host may be back."""
        monkeypatch.setattr(sending, "PAUSE_SECONDS", 3.0)
        senders = Senders(on_result=lambda: None)
        self.break_down(senders, FAILURES_TO_OPEN)

        senders.start(job(99, host="down.example", attempts=9))

        wait = results(senders, 1)[99].retry_after
        assert wait is not None
        assert timedelta(seconds=2) < wait <= timedelta(seconds=3)

    def test_makes_nobody_wait_for_a_place_at_a_paused_host(
        self, monkeypatch: pytest.MonkeyPatch, release: threading.Event
    ) -> None:
        """Half of sixteen still hang when the eighth failure pauses the host; what comes then is refused at once."""
        answering(
            monkeypatch,
            lambda message: refused("503") if int(message.key) < FAILURES_TO_OPEN or release.wait(30) else accepted(),
        )
        senders = Senders(on_result=lambda: None)
        for number in range(MAX_PER_HOST):
            senders.start(job(number))
        results(senders, FAILURES_TO_OPEN)

        assert senders.rooms().left["webhook a.example"] > 0
        senders.start(job(99))

        assert "fails" in results(senders, 1)[99].error

    def test_leaves_the_other_hosts_of_the_channel_alone(self, calls: list[str]) -> None:
        senders = Senders(on_result=lambda: None)
        self.break_down(senders, FAILURES_TO_OPEN)

        senders.start(job(99, host="well.example"))

        assert results(senders, 1)[99].is_accepted

    def test_lets_a_few_messages_try_again_after_the_pause(
        self, monkeypatch: pytest.MonkeyPatch, release: threading.Event
    ) -> None:
        called: list[str] = []

        def send(message: Message) -> Outcome:
            called.append(message.key)
            return refused("503") if len(called) <= FAILURES_TO_OPEN or release.wait(30) else accepted()

        answering(monkeypatch, send)
        monkeypatch.setattr(sending, "PAUSE_SECONDS", 0.05)
        senders = Senders(on_result=lambda: None)
        self.break_down(senders, FAILURES_TO_OPEN)
        time.sleep(0.06)

        for number in range(90, 90 + sending.TRIALS + 2):
            senders.start(job(number, host="down.example"))

        assert set(results(senders, 2)) == {90 + sending.TRIALS, 91 + sending.TRIALS}
        assert sorted(called[FAILURES_TO_OPEN:]) == [str(90 + number) for number in range(sending.TRIALS)]

    def test_is_closed_by_a_message_that_arrives(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answers = [refused("503")] * FAILURES_TO_OPEN + [accepted()]
        answering(monkeypatch, lambda _: answers.pop(0) if answers else accepted())
        monkeypatch.setattr(sending, "PAUSE_SECONDS", 0.05)
        senders = Senders(on_result=lambda: None)
        self.break_down(senders, FAILURES_TO_OPEN)
        time.sleep(0.06)

        senders.start(job(98, host="down.example"))
        results(senders, 1)
        senders.start(job(99, host="down.example"))

        assert results(senders, 1)[99].is_accepted
        assert senders.rooms().left == {}

    def test_is_not_opened_by_people_who_cannot_be_reached(self, monkeypatch: pytest.MonkeyPatch) -> None:
        called: list[str] = []

        def send(message: Message) -> Outcome:
            called.append(message.address)
            return refused("No such number.", is_permanent=True)

        answering(monkeypatch, send)
        senders = Senders(on_result=lambda: None)
        self.break_down(senders, FAILURES_TO_OPEN + 2)

        assert len(called) == FAILURES_TO_OPEN + 2

    def test_starts_from_nothing_after_a_success(self, monkeypatch: pytest.MonkeyPatch) -> None:
        outcomes = [refused("503")] * (FAILURES_TO_OPEN - 1) + [accepted()] + [refused("503")] * 3 + [accepted()]
        answering(monkeypatch, lambda _: outcomes.pop(0))
        senders = Senders(on_result=lambda: None)
        self.break_down(senders, len(outcomes) - 1)

        senders.start(job(99, host="down.example"))

        assert results(senders, 1)[99].is_accepted


class TestMessages:
    def test_that_cannot_be_written_are_unprepared(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """F23: the fault is the message's, not the provider's, so a plain text is sent next."""

        def send(message: Message) -> Outcome:
            raise KeyError("template")

        answering(monkeypatch, send)
        senders = Senders(on_result=lambda: None)
        senders.start(job(1))

        assert results(senders, 1)[1].is_unprepared

    def test_of_an_unknown_channel_are_refused_for_good(self) -> None:
        senders = Senders(on_result=lambda: None)
        senders.start(job(1, channel="fax"))

        assert results(senders, 1)[1].is_permanent
