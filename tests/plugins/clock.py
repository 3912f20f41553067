"""How long a whole run of CI took against its limit, and whether the machine was quiet meanwhile."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# `.ci/run` sets these before its first step: when it began, how much CPU the machine had used by then, its own
# process, and its limit.
BEGAN, BUSY, ROOT, LIMIT = "CI_BEGAN_AT", "CI_BUSY_TICKS", "CI_PID", "CI_LIMIT_MINUTES"
# With more than this share of the machine used by others the time says nothing about the suite.
QUIET = 0.1
PROC = Path("/proc")


@dataclass
class RunClock:
    """A run that began at `began`; `busy` are the ticks of CPU the machine had used by then."""

    began: float
    busy: int
    root: int
    limit_minutes: float

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self | None:
        """The run that `.ci/run` began; None for a run of tests alone."""
        if BEGAN not in environment:
            return None
        return cls(
            float(environment[BEGAN]), int(environment[BUSY]), int(environment[ROOT]), float(environment[LIMIT])
        )

    def is_over(self) -> bool:
        """Whether the run took longer than it may, on a machine that was its own."""
        return self._seconds() > self.limit_minutes * 60 and self._others() <= QUIET

    def text(self) -> str:
        """One line for the summary."""
        minutes, seconds = divmod(round(self._seconds()), 60)
        line = f"CI took {minutes} min {seconds} s of at most {self.limit_minutes:.0f} min"
        others = self._others()
        if others > QUIET:
            return f"{line}; not judged, because other work took {others:.0%} of the machine."
        return f"{line}{': too long' if self.is_over() else ''}."

    def _seconds(self) -> float:
        return time.time() - self.began

    def _others(self) -> float:
        """The share of the machine's time that went to processes that are not of this run."""
        ticks = os.sysconf("SC_CLK_TCK") * (os.cpu_count() or 1) * self._seconds()
        return max(0.0, (busy_ticks() - self.busy - own_ticks(self.root)) / ticks)


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
