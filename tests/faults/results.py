"""The table of results: each fault's promise, what was counted, and whether the promise holds."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.oracle import Verdict

IS_FULL = os.environ.get("FAULTS") == "full"
"""`make faults`: more rounds, and the real figures decide. Otherwise counts, and ceilings ten times as high."""
full_only = pytest.mark.skipif(not IS_FULL, reason="`make faults` runs it; it takes too long for every change.")
CEILING = 1 if IS_FULL else 10
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
_BEGIN, _END = "<!-- results begin -->", "<!-- results end -->"


def sized(quick: int, full: int) -> int:
    """The number of rounds: few in the suite, more in `make faults`."""
    return full if IS_FULL else quick


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    fault: str
    what: str
    planned: int
    lost: int
    duplicates: str
    delays: str
    also: str

    def as_line(self) -> str:
        """As Markdown."""
        cells = (self.fault, self.what, str(self.planned), str(self.lost), self.duplicates, self.delays, self.also)
        return f"| {' | '.join(cells)} |"


@dataclass
class Ledger:
    """All lines of one run."""

    rows: list[Row] = field(default_factory=list)

    def note(self, fault: str, what: str, verdict: Verdict, *, also: str = "") -> None:
        """Add what was counted."""
        delays = f"{verdict.late_at(0.5):.2f} / {verdict.late_at(0.99):.2f} / {verdict.late_at(1):.2f}"
        self.rows.append(
            Row(
                fault,
                what,
                verdict.planned,
                len(verdict.lost),
                f"{verdict.duplicates}, {verdict.doubled}",
                delays,
                also,
            )
        )

    def as_table(self) -> str:
        """As Markdown."""
        head = (
            "| fault | what was done | pages planned | lost | came twice, made twice |"
            " late p50 / p99 / most, s | also |\n|---|---|---|---|---|---|---|"
        )
        return "\n".join([head, *(row.as_line() for row in sorted(self.rows, key=_order))])

    def publish(self) -> None:
        """Put the table into the document; rows of tests that were not run stay as they are."""
        text = DOCUMENT.read_text()
        head, _, rest = text.partition(_BEGIN)
        table, _, tail = rest.partition(_END)
        own_keys = {(row.fault, row.what) for row in self.rows}
        earlier = [_parse(line) for line in table.splitlines() if line.startswith("| F")]
        whole = Ledger(self.rows + [row for row in earlier if (row.fault, row.what) not in own_keys])
        DOCUMENT.write_text(f"{head}{_BEGIN}\n{whole.as_table()}\n{_END}{tail}")


def _order(row: Row) -> tuple[int, str]:
    return int("".join(filter(str.isdigit, row.fault))), row.what


def _parse(line: str) -> Row:
    fault, what, planned, lost, duplicates, delays, also = (cell.strip() for cell in line.rstrip()[2:-2].split(" | "))
    return Row(fault, what, int(planned), int(lost), duplicates, delays, also)
