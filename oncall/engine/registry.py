"""Which sweeps run in which lane; apps above add theirs in `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass

from oncall.wake import LANES


@dataclass(frozen=True)
class Sweep:
    """Work that looks for due rows: it takes the database's clock and says how many it found.

    It is called again at once while it finds something. `every` spares it: at most once in so many seconds.
    """

    name: str
    run: Callable[..., int]
    every: float = 0.0


_sweeps: dict[str, list[Sweep]] = {lane: [] for lane in LANES}


def register_sweep(*, lane: str, name: str, run: Callable[..., int], every: float = 0.0) -> None:
    """Add a sweep `run(at=...)` to a lane."""
    _sweeps[lane].append(Sweep(name, run, every))


def sweeps_of(lane: str) -> list[Sweep]:
    """The lane's sweeps, in the order of their registration."""
    return list(_sweeps[lane])
