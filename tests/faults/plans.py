"""The pages that must arrive, written down from the policy of a desk alone (see paging_teams)."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.faults.oracle import Planned

CHANNELS = ("sms", "voice")
"""The channels of each person, by a notification rule each; both are due when a step fires."""
PER_STEP = 4
"""Two people, two channels each."""


def phone(person: int) -> str:
    """A person's number, for texts and calls."""
    return f"+49{person:09}"


def of_step(token: str, desk: Mapping[str, Any], step: int, due_at: float) -> list[Planned]:
    """The four pages of a step."""
    return of_people(token, desk["steps"][step], due_at)


def of_people(token: str, people: Iterable[int], due_at: float) -> list[Planned]:
    """A page for each person and channel."""
    return [Planned(token, ((channel, phone(person)),), due_at) for person in people for channel in CHANNELS]


def reached(token: str, people: Iterable[int], due_at: float) -> list[Planned]:
    """One plan for each person, kept by a message on any of the channels."""
    return [Planned(token, tuple((channel, phone(person)) for channel in CHANNELS), due_at) for person in people]


def phones(people: Iterable[int]) -> set[str]:
    """The numbers of several people."""
    return {phone(person) for person in people}


def phones_of_step(desk: Mapping[str, Any], step: int) -> set[str]:
    """The numbers of a step's people."""
    return phones(desk["steps"][step])
