"""Write and find handoff notes."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from config.base.data import text as texts
from config.base.data.lifecycle import Refusal
from oncall.models import HandoffNote, Schedule, User
from oncall.rota import my_shifts

# A note can be written until a day after the shift, and is shown for two weeks.
WRITABLE_FOR = timedelta(days=1)
RECENT = timedelta(days=14)
MAX_LENGTH = 10_000


class NotYourShift(Refusal):
    """The author of a note was not on call."""


@transaction.atomic
def write_note(*, schedule: Schedule, text: str, actor: User, at: datetime) -> HandoffNote:
    """Leave a note for the next person on call.

    Raises NotYourShift unless its author is on call on the schedule, or was within the last day, and
    ValidationError for a text that is empty or too long.
    """
    clean_text = texts.clean_lines(text)
    if not clean_text.strip():
        raise ValidationError({"text": "Write what the next person should know."})
    if len(clean_text) > MAX_LENGTH:
        raise ValidationError({"text": f"Write fewer than {MAX_LENGTH:,} characters, and link to the rest."})
    if schedule.pk not in my_shifts.schedules_served(user=actor, since=at - WRITABLE_FOR, at=at):
        raise NotYourShift(
            "Only people who are on call on the schedule, or were within the last day, can write a handoff note."
        )
    return HandoffNote.objects.create(schedule=schedule, author=actor, text=clean_text, at=at)


def recent_notes(schedules: Iterable[int], *, at: datetime) -> QuerySet[HandoffNote]:
    """The recent notes of these schedules, for the people on call, the newest first."""
    rows = HandoffNote.objects.filter(schedule__in=list(schedules), at__gt=at - RECENT, at__lte=at)
    return rows.select_related("schedule", "author").order_by("-at", "-pk")
