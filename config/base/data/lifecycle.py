"""The allowed moves of a status column, in one table that portal, API, admin and engine share."""

from collections.abc import Mapping
from dataclasses import dataclass


class Refusal(Exception):
    """The current state does not allow the request; the message is written for the user.

    Domain modules derive their own exceptions from it. The API answers 409, the portal shows the message. With a
    `field` it is not the state but what was sent, or left out: the API answers 400 and names the field.
    """

    def __init__(self, message: str = "", *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class IllegalMove(Refusal):
    """A record cannot change from its status to the requested one."""


@dataclass(frozen=True)
class Lifecycle:
    """The allowed moves of one kind of record: for each status, the statuses that may follow."""

    noun: str
    moves: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, noun: str, moves: Mapping[str, str]) -> "Lifecycle":
        """Build from `{status: "next next"}`."""
        return cls(noun, {status: frozenset(following.split()) for status, following in moves.items()})

    def allows(self, current: str, target: str) -> bool:
        """Whether `target` may follow `current`."""
        return target in self.moves[current]

    def check(self, current: str, target: str) -> None:
        """Raise IllegalMove, with a message for the user, unless the move is allowed."""
        if not self.allows(current, target):
            raise IllegalMove(
                f"This {self.noun} is {_status_text(current)}, so it cannot become {_status_text(target)}."
                f" {self._advice(current)}"
            )

    def _advice(self, current: str) -> str:
        following = sorted(map(_status_text, self.moves[current]))
        if not following:
            return "This is the final status."
        return f"From here it can become {', '.join(following)}."


def _status_text(status: str) -> str:
    return status.replace("_", " ")
