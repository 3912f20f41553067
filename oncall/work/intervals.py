"""Minutes people worked on something, kept as they happen."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from oncall.models import User, WorkInterval


def start(*, user: User, subject_type: str, subject_id: int, title: str, url: str, at: datetime) -> None:
    """Note that the person began to work on it, unless they already do."""
    try:
        with transaction.atomic():
            WorkInterval.objects.create(
                user=user, subject_type=subject_type, subject_id=subject_id, title=title, url=url, started_at=at
            )
    except IntegrityError:
        # The exclusion constraint knows of an interval that still runs: then nothing began now.
        return


def stop(*, subject_type: str, subject_id: int, at: datetime, user: User | None = None) -> int:
    """End the running intervals on it, of one person or of all, and say how many.

    Two people's clocks are read before they queue for the lock, so `at` may lie before the start.
    """
    running = WorkInterval.objects.filter(subject_type=subject_type, subject_id=subject_id, ended_at__isnull=True)
    if user is not None:
        running = running.filter(user=user)
    return running.update(ended_at=Greatest(F("started_at"), at))
