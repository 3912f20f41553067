"""A cache that does without Redis when Redis is away: the sign-in page must open then too (paging rule 9)."""

import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

REST_SECONDS = 30.0


class FallbackRedisCache(RedisCache):
    """Django's Redis cache; on an error it turns to this process's memory for 30 seconds."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._memory = LocMemCache("fallback", {})
        self._rest_until = 0.0

    def _either(self, method: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._rest_until:
            try:
                return getattr(super(), method)(*args, **kwargs)
            except (RedisError, OSError):
                self._rest_until = time.monotonic() + REST_SECONDS
        return getattr(self._memory, method)(*args, **kwargs)


def _falling(method: str) -> Callable[..., Any]:
    def call(self: FallbackRedisCache, *args: Any, **kwargs: Any) -> Any:
        return self._either(method, *args, **kwargs)

    call.__name__ = method
    return call


for _name in (
    "add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many", "delete_many", "clear",
):  # fmt: skip
    setattr(FallbackRedisCache, _name, _falling(_name))
