"""Signals to stop, raised as an exception in whatever the main thread does, and remembered."""

import signal
from collections.abc import Callable
from types import FrameType


class StopSignals:
    """What was asked of this process by SIGINT, SIGTERM or SIGHUP.

    The exception ends any wait at once. But Python prints and drops an exception that is raised while it runs a
    finalizer or the callback of a weak reference, as it often does during imports. So the signal is remembered
    too, and `check` raises again between two steps of the work.
    """

    def __init__(self, make_exception: Callable[[int], BaseException]) -> None:
        self.make_exception = make_exception
        self.number: int | None = None

    def listen(self, *numbers: signal.Signals) -> None:
        """Handle these signals from now on. Call it in the main thread."""
        for number in numbers:
            signal.signal(number, self.receive)

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Remember the signal and raise its exception."""
        self.number = number
        self.check()

    def check(self) -> None:
        """Raise the exception if a signal came."""
        if self.number is not None:
            raise self.make_exception(self.number)
