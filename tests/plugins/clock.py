"""How long a whole run of CI took against its limit, and how quick and how quiet the machine was meanwhile.

The limit is meant for two quiet cores. The same run took 25 minutes on one machine and 48 on another, so the time is
divided by what a loop of plain Python costs there, measured all through the run.
"""

import os
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

# `.ci/run` sets these before its first step: when it began, how much CPU the machine had used by then, its own
# process, and its limit.
BEGAN, BUSY, ROOT, LIMIT = "CI_BEGAN_AT", "CI_BUSY_TICKS", "CI_PID", "CI_LIMIT_MINUTES"
# With more than this share of the machine used by others the time says nothing about the suite.
QUIET = 0.1
PROC = Path("/proc")
ANCHOR_SECONDS = 0.020
"""What the loop of `slowness` costs on the two quiet cores that the limits are meant for, while tests run on both."""
EACH_SECONDS = 10.0
"""How often a run measures its machine, which costs a five-hundredth of one core."""


@dataclass
class RunClock:
    """A run that began at `began`; `busy` are the ticks of CPU the machine had used by then."""

    began: float
    busy: int
    root: int
    limit_minutes: float
    slow: list[float] = field(default_factory=list)
    """How slow the machine was, from time to time."""
    measured: float = -EACH_SECONDS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self | None:
        """The run that `.ci/run` began; None for a run of tests alone."""
        if BEGAN not in environment:
            return None
        return cls(
            float(environment[BEGAN]), int(environment[BUSY]), int(environment[ROOT]), float(environment[LIMIT])
        )

    def measure(self) -> None:
        """Note how slow the machine is, unless that was noted a moment ago."""
        if time.monotonic() - self.measured >= EACH_SECONDS:
            self.slow.append(slowness())
            self.measured = time.monotonic()

    def is_over(self) -> bool:
        """Whether the run took longer than it may, on a machine that was its own."""
        return self._quiet_seconds() > self.limit_minutes * 60 and self._others() <= QUIET

    def text(self) -> str:
        """One line for the summary."""
        line = f"CI took {_minutes(self._seconds())}"
        if (slow := self._slowness()) > 1.0:
            line += f", {_minutes(self._quiet_seconds())} without the slowness of this machine (x {slow:.2f}),"
        line += f" of at most {self.limit_minutes:.0f} min"
        others = self._others()
        if others > QUIET:
            return f"{line}; not judged, because other work took {others:.0%} of the machine."
        return f"{line}{': too long' if self.is_over() else ''}."

    def _quiet_seconds(self) -> float:
        """What it would have taken on the cores that the limit is meant for."""
        return self._seconds() / self._slowness()

    def _slowness(self) -> float:
        return statistics.median(self.slow) if self.slow else 1.0

    def _seconds(self) -> float:
        return time.time() - self.began

    def _others(self) -> float:
        """The share of the machine's time that went to processes that are not of this run."""
        ticks = os.sysconf("SC_CLK_TCK") * (os.cpu_count() or 1) * self._seconds()
        return max(0.0, (busy_ticks() - self.busy - own_ticks(self.root)) / ticks)


def slowness() -> float:
    """How much more CPU the same work costs now than on quiet cores, at least 1."""
    before = time.thread_time()
    sum(number * number for number in range(300_000))
    return max(1.0, (time.thread_time() - before) / ANCHOR_SECONDS)


def busy_ticks() -> int:
    """The ticks of CPU the machine has used since it started, and those its host took away."""
    user, nice, system, _, _, interrupts, soft, stolen = (
        int(text) for text in (PROC / "stat").read_text().splitlines()[0].split()[1:9]
    )
    return user + nice + system + interrupts + soft + stolen


def own_ticks(root: int) -> int:
    """The ticks of a process, of all below it, and of those of them that have ended."""
    parents, spent = {}, {}
    for path in PROC.glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        number = int(path.parent.name)
        parents[number] = int(fields[1])
        spent[number] = sum(int(text) for text in fields[11:15])
    return sum(ticks for number, ticks in spent.items() if _is_below(number, root, parents))


def _is_below(number: int, root: int, parents: Mapping[int, int]) -> bool:
    while number != root and number in parents:
        number = parents[number]
    return number == root


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
