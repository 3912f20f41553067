"""The order of the queue: what is broken or unanswered first, then what nobody has, then the rest, by next due."""

from collections import Counter
from datetime import datetime

from django.db.models import Case, F, IntegerChoices, PositiveSmallIntegerField, Q, Value, When

from incidents.models import OPEN_STATUSES, TicketStatus
from incidents.models.tickets.ticket import TicketQuerySet
from incidents.sla.next_due import SOON


class Band(IntegerChoices):
    """The parts of the queue, in the order of duty."""

    URGENT = 0, "Broken, unanswered, or due within 30 minutes"
    UNOWNED = 1, "Nobody’s yet"
    REST = 2, "By next due"


# Somebody was paged and nobody has answered. Read from the ticket alone: the order looks at every open row.
_IS_UNANSWERED = Q(status=TicketStatus.NEW, alerted_at__isnull=False, acknowledged_at__isnull=True)


def with_bands(tickets: TicketQuerySet, *, at: datetime) -> TicketQuerySet:
    """Tickets with their `band` as of `at`; those that are not open are all in the last one."""
    is_open = Q(status__in=OPEN_STATUSES)
    is_urgent = Q(sla_due_at__lte=at + SOON) | _IS_UNANSWERED
    band = Case(
        When(is_open & is_urgent, then=Value(Band.URGENT)),
        When(is_open & Q(assignee=None), then=Value(Band.UNOWNED)),
        default=Value(Band.REST),
        output_field=PositiveSmallIntegerField(),
    )
    return tickets.with_columns(band=band)


def in_order(tickets: TicketQuerySet) -> TicketQuerySet:
    """Tickets with bands, in the order of the queue: by next due inside a band, then by priority and age."""
    due = F("sla_due_at").asc(nulls_last=True)
    return tickets.order_by(F("band").asc(), due, "priority", "created_at", "-pk")


def band_sizes(tickets: TicketQuerySet, *, at_most: int) -> dict[str, int]:
    """How many of the first `at_most` rows stand in each band, by its words; empty if there are more rows."""
    bands = list(tickets.order_by().values_list(F("band"), flat=True)[: at_most + 1])
    return {} if len(bands) > at_most else {str(Band(band).label): n for band, n in Counter(bands).items()}
