"""How many requests a token may send in a minute.

The count stands in the cache; without a cache nobody is refused. Answering pages is never refused: a person who must
acknowledge an incident can, however much else their program has asked.
"""

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from config.base.rest.scopes import Scope, scope_of

if TYPE_CHECKING:  # DRF's views import this module by its settings
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)
WINDOW_SECONDS = 60
POLICY = "token"
RATE_LIMIT, RATE_LIMIT_POLICY = "RateLimit", "RateLimit-Policy"


@dataclass(frozen=True)
class Usage:
    """What is left of the minute."""

    quota: int
    used: int
    seconds_left: int

    @property
    def is_over(self) -> bool:
        """Whether more was asked than is allowed."""
        return self.used > self.quota

    def headers(self) -> dict[str, str]:
        """RateLimit and RateLimit-Policy, as draft-ietf-httpapi-ratelimit-headers writes them."""
        remaining = max(0, self.quota - self.used)
        return {
            RATE_LIMIT_POLICY: f'"{POLICY}";q={self.quota};w={WINDOW_SECONDS}',
            RATE_LIMIT: f'"{POLICY}";r={remaining};t={self.seconds_left}',
        }


class TokenThrottle(BaseThrottle):
    """API_REQUESTS_PER_MINUTE for each token, and for each person with a browser session; 0 is no limit."""

    usage: Usage | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count the request, and keep the figures for the answer's headers."""
        quota = settings.API_REQUESTS_PER_MINUTE
        if not quota or not request.user.is_authenticated:
            return True
        token: Any = request.auth
        caller = f"token:{token.pk}" if token is not None else f"user:{request.user.pk}"
        self.usage = _count(caller, quota=quota, at=time.time())
        request.rate_usage = self.usage  # type: ignore[attr-defined]  # read when the answer is finished
        if self.usage is None or not self.usage.is_over:
            return True
        return scope_of(view, request.method or "") is Scope.RESPOND

    def wait(self) -> float | None:
        """Seconds until the next minute begins."""
        return float(self.usage.seconds_left) if self.usage else None


def _count(caller: str, *, quota: int, at: float) -> Usage | None:
    """One more request of this minute; None without a cache."""
    minute, second = divmod(int(at), WINDOW_SECONDS)
    key = f"api-requests:{caller}:{minute}"
    try:
        cache.add(key, 0, timeout=2 * WINDOW_SECONDS)
        used = cache.incr(key)
    except (RedisError, OSError, ValueError) as error:
        logger.warning("api.requests_not_counted", extra={"error": type(error).__name__})
        return None
    return Usage(quota=quota, used=used, seconds_left=WINDOW_SECONDS - second)
