"""The engine's pulse: read for the top bar of every page, and deleted a day after a worker has vanished."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Q

from config.base.data.clock import database_now
from oncall.engine import health_checks
from oncall.models import EngineLane

KEEP_FOR = timedelta(days=1)
KEEP_ENDED_FOR = timedelta(minutes=10)
_KEY = "oncall.engine_pulse"
_SECONDS = 4


@dataclass(frozen=True)
class Pulse:
    """When a worker last swept for pages, and how many alarms and notices the health checks have."""

    swept_at: datetime | None
    alarms: int
    notices: int = 0

    @property
    def is_healthy(self) -> bool:
        """Whether a page due now would be sent; an engine that has stopped is itself an alarm."""
        return self.swept_at is not None and not self.alarms


def read(*, at: datetime) -> Pulse:
    """The pulse by the database's clock, at most a few seconds old, cheap enough to read on each page.

    `at` is the reader's clock: if it is behind the database's, the sweep is shown as of now.
    """
    pulse = cache.get(_KEY)
    if not isinstance(pulse, Pulse):
        result = health_checks.check_health(at=database_now())
        pulse = Pulse(result.swept_at, len(result.alarms), len(result.notices))
        cache.set(_KEY, pulse, _SECONDS)
    return replace(pulse, swept_at=pulse.swept_at and min(pulse.swept_at, at))


def forget_old(*, at: datetime) -> int:
    """Delete the pulses of workers that ended, or vanished a day ago. Returns 0: nothing is left to do at once."""
    EngineLane.objects.filter(Q(stopped_at__lt=at - KEEP_ENDED_FOR) | Q(swept_at__lt=at - KEEP_FOR)).delete()
    return 0
