"""Handoff notes: who writes them, and who reads them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from config.base.data import text as texts
from config.base.data.lifecycle import Refusal
from oncall.models import HandoffNote, Schedule, User
from oncall.rota import my_shifts

# A shift that ended a day ago can still be handed over; a fortnight on, its note is history.
LATE = timedelta(days=1)
FRESH = timedelta(days=14)
LONGEST = 10_000


class NotYourShift(Refusal):
    """Somebody writes a note who was not on call."""


@transaction.atomic
def write(*, schedule: Schedule, text: str, actor: User, at: datetime) -> HandoffNote:
    """Leave a note for the next person on call.

    Raises NotYourShift unless its author is on call on the schedule, or was within the last day, and
    ValidationError for a text that is empty or too long.
    """
    said = texts.clean_lines(text)
    if not said.strip():
        raise ValidationError({"text": "Write what the next person should know."})
    if len(said) > LONGEST:
        raise ValidationError({"text": f"Keep it under {LONGEST:,} characters, and link to the rest."})
    if schedule.pk not in my_shifts.served(user=actor, since=at - LATE, at=at):
        raise NotYourShift("A handoff note is for those who are on call on the schedule, or were until a day ago.")
    return HandoffNote.objects.create(schedule=schedule, author=actor, text=said, at=at)


def fresh(schedules: Iterable[int], *, at: datetime) -> QuerySet[HandoffNote]:
    """The notes that whoever is on call on these schedules should know, the newest first."""
    rows = HandoffNote.objects.filter(schedule__in=list(schedules), at__gt=at - FRESH, at__lte=at)
    return rows.select_related("schedule", "author").order_by("-at", "-pk")
