"""Compares the provider's log with a plan made from the policy alone; it never reads the product's tables."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TOKEN = re.compile(r"\bt[0-9a-f]{10}\b")
"""In the title of every incident, so that each message can be recognized."""


@dataclass(frozen=True)
class Planned:
    """A page that must arrive: the policy's first step names this address, and it is due at once."""

    token: str
    address: str
    due_at: float


@dataclass
class Message:
    """One message that the provider accepted."""

    token: str
    address: str
    key: str
    arrived_at: float
    taken_at: float
    answered_at: float | None = None
    cut_off: int = 0
    """How often its sender had gone, before this, when the provider would have accepted it."""


@dataclass(frozen=True)
class Delay:
    """How late a page first arrived, and how often its sender was killed before that."""

    seconds: float
    cut_off: int


@dataclass(frozen=True)
class Verdict:
    """What the log says about the plan."""

    planned: int
    lost: list[Planned]
    duplicates: int
    """Messages that came again under the same key."""
    doubled: int
    """Pages that were made twice: the same person and incident, another key. Always an error."""
    delays: list[Delay] = field(repr=False)
    """From the plan to the first arrival."""

    def late_at(self, share: float, *, lease: float = 0.0) -> float:
        """A percentile of lateness in seconds, less one lease for each kill; 0 when nothing arrived."""
        return percentile(sorted(delay.seconds - lease * delay.cut_off for delay in self.delays), share)


def read(log: Path) -> list[Message]:
    """All messages that the provider has accepted so far."""
    taken: dict[tuple[str, float], Message] = {}
    cut_off: Counter[str] = Counter()
    for text in log.read_text().splitlines() if log.exists() else []:
        line = json.loads(text)
        place = (line["key"], line["taken"])
        if place in taken:
            taken[place].answered_at = line["answered"]
        elif line["taken"] is not None:
            body = line["body"]
            match = TOKEN.search(body["title"])
            taken[place] = Message(
                token=match[0] if match else "",
                address=body["to"],
                key=line["key"],
                arrived_at=line["arrived"],
                taken_at=line["taken"],
                cut_off=cut_off[line["key"]],
            )
        elif line["answered"] is None:
            cut_off[line["key"]] += 1
    return list(taken.values())


def judge(plan: Iterable[Planned], messages: Sequence[Message]) -> Verdict:
    """Compare; messages outside the plan are left out."""
    by_page: dict[tuple[str, str], list[Message]] = {}
    for message in messages:
        by_page.setdefault((message.token, message.address), []).append(message)
    lost, delays, duplicates, doubled = [], [], 0, 0
    pages = list(plan)
    for page in pages:
        arrivals = by_page.get((page.token, page.address), [])
        if not arrivals:
            lost.append(page)
            continue
        keys = {message.key for message in arrivals}
        duplicates += len(arrivals) - len(keys)
        doubled += len(keys) - 1
        first = min(arrivals, key=lambda message: message.arrived_at)
        delays.append(Delay(max(0.0, first.arrived_at - page.due_at), first.cut_off))
    return Verdict(len(pages), lost, duplicates, doubled, delays)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the sorted values lies."""
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0
