"""The engine's pulse: read for the top bar of every page, and deleted a day after a worker has vanished."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Q

from oncall.engine import health_checks
from oncall.models import EngineLane

KEEP_FOR = timedelta(days=1)
KEEP_ENDED_FOR = timedelta(minutes=10)
_KEY = "oncall.pulse"
_SECONDS = 4


@dataclass(frozen=True)
class Pulse:
    """When a worker last swept for pages, and how many findings the health checks have."""

    swept_at: datetime | None
    findings: int

    def is_healthy(self, at: datetime) -> bool:
        """Whether a page due now would be sent."""
        fresh = self.swept_at is not None and at - self.swept_at < health_checks.ENGINE_STALE + timedelta(
            seconds=_SECONDS
        )
        return fresh and not self.findings


def read(*, at: datetime) -> Pulse:
    """The pulse, at most a few seconds old, cheap enough to read on each page."""
    pulse = cache.get(_KEY)
    if not isinstance(pulse, Pulse):
        result = health_checks.check_health(at=at)
        pulse = Pulse(result.swept_at, len(result.findings))
        cache.set(_KEY, pulse, _SECONDS)
    return pulse


def forget_old(*, at: datetime) -> int:
    """Delete the pulses of workers that ended, or vanished a day ago. Returns 0: nothing is left to do at once."""
    EngineLane.objects.filter(Q(stopped_at__lt=at - KEEP_ENDED_FOR) | Q(swept_at__lt=at - KEEP_FOR)).delete()
    return 0
