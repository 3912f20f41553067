"""The order of severities: a place among the others, never a number to guess.

A severity stands below another one, or first. That name stays right when others move meanwhile, which a number would
not. Levels never fall along the places: the level is what colours, priorities and the words of senders go by.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from incidents.models import Severity

MILDEST_LEVEL = 9
_USUAL_MILDEST = 5
"""No new severity gets a milder level by itself: priorities end there."""


@dataclass(frozen=True)
class Place:
    """Where a severity stands: right below another one, or first."""

    below: Severity | None = None


def in_order(*, lock: bool = False) -> list[Severity]:
    """All severities, the worst first; with `lock` nobody else places one until the end of the transaction."""
    rows = Severity.objects.order_by("position", "pk")
    return list(rows.select_for_update(no_key=True) if lock else rows)


def place_of(severity: Severity, rows: Sequence[Severity]) -> Place:
    """Where a severity stands among `rows`, which are in order; a new one stands last."""
    keys = [row.pk for row in rows]
    index = keys.index(severity.pk) if severity.pk in keys else len(rows)
    return Place(rows[index - 1] if index else None)


def after_moving(severity: Severity, rows: Sequence[Severity], *, place: Place, steps: int) -> Place:
    """The place some steps down, or up if `steps` is negative, from a place; at an end it stays there."""
    others = [row for row in rows if row.pk != severity.pk]
    index = _index(others, place) + steps
    index = min(max(index, 0), len(others))
    return Place(others[index - 1] if index else None)


def arranged(severity: Severity, rows: Iterable[Severity], place: Place) -> list[Severity]:
    """The severities in order with this one at a place; nothing is changed."""
    others = [row for row in rows if row.pk != severity.pk]
    index = _index(others, place)
    return [*others[:index], severity, *others[index:]]


def level_at(severity: Severity, order: Sequence[Severity]) -> int:
    """The level of a severity at its place in `order`: its own as far as its neighbours allow.

    A new one has the level of the severity above it, if it stands between two; at the end it is one milder.
    """
    index = next(n for n, row in enumerate(order) if row is severity)
    above = order[index - 1].rank if index else 1
    beneath = order[index + 1].rank if index + 1 < len(order) else MILDEST_LEVEL
    if severity.rank:
        return min(max(severity.rank, above), beneath)
    if index and index + 1 == len(order):
        return max(above, min(above + 1, _USUAL_MILDEST))
    return above


def store_order(order: Sequence[Severity]) -> None:
    """Write the positions of severities in this order; those that keep theirs stay as they are."""
    for position, row in enumerate(order, start=1):
        if row.position != position:
            row.position = position
            Severity.objects.filter(pk=row.pk).update(position=position)


def _index(others: Sequence[Severity], place: Place) -> int:
    """Where the place begins among the others; one whose neighbour is gone is the last."""
    if place.below is None:
        return 0
    keys = [row.pk for row in others]
    return keys.index(place.below.pk) + 1 if place.below.pk in keys else len(others)
