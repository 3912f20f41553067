"""What only people do: a program's account takes no duty and makes no decision."""

from config.base.data.lifecycle import Refusal
from oncall.models import User


class OnlyPeople(Refusal):
    """A program asked for what needs a person."""


def refuse_program(actor: User | None, *, why: str, instead: str) -> None:
    """Raise OnlyPeople if the actor is a program; `why` and `instead` are sentences for its makers."""
    if actor is not None and actor.is_service:
        raise OnlyPeople(f"{actor.name} cannot do this: {why} {instead}")
