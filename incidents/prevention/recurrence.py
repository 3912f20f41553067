"""Repeat incidents and action items on time: the rules of the prevention report (S38) and its lists."""

from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from incidents.models import ActionStatus, ClosureCode, LinkKind, TicketLink
from oncall.models import User

NOT_SEPARATE = Q(closure_code__in=(ClosureCode.DUPLICATE, ClosureCode.MERGED, ClosureCode.CANCELLED))
"""Incidents that are not separate ones, and count in no report."""


def is_repeat(user: User | AnonymousUser) -> Exists:
    """Of an incident: its problem had caused an earlier incident, as far as this person may see them."""
    earlier = _caused(user).filter(
        to_ticket=OuterRef("to_ticket"), from_ticket__created_at__lt=OuterRef("from_ticket__created_at")
    )
    return Exists(_caused(user).filter(Exists(earlier), from_ticket=OuterRef("pk")))


def is_proactive(user: User | AnonymousUser) -> Any:
    """Of a problem: it was opened before every incident it caused that this person may see, or has caused none."""
    first = _caused(user).filter(to_ticket=OuterRef("pk"), from_ticket__created_at__lte=OuterRef("created_at"))
    return ~Exists(first)


def _caused(user: User | AnonymousUser) -> QuerySet[TicketLink]:
    """The links from incidents to their causes of which this person may see both ends."""
    return TicketLink.objects.visible_to(user).filter(kind=LinkKind.CAUSED_BY)


def done_on_time() -> Q:
    """Of an action item: done by the end of its day, in the reader's time zone."""
    return Q(status=ActionStatus.DONE) & Q(ended_on__lte=F("due_on"))


def has_outcome(today: date) -> Q:
    """Of an action item: done, or overdue; declined items and items with time left do not count."""
    return Q(status=ActionStatus.DONE) | Q(status=ActionStatus.OPEN, due_on__lt=today)


def with_end_day(actions: Any) -> Any:
    """Action items with the day they ended on, `ended_on`."""
    return actions.annotate(ended_on=TruncDate("done_at"))
