"""What happened again, and what was done in time: the rules behind the report on prevention (S38) and its lists."""

from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import TruncDate

from incidents.models import ActionStatus, ClosureCode, LinkKind, TicketLink

NOT_SEPARATE = Q(closure_code__in=(ClosureCode.DUPLICATE, ClosureCode.MERGED, ClosureCode.CANCELLED))
"""Incidents that are none of their own, and count in no number."""


def is_repeat() -> Exists:
    """Of an incident: a problem behind it had caused an earlier one."""
    earlier = TicketLink.objects.filter(
        to_ticket=OuterRef("to_ticket"),
        kind=LinkKind.CAUSED_BY,
        from_ticket__created_at__lt=OuterRef("from_ticket__created_at"),
    )
    links = TicketLink.objects.filter(from_ticket=OuterRef("pk"), kind=LinkKind.CAUSED_BY)
    return Exists(links.filter(Exists(earlier)))


def is_proactive() -> Any:
    """Of a problem: it was raised before any incident it caused was opened, or has caused none."""
    first = TicketLink.objects.filter(
        to_ticket=OuterRef("pk"), kind=LinkKind.CAUSED_BY, from_ticket__created_at__lte=OuterRef("created_at")
    )
    return ~Exists(first)


def on_time() -> Q:
    """Of an action: done by the end of its day, on the reader's clock."""
    return Q(status=ActionStatus.DONE) & Q(ended_on__lte=F("due_on"))


def judged(today: date) -> Q:
    """Of an action: it is known whether it was on time; a declined one was never late."""
    return Q(status=ActionStatus.DONE) | Q(status=ActionStatus.OPEN, due_on__lt=today)


def with_end(actions: Any) -> Any:
    """Actions with the day they ended on, `ended_on`."""
    return actions.annotate(ended_on=TruncDate("done_at"))
