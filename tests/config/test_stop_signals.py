"""A signal to stop ends the work at once, or before its next step, never not at all."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.demo.options import read_options
from config.demo.supervisor import StopRequested, Supervisor
from config.embedded.processes import Child
from config.embedded.stop_signals import StopSignals


class Stopped(BaseException):
    """Raised by the signal of these tests."""


class SignalledWhileItEnds:
    """Gets the signal in its finalizer, where Python drops every exception."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        os.getpid()  # the handler runs before this call at the latest


@pytest.fixture
def signals() -> Iterator[StopSignals]:
    before = signal.getsignal(signal.SIGHUP)
    signals = StopSignals(Stopped)
    signals.listen(signal.SIGHUP)
    yield signals
    signal.signal(signal.SIGHUP, before)


def test_raises_in_whatever_the_process_does(signals: StopSignals) -> None:
    with pytest.raises(Stopped) as stopped:
        signal.raise_signal(signal.SIGHUP)

    assert stopped.value.args == (signal.SIGHUP,)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_raises_again_before_the_next_step_when_python_dropped_the_exception(signals: StopSignals) -> None:
    SignalledWhileItEnds()

    with pytest.raises(Stopped):
        signals.check()


def test_does_nothing_before_a_signal(signals: StopSignals) -> None:
    signals.check()


def test_keeps_the_demo_from_starting_the_next_program(tmp_path: Path) -> None:
    supervisor = Supervisor(read_options({"DEMO_DIR": str(tmp_path)}))
    supervisor.stop_signals.number = signal.SIGHUP
    child = Child("any", ["true"], log_file=tmp_path / "any.log")

    with pytest.raises(StopRequested):
        supervisor._launch(child)

    assert not child.is_running
    assert child.pid is None
