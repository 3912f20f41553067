"""Starts and stops work intervals: who worked on what, from when to when."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from oncall.models import User, WorkInterval


def start(*, user: User, subject_type: str, subject_id: int, title: str, url: str, at: datetime) -> None:
    """Start an interval of the person on the subject, unless one is running."""
    try:
        with transaction.atomic():
            WorkInterval.objects.create(
                user=user, subject_type=subject_type, subject_id=subject_id, title=title, url=url, started_at=at
            )
    except IntegrityError:
        # The exclusion constraint refuses a second running interval, so there is nothing to start.
        return


def stop(*, subject_type: str, subject_id: int, at: datetime, user: User | None = None) -> int:
    """Stop the running intervals on the subject, of one person or of all, and return how many.

    Callers read the clock before they wait for the lock, so `at` may be before the start.
    """
    running = WorkInterval.objects.filter(subject_type=subject_type, subject_id=subject_id, ended_at__isnull=True)
    if user is not None:
        running = running.filter(user=user)
    return running.update(ended_at=Greatest(F("started_at"), at))
