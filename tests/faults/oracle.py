"""Compares the provider's log with a plan made from the policy alone; it never reads the product's tables."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.json_lines import read_json_lines

ALARMS = "/alarms"
"""The path at which the provider takes the watchdog's alarms."""
EARLY_SECONDS = 1.0
"""An engine may be faster than the answer to the sender, from which the plan counts."""
TOKEN = re.compile(r"\bt[0-9a-f]{10}\b")
"""In the title of every incident, so that each message can be recognized."""


@dataclass(frozen=True)
class Planned:
    """A page that must arrive: its channel and address; of several such ways any will do."""

    token: str
    ways: tuple[tuple[str, str], ...]
    due_at: float


@dataclass
class Message:
    """One message that the provider accepted."""

    token: str
    channel: str
    address: str
    key: str
    arrived_at: float
    taken_at: float
    answered_at: float | None = None
    cut_off: int = 0
    """How often its sender had gone, before this, when the provider would have accepted it."""
    is_answer_lost: bool = False
    """Accepted, but its sender was told nothing."""
    link: str = ""
    """The address of the page's own screen, in the message."""

    @property
    def place(self) -> tuple[str, str, str]:
        """Which page it is: the incident, the channel and the address."""
        return self.token, self.channel, self.address


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
    """Pages that were made twice: the same person, channel and incident, another key. Always an error."""
    delays: list[Delay] = field(repr=False)
    """From the plan to the first arrival."""

    def late_at(self, share: float, *, lease: float = 0.0) -> float:
        """A percentile of lateness in seconds, less one lease for each kill; 0 when nothing arrived."""
        return percentile(sorted(delay.seconds - lease * delay.cut_off for delay in self.delays), share)


def read(log: Path) -> list[Message]:
    """All messages that the provider has accepted so far."""
    taken: dict[tuple[str, float], Message] = {}
    cut_off: Counter[str] = Counter()
    for line in read_json_lines(log):
        place = (line["key"], line["taken"])
        if place in taken:
            taken[place].answered_at = line["answered"]
            taken[place].is_answer_lost = line["lost"]
        elif line["taken"] is not None:
            taken[place] = _message(line, cut_off[line["key"]])
        elif line["answered"] is None:
            cut_off[line["key"]] += 1
    return [message for message in taken.values() if message.address != ALARMS]


def read_alarms(log: Path) -> list[tuple[float, str]]:
    """When the watchdog spoke, and what it said."""
    return [
        (line["arrived"], line["body"]["text"])
        for line in read_json_lines(log)
        if line.get("path") == ALARMS and line["taken"]
    ]


def count_requests(log: Path, path: str) -> int:
    """How many requests came to addresses that begin with this path, accepted or not."""
    return sum(line.get("path", "").startswith(path) for line in read_json_lines(log))


def _message(line: dict[str, Any], cut_off: int) -> Message:
    """A text or call names its address; a webhook's is the path it came to."""
    body = line["body"]
    match = TOKEN.search(body.get("title") or body.get("data", {}).get("title", ""))
    return Message(
        token=match[0] if match else "",
        channel=body.get("kind", "webhook"),
        address=body.get("to", line["path"]),
        key=line["key"],
        arrived_at=line["arrived"],
        taken_at=line["taken"],
        cut_off=cut_off,
        link=body.get("url", ""),
    )


def judge(plan: Iterable[Planned], messages: Sequence[Message]) -> Verdict:
    """Compare; messages outside the plan are left out."""
    by_way: dict[tuple[str, str, str], list[Message]] = {}
    for message in messages:
        by_way.setdefault(message.place, []).append(message)
    lost, delays, duplicates, doubled = [], [], 0, 0
    pages = list(plan)
    for page in pages:
        arrivals_of_ways = [by_way.get((page.token, *way), []) for way in page.ways]
        arrivals = [message for arrivals in arrivals_of_ways for message in arrivals]
        if not arrivals:
            lost.append(page)
            continue
        duplicates += len(arrivals) - len({message.key for message in arrivals})
        doubled += sum(len({message.key for message in way}) - 1 for way in arrivals_of_ways if way)
        first = min(arrivals, key=lambda message: message.arrived_at)
        delays.append(Delay(max(0.0, first.arrived_at - page.due_at), first.cut_off))
    return Verdict(len(pages), lost, duplicates, doubled, delays)


def strays(plan: Iterable[Planned], messages: Iterable[Message]) -> list[Message]:
    """Messages about the plan's incidents that nobody planned, or that came before they were due."""
    due_at: dict[tuple[str, str, str], float] = {}
    for page in plan:
        for way in page.ways:
            place = (page.token, *way)
            due_at[place] = min(page.due_at, due_at.get(place, page.due_at))
    tokens = {token for token, _, _ in due_at}
    return [
        message
        for message in messages
        if message.token in tokens and message.arrived_at < due_at.get(message.place, math.inf) - EARLY_SECONDS
    ]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the sorted values lies."""
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0
