"""Forgets workers that have been gone for a day, so that the engine page stays readable."""

from datetime import datetime, timedelta

from oncall.models import EngineLane

KEPT = timedelta(days=1)


def forget_old(*, at: datetime) -> int:
    """Delete the pulses of workers long gone. Says 0: nothing is left to do at once."""
    EngineLane.objects.filter(swept_at__lt=at - KEPT).delete()
    return 0
