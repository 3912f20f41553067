"""Repeat incidents and action items on time: the rules of the prevention report (S38) and its lists."""

from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import TruncDate

from incidents.models import ActionStatus, ClosureCode, LinkKind, TicketLink

NOT_SEPARATE = Q(closure_code__in=(ClosureCode.DUPLICATE, ClosureCode.MERGED, ClosureCode.CANCELLED))
"""Incidents that are not separate ones, and count in no report."""


def is_repeat() -> Exists:
    """Of an incident: its problem had caused an earlier incident."""
    earlier = TicketLink.objects.filter(
        to_ticket=OuterRef("to_ticket"),
        kind=LinkKind.CAUSED_BY,
        from_ticket__created_at__lt=OuterRef("from_ticket__created_at"),
    )
    links = TicketLink.objects.filter(from_ticket=OuterRef("pk"), kind=LinkKind.CAUSED_BY)
    return Exists(links.filter(Exists(earlier)))


def is_proactive() -> Any:
    """Of a problem: it was opened before every incident it caused, or has caused none."""
    first = TicketLink.objects.filter(
        to_ticket=OuterRef("pk"), kind=LinkKind.CAUSED_BY, from_ticket__created_at__lte=OuterRef("created_at")
    )
    return ~Exists(first)


def done_on_time() -> Q:
    """Of an action item: done by the end of its day, in the reader's time zone."""
    return Q(status=ActionStatus.DONE) & Q(ended_on__lte=F("due_on"))


def has_outcome(today: date) -> Q:
    """Of an action item: done, or overdue; declined items and items with time left do not count."""
    return Q(status=ActionStatus.DONE) | Q(status=ActionStatus.OPEN, due_on__lt=today)


def with_end_day(actions: Any) -> Any:
    """Action items with the day they ended on, `ended_on`."""
    return actions.annotate(ended_on=TruncDate("done_at"))
