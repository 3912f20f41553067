"""A severity as somebody wants it: before it is checked, previewed or stored."""

from dataclasses import dataclass, field
from datetime import datetime

from incidents.models import Severity, SlaScope
from incidents.severities import order, promises
from incidents.severities.order import Place
from incidents.severities.promises import Promises


@dataclass(frozen=True)
class SeverityDraft:
    """A severity with its place and its promises; nothing of it is stored."""

    severity: Severity
    """With the wanted values; the position follows from the place."""
    place: Place
    promises: Promises = field(default_factory=dict)
    effective_from: datetime | None = None
    """From when the promises hold; None for the next whole minute. Everything else holds once it is saved."""
    scope: str = SlaScope.ALL
    reason: str = ""
    """Why it is changed; kept in the histories."""


def draft_of(severity: Severity, *, at: datetime) -> SeverityDraft:
    """A severity as it stands, where it stands, with what it promises next; a new one promises nothing."""
    place = order.place_of(severity, order.in_order())
    _, own = promises.next_targets(severity, at=at)
    return SeverityDraft(severity, place, promises.stated(own))
