"""What a bulk action did, in words: what is done, and by number what was left out and why."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.text import get_text_list

from config.base.web.display import duration_text
from incidents.desk.bulk import Change, Outcome
from incidents.models import Ticket

_NAMED = 3
"""How many tickets are told of with all details; of more only the numbers."""


def describe(outcome: Outcome, *, words: str, at: datetime) -> str:
    """As "2 tickets assigned to Ana. INC-7 left out: Jonas Weber changed it 8 s ago."; `words` say what was done."""
    sentences = [f"{_count(len(outcome.done))} {words}."] if outcome.done else ["Nothing was done."]
    if len(outcome.changed) <= _NAMED:
        sentences += [
            f"{change.ticket.reference} left out: {describe_change(change, at=at)}" for change in outcome.changed
        ]
    else:
        numbers = _numbers([change.ticket for change in outcome.changed])
        sentences.append(f"{len(outcome.changed)} left out because they changed after you looked: {numbers}.")
    sentences += [row.reason for row in outcome.refused[:_NAMED]]
    if rest := outcome.refused[_NAMED:]:
        sentences.append(f"{len(rest)} more were refused: {_numbers([row.ticket for row in rest])}.")
    if outcome.not_found:
        sentences.append(f"{_count(outcome.not_found)} not found.")
    return " ".join(sentences)


def describe_change(change: Change, *, at: datetime) -> str:
    """As "Jonas Weber changed it 8 s ago."."""
    ago = f"{duration_text((at - change.at).total_seconds())} ago"
    return f"{change.actor.name} changed it {ago}." if change.actor else f"it changed {ago}."


def _count(number: int) -> str:
    return "1 ticket" if number == 1 else f"{number} tickets"


def _numbers(tickets: Sequence[Ticket]) -> str:
    return get_text_list([ticket.reference for ticket in tickets], "and")
