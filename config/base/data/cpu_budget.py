"""A budget of processor time for work on what somebody sent: files to read, lists to export."""

import time

from config.base.data.lifecycle import Refusal


class OverBudget(Refusal):
    """The work takes more processor time than it may; the message says what to do instead."""


class CpuBudget:
    """Seconds of this thread's processor time, from now on; time spent waiting does not count.

    Work asks at each step, so one step that cannot be divided may go over it once.
    """

    def __init__(self, seconds: float, *, advice: str = "") -> None:
        self.advice = advice
        self._until = time.thread_time() + seconds

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return time.thread_time() >= self._until

    def check(self) -> None:
        """Raise OverBudget with the advice when nothing is left."""
        if self.is_spent:
            raise OverBudget(self.advice)
