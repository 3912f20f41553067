"""The engine's pulse: read for the top bar of every page, and forgotten a day after a worker has gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Q

from oncall.engine import audit
from oncall.models import EngineLane

KEPT = timedelta(days=1)
KEPT_ENDED = timedelta(minutes=10)
_KEY = "oncall.pulse"
_SECONDS = 4


@dataclass(frozen=True)
class Pulse:
    """When a worker last swept for pages, and how many promises do not hold."""

    swept_at: datetime | None
    findings: int

    def is_well(self, at: datetime) -> bool:
        """Whether a page due now would leave."""
        fresh = self.swept_at is not None and at - self.swept_at < audit.ENGINE_STALE + timedelta(seconds=_SECONDS)
        return fresh and not self.findings


def read(*, at: datetime) -> Pulse:
    """The pulse, at most a few seconds old, cheap enough to ask on each page."""
    found = cache.get(_KEY)
    if not isinstance(found, Pulse):
        seen = audit.look(at=at)
        found = Pulse(seen.swept_at, len(seen.findings))
        cache.set(_KEY, found, _SECONDS)
    return found


def forget_old(*, at: datetime) -> int:
    """Delete the pulses of workers that ended, or vanished a day ago. Says 0: nothing is left to do at once."""
    EngineLane.objects.filter(Q(stopped_at__lt=at - KEPT_ENDED) | Q(swept_at__lt=at - KEPT)).delete()
    return 0
