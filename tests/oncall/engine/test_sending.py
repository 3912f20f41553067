"""Senders: one deadline for a whole send, a cap and a pause for each host, and what is left when the engine stops."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from config.base.data.outbox import LEASE, SEND_DEADLINE, Claim
from oncall.channels import SENDERS, Message, Outcome
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


def job(number: int, *, channel: str = "webhook", host: str = "a.example") -> Job:
    message = Message(key=f"{number}", kind=channel, address=host, person="", title="", link="")
    return Job(Claim(number, 1), channel, message, host)


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
        assert "paused" in outcome.error

    def test_leaves_the_other_hosts_of_the_channel_alone(self, calls: list[str]) -> None:
        senders = Senders(on_result=lambda: None)
        self.break_down(senders, FAILURES_TO_OPEN)

        senders.start(job(99, host="well.example"))

        assert results(senders, 1)[99].is_accepted

    def test_lets_one_message_try_again_after_the_pause(
        self, calls: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sending, "PAUSE_SECONDS", 0.05)
        senders = Senders(on_result=lambda: None)
        self.break_down(senders, FAILURES_TO_OPEN)
        time.sleep(0.06)

        senders.start(job(99, host="down.example"))
        results(senders, 1)

        assert len(calls) == FAILURES_TO_OPEN + 1

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
