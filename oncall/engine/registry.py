"""Which sweeps run in which lane; apps above add theirs in `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass

from oncall.wake import LANES


@dataclass(frozen=True)
class Sweep:
    """Work that looks for due rows: it takes the database's clock and returns how many rows it found.

    It is called again at once while it finds rows. `every` is the shortest time between two calls, in seconds.
    `due` is SQL for the moment of its nearest row, read from an index, NULL for none: before it, nothing runs.
    """

    name: str
    run: Callable[..., int]
    every: float = 0.0
    due: str = ""


_sweeps: dict[str, list[Sweep]] = {lane: [] for lane in LANES}


def register_sweep(*, lane: str, name: str, run: Callable[..., int], every: float = 0.0, due: str = "") -> None:
    """Add a sweep `run(at=...)` to a lane."""
    _sweeps[lane].append(Sweep(name, run, every, due))


def sweeps_of(lane: str) -> list[Sweep]:
    """The lane's sweeps, in the order of their registration."""
    return list(_sweeps[lane])
