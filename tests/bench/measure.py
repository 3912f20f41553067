"""What the benches read from /proc, and the anchor to compare each figure with."""

import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import psycopg

TICK = os.sysconf("SC_CLK_TCK")


def tree_of(roots: Iterable[int]) -> list[int]:
    """These processes and all that they have started."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(folder.name))
        if fields:
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    pids, waiting = [], list(roots)
    while waiting:
        pid = waiting.pop()
        pids.append(pid)
        waiting += children.get(pid, [])
    return pids


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system time of the processes, of all they started, and of those that have ended among them."""
    ticks = 0
    for pid in tree_of(roots):
        fields = _stat(pid)
        ticks += sum(int(value) for value in fields[11:15])
    return ticks / TICK


def memory_mib(roots: Iterable[int]) -> float:
    """Their own memory: pages shared by n processes count as one n-th (PSS)."""
    kib = 0
    for pid in tree_of(roots):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        kib += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return kib / 1024


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def anchor_ms(database_url: str, *, times: int = 1000) -> float:
    """The anchor: CPU milliseconds of one inserted row with its commit, client and server together."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_anchor (id bigserial PRIMARY KEY, data text)")
        server = connection.info.backend_pid
        before = time.process_time() + cpu_seconds([server])
        for number in range(times):
            connection.execute("INSERT INTO bench_anchor (data) VALUES (%s)", [f"row {number}"])
        spent = time.process_time() + cpu_seconds([server]) - before
        connection.execute("DROP TABLE bench_anchor")
    return spent * 1000 / times


def show(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
