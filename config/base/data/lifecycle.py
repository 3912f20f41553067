"""A status column's allowed moves, as one table that portal, API, admin and engine share."""

from collections.abc import Mapping
from dataclasses import dataclass


class Refusal(Exception):
    """The state of things does not allow what was asked; the message is fit for the person who asked.

    Domain modules derive their own from it; the API answers 409, the portal shows the message.
    """


class IllegalMove(Refusal):
    """A record was asked to take a status that does not follow from the one it has."""


@dataclass(frozen=True)
class Lifecycle:
    """The moves of one kind of record: from each status to those that may follow it."""

    noun: str
    moves: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, noun: str, moves: Mapping[str, str]) -> "Lifecycle":
        """Build from `{status: "next next"}`."""
        return cls(noun, {status: frozenset(following.split()) for status, following in moves.items()})

    def allows(self, current: str, wanted: str) -> bool:
        """Whether `wanted` may follow `current`."""
        return wanted in self.moves[current]

    def check(self, current: str, wanted: str) -> None:
        """Raise IllegalMove, in words for the person who asked, unless the move is allowed."""
        if not self.allows(current, wanted):
            raise IllegalMove(
                f"This {self.noun} is {_spoken(current)}, so it cannot become {_spoken(wanted)}."
                f" {self._advice(current)}"
            )

    def _advice(self, current: str) -> str:
        following = sorted(map(_spoken, self.moves[current]))
        if not following:
            return "Nothing follows this status."
        return f"From here it can become {', '.join(following)}."


def _spoken(status: str) -> str:
    return status.replace("_", " ")
