"""A cache that works without Redis while Redis is down: people must be able to sign in then too (paging rule 9)."""

import time
from collections.abc import Callable

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

REST_SECONDS = 30.0


class FallbackRedisCache(RedisCache):
    """Django's Redis cache; after an error it uses this process's memory for 30 seconds."""

    def __init__(self, server: str, params: dict[str, object]) -> None:
        super().__init__(server, params)
        self._memory = LocMemCache("fallback", {})
        self._rest_until = 0.0

    def _call(self, method: str, *args: object, **kwargs: object) -> object:
        if time.monotonic() >= self._rest_until:
            try:
                return getattr(super(), method)(*args, **kwargs)
            except (RedisError, OSError):
                self._rest_until = time.monotonic() + REST_SECONDS
        return getattr(self._memory, method)(*args, **kwargs)


def _with_fallback(method: str) -> Callable[..., object]:
    def call(self: FallbackRedisCache, *args: object, **kwargs: object) -> object:
        return self._call(method, *args, **kwargs)

    call.__name__ = method
    return call


for _name in (
    "add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many", "delete_many", "clear",
):  # fmt: skip
    setattr(FallbackRedisCache, _name, _with_fallback(_name))
